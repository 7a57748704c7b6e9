#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"

/// Facts about PCM: 16-bit signed samples of one channel. Pure.
namespace antiphon::audio {

/// How many whole samples play within `duration` at `rate`; 0 where it is negative. At most a day.
[[nodiscard]] base::SampleCount samples_in(base::Duration duration, base::SampleRate rate);

/// Appends samples as they travel and lie in files: 16 bits, little-endian.
void append_s16le(std::span<const std::int16_t> samples, std::vector<std::byte>& out);

}  // namespace antiphon::audio
