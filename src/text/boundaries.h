#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/characters/characters.h"

/// Inside text/ only: the boundaries that Unicode defines (UAX 14 and 29).
namespace antiphon::text {

enum class Boundary : std::uint8_t { kGrapheme, kLine, kSentence };

/// Byte offsets of the boundaries of `utf8`, ascending, without 0, with its size. Independent of the locale.
[[nodiscard]] std::vector<std::size_t> boundaries(Boundary kind, std::string_view utf8);

using characters::continues_sentence;
using characters::decode_next;
using characters::decode_previous;
using characters::ends_sentence;
using characters::is_closing;
using characters::is_digit;
using characters::is_letter;
using characters::is_lower;
using characters::is_opening;
using characters::is_space;
using characters::is_upper;
using characters::is_word;
using characters::spoken_weight;
using characters::trimmed;

}  // namespace antiphon::text
