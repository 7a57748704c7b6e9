#include "audio/wav.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace antiphon::audio {
namespace {

constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
constexpr std::uint32_t kBytesPerSample = 2;
constexpr std::uint32_t kAfterRiffSize = kWavHeaderBytes - 8;

class HeaderWriter {
 public:
  HeaderWriter& tag(std::string_view text) {
    for (const char c : text) bytes_[at_++] = static_cast<std::byte>(c);
    return *this;
  }
  HeaderWriter& number(std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_[at_++] = static_cast<std::byte>(value >> (8 * i));
    return *this;
  }
  [[nodiscard]] const std::array<std::byte, kWavHeaderBytes>& bytes() const { return bytes_; }

 private:
  std::array<std::byte, kWavHeaderBytes> bytes_{};
  std::size_t at_ = 0;
};

}  // namespace

std::array<std::byte, kWavHeaderBytes> wav_header(base::SampleRate rate, std::optional<base::SampleCount> samples) {
  constexpr std::uint64_t kMostSamples = (kUnknown - kAfterRiffSize - 1) / kBytesPerSample;
  const bool known = samples && samples->value <= kMostSamples;
  const auto data = known ? static_cast<std::uint32_t>(samples->value) * kBytesPerSample : kUnknown;
  HeaderWriter header;
  header.tag("RIFF").number(known ? data + kAfterRiffSize : kUnknown, 4).tag("WAVE");
  header.tag("fmt ").number(16, 4).number(1, 2).number(1, 2).number(rate.hz, 4);
  header.number(rate.hz * kBytesPerSample, 4).number(kBytesPerSample, 2).number(8 * kBytesPerSample, 2);
  header.tag("data").number(data, 4);
  return header.bytes();
}

}  // namespace antiphon::audio
