#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "audio/gain.h"
#include "base/units.h"

namespace antiphon::cli {

struct SpeechOutputOptions {
  std::filesystem::path file;  ///< "-" is standard output.
  base::SampleRate from;       ///< Rate of the PCM that comes.
  base::SampleRate to;         ///< Rate of what is written, where its format knows that rate.
  audio::Gain gain{};
  bool raw = false;  ///< Samples without a header, whatever the name of the file.
};

/// Where `antiphon say` writes: a file in the format that its name ends in (.mp3, .opus, .ogg, .aac, .flac, .ulaw,
/// .alaw, .pcm, .raw), else WAV. A file appears under its name only when it is complete. Blocks. One thread.
class SpeechOutput {
 public:
  virtual ~SpeechOutput() = default;
  /// Takes PCM at the voice's own rate. False when the reader is gone, the disk is full, or a library fails.
  [[nodiscard]] virtual bool write(std::span<const std::int16_t> pcm) = 0;
  /// Why write() returned false; "" if it has not.
  [[nodiscard]] virtual const std::string& fault() const = 0;
  /// All was written. Throws std::runtime_error where it could not be kept.
  virtual void finish() = 0;
};

/// Throws std::runtime_error, also for a terminal.
[[nodiscard]] std::unique_ptr<SpeechOutput> open_speech_output(const SpeechOutputOptions& options);

}  // namespace antiphon::cli
