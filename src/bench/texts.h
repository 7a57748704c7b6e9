#pragma once

#include <random>
#include <string>

namespace antiphon::bench {

enum class TextMix : std::uint8_t {
  kShort,  ///< About a second: what an assistant confirms.
  kLong,   ///< 10 to 20 s: an answer.
  kMixed,  ///< As many short ones as long ones.
};

/// English sentences, different each time; the same for the same state of `random`.
[[nodiscard]] std::string make_text(TextMix mix, std::mt19937_64& random);

}  // namespace antiphon::bench
