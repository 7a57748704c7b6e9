#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"

namespace antiphon::text {

/// Inside text/ only.
struct Sentence {
  std::string_view text;
  base::Duration pause{};  ///< That the text asks for behind it; 0: none.
};

/// Whether `text` ends in a full stop of which only the next word says whether it ends a sentence: "James T.", "5
/// p.m.".
[[nodiscard]] bool is_judged_by_next_word(std::string_view text);

/// The sentences of `text` in order, without the white space between them, none empty. A full
/// stop after an abbreviation or an initial ends none; the end of a paragraph (a newline) and a pause always do.
[[nodiscard]] std::vector<Sentence> sentences(std::string_view text);

}  // namespace antiphon::text
