#pragma once

#include <cstddef>
#include <cstdint>

#include "cache/audio.h"

namespace antiphon::cache {

/// For tests: the key of that number.
inline Key key_of(std::uint8_t number) {
  Key key{};
  key.fill(number);
  return key;
}

/// For tests: audio of so many samples, each of them `value`.
inline Audio audio_of(std::size_t samples, std::int16_t value = 7) {
  return {.rate = {22'050}, .samples = std::vector<std::int16_t>(samples, value)};
}

}  // namespace antiphon::cache
