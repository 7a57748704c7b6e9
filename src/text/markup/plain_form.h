#pragma once

#include <string>

namespace antiphon::text::markup {

/// What `c` is a variant form of, by Unicode's compatibility mappings: "fi" for a ligature, "IV" for the sign of a
/// Roman numeral, "kg" for a squared unit, a plain letter for a bold or circled one, an ASCII digit for a decimal digit
/// of any script. Returns `c` itself for everything else, also for superscripts, subscripts and fractions, which mean
/// more than their plain forms, and for full-width punctuation, which parts sentences of its own scripts.
[[nodiscard]] std::string plain_form(char32_t c);

/// Full-width punctuation that has an ASCII form, such as the colon of a time between full-width digits; 0 for others.
[[nodiscard]] char narrow_mark(char32_t c);

}  // namespace antiphon::text::markup
