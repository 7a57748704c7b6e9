#pragma once

#include <string_view>
#include <vector>

namespace antiphon::text {

/// Inside text/ only: the sentences of `text` in order, without the white space between them, none empty. A full
/// stop after an abbreviation or an initial ends none; the end of a paragraph (a newline) always does.
[[nodiscard]] std::vector<std::string_view> sentences(std::string_view text);

}  // namespace antiphon::text
