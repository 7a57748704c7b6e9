#include "text/pronunciation/phonemes.h"

#include <string_view>

#include "text/characters/characters.h"

namespace antiphon::text::pronunciation {
namespace {

/// Signs of the alphabet that are no letters: syllables, groups, links, intonation, and what a pause is written by.
constexpr std::u32string_view kOtherSigns = U" .|‖‿'’,;:!?-~()↑↓↗↘ꜛꜜ";

bool is_modifier(char32_t c) { return c >= 0x02B0 && c <= 0x036F; }

bool stands_for_a_sound(char32_t c) {
  return characters::is_letter(c) || is_modifier(c) || kOtherSigns.contains(c) || (c >= 0x1DC0 && c <= 0x1DFF);
}

}  // namespace

std::optional<BadSign> find_bad_sign(std::string_view phonemes) {
  std::size_t character = 0;
  for (std::size_t at = 0; at < phonemes.size();) {
    const auto begin = at;
    ++character;
    if (!stands_for_a_sound(characters::decode_next(phonemes, at))) {
      return BadSign{.sign = std::string(phonemes.substr(begin, at - begin)), .character = character};
    }
  }
  return std::nullopt;
}

}  // namespace antiphon::text::pronunciation
