#include "audio/pcm.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace antiphon::audio {

base::SampleCount samples_in(base::Duration duration, base::SampleRate rate) {
  constexpr base::Duration kLongest = std::chrono::hours(24);
  const auto bounded = std::clamp(duration, base::Duration{0}, kLongest);
  const auto whole = std::chrono::floor<std::chrono::seconds>(bounded);
  const auto rest = static_cast<std::uint64_t>((bounded - whole).count());
  return {static_cast<std::uint64_t>(whole.count()) * rate.hz + rest * rate.hz / 1'000'000'000ULL};
}

void append_s16le(std::span<const std::int16_t> samples, std::vector<std::byte>& out) {
  static_assert(std::endian::native == std::endian::little, "samples are copied as they lie in memory");
  const auto bytes = std::as_bytes(samples);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace antiphon::audio
