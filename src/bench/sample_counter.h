#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace antiphon::bench {

/// Counts the samples in bytes that are a WAV file of integers, streamed or whole, or else 16-bit samples of one
/// channel at a known rate. A file is told by its first four bytes. Keeps at most the head of a file. Pure.
class SampleCounter {
 public:
  static constexpr std::size_t kMostHead = 65'536;  ///< Bytes of a WAV file before its audio.

  explicit SampleCounter(base::SampleRate rate) : rate_(rate) {}

  /// From now on only a WAV file is right.
  void expect_file() { expected_ = Expected::kFile; }

  /// Returns how many samples of each channel are complete by `bytes`. Error: what is wrong with the file, as a
  /// sentence.
  [[nodiscard]] base::Result<base::SampleCount, std::string> feed(std::string_view bytes);

  /// Of what was counted so far, or will be.
  [[nodiscard]] base::SampleRate rate() const { return rate_; }

 private:
  enum class Expected : std::uint8_t { kAny, kFile };
  enum class Part : std::uint8_t { kUnknown, kHead, kAudio };

  /// Reads as many chunks of the head as there are. Error: as above.
  [[nodiscard]] base::Result<void, std::string> read_head();
  [[nodiscard]] base::Result<void, std::string> read_format(std::string_view chunk);

  base::SampleRate rate_;
  std::size_t frame_bytes_ = 2;  ///< Bytes of one sample of each channel.
  Expected expected_ = Expected::kAny;
  Part part_ = Part::kUnknown;
  bool has_format_ = false;
  std::string head_;      ///< What is not read yet.
  std::size_t read_ = 0;  ///< Bytes of the head that were read and dropped.
  std::size_t rest_ = 0;  ///< Bytes of a frame that is not complete.
};

}  // namespace antiphon::bench
