#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/units.h"

namespace antiphon::cli {

/// Writes PCM as it comes: to a file, whose WAV header gets its sizes at the end, or to standard output, where they
/// say "until the end". A file appears under its name only when it is complete.
class WavSink {
 public:
  enum class Header : std::uint8_t { kWav, kNone };

  /// `file` "-" is standard output. Throws std::runtime_error.
  WavSink(std::filesystem::path file, base::SampleRate rate, Header header);
  WavSink(const WavSink&) = delete;
  WavSink& operator=(const WavSink&) = delete;
  /// Removes a file that was not finished.
  ~WavSink();

  /// False when the reader is gone or the disk is full.
  [[nodiscard]] bool write(std::span<const std::int16_t> pcm);
  /// Throws std::runtime_error where what was written could not be kept.
  void finish();

  [[nodiscard]] base::SampleCount samples() const { return samples_; }

 private:
  [[nodiscard]] bool put(std::span<const std::byte> bytes);
  [[nodiscard]] bool to_stdout() const { return file_ == "-"; }

  std::filesystem::path file_;
  std::filesystem::path partial_;
  base::SampleRate rate_;
  Header header_;
  std::FILE* out_ = nullptr;
  base::SampleCount samples_;
};

}  // namespace antiphon::cli
