#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace antiphon::engine {

/// Sample by sample clamp(round half to even(x * 32767)); what is not a number is silent.
[[nodiscard]] std::vector<std::int16_t> to_pcm(std::span<const float> wave);

}  // namespace antiphon::engine
