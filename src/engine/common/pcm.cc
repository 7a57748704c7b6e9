#include "engine/common/pcm.h"

#include <algorithm>
#include <cmath>

namespace antiphon::engine {

std::vector<std::int16_t> to_pcm(std::span<const float> wave) {
  std::vector<std::int16_t> pcm;
  pcm.reserve(wave.size());
  for (const float x : wave) {
    const float scaled = std::isnan(x) ? 0.0F : x * 32767.0F;
    pcm.push_back(static_cast<std::int16_t>(std::nearbyint(std::clamp(scaled, -32768.0F, 32767.0F))));
  }
  return pcm;
}

}  // namespace antiphon::engine
