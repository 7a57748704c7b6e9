#pragma once

#include <cstdint>
#include <span>

/// How alike two pieces of audio are. For verification and tests.
namespace antiphon::audio {

/// Ratio of the reference's power to that of the difference, in decibels, over the length both have; infinite where
/// they are equal there, minus infinity for a silent reference that is not met.
[[nodiscard]] double snr_db(std::span<const std::int16_t> reference, std::span<const std::int16_t> got);

/// Largest difference of two samples at one place, over the length both have.
[[nodiscard]] int max_difference(std::span<const std::int16_t> a, std::span<const std::int16_t> b);

}  // namespace antiphon::audio
