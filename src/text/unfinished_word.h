#pragma once

#include <cstddef>
#include <string_view>

namespace antiphon::text {

/// Inside text/ only: where the last word or number of `utf8` begins, if more letters or digits may follow to it; its
/// size where none may, since white space or a mark ends it. A full stop or a comma behind a digit ends nothing ("3."
/// may become "3.50"), nor does the full stop of an initial or of a dotted abbreviation ("U.S." may become "U.S.A.").
[[nodiscard]] std::size_t unfinished_word(std::string_view utf8);

}  // namespace antiphon::text
