#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"

namespace antiphon::codec {

struct Decoded {
  base::SampleRate rate;
  std::vector<std::int16_t> samples;
};

/// Decodes a body the way a player does that cannot seek. For tests: fails the test where FFmpeg complains.
/// `container` and `rate` are told for bodies that do not tell them themselves.
[[nodiscard]] Decoded decode(std::span<const std::byte> body, const char* container = nullptr,
                             base::SampleRate rate = {});

}  // namespace antiphon::codec
