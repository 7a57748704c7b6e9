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

/// The sentences of `text` in order, without the white space between them, none empty. A full
/// stop after an abbreviation or an initial ends none; the end of a paragraph (a newline) and a pause always do.
[[nodiscard]] std::vector<Sentence> sentences(std::string_view text);

}  // namespace antiphon::text
