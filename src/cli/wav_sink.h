#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/units.h"
#include "file/writer.h"

namespace antiphon::cli {

/// Opens a file to write sound to; "-" is standard output. Throws std::runtime_error; for a terminal, too.
[[nodiscard]] file::Writer open_for_sound(const std::filesystem::path& file);

/// Writes PCM as it comes: to a file, whose WAV header gets its sizes at the end and which appears under its name only
/// when it is complete; or through standard output, a pipe or a device, where the header says "until the end".
class WavSink {
 public:
  enum class Header : std::uint8_t { kWav, kNone };

  /// `file` "-" is standard output. Throws std::runtime_error; for a terminal, too.
  WavSink(const std::filesystem::path& file, base::SampleRate rate, Header header);

  /// False when the reader is gone or the disk is full.
  [[nodiscard]] bool write(std::span<const std::int16_t> pcm);
  /// Why write() returned false, with the path; "" = it has not.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  /// After every write() returned true. Throws std::runtime_error where it could not be kept.
  void finish();

  [[nodiscard]] base::SampleCount samples() const { return samples_; }

 private:
  file::Writer out_;
  base::SampleRate rate_;
  Header header_;
  base::SampleCount samples_;
  std::string fault_;
};

}  // namespace antiphon::cli
