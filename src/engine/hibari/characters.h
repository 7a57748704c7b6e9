#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Characters as the rules of reading see them, by ICU's tables.
namespace antiphon::engine::hibari {

/// What is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::u32string to_utf32(std::string_view text);
/// The same, and where each character begins among the bytes, with the end as one more.
struct Decoded {
  std::u32string text;
  std::vector<std::size_t> offsets;
};
[[nodiscard]] Decoded decoded(std::string_view text);
[[nodiscard]] std::string to_utf8(std::u32string_view text);

[[nodiscard]] bool is_letter(char32_t c);
[[nodiscard]] bool is_digit(char32_t c);
[[nodiscard]] bool is_space(char32_t c);
/// A letter, or a numeral that is no digit, such as a fraction or a Roman numeral.
[[nodiscard]] bool is_letter_or_numeral(char32_t c);
[[nodiscard]] inline bool is_alphanumeric(char32_t c) { return is_digit(c) || is_letter_or_numeral(c); }
/// Of Latin letters up to U+00FF.
[[nodiscard]] bool is_small_latin(char32_t c);
[[nodiscard]] bool is_capital_latin(char32_t c);
[[nodiscard]] inline bool is_apostrophe(char32_t c) { return c == U'\'' || c == U'\u2018' || c == U'\u2019'; }

[[nodiscard]] bool all_letters(std::u32string_view text);  ///< False where it is empty.
[[nodiscard]] bool all_digits(std::u32string_view text);   ///< Of ASCII; false where it is empty.

[[nodiscard]] std::u32string lower(std::u32string_view text);
[[nodiscard]] std::u32string upper(std::u32string_view text);
/// The first character as a capital, the others small.
[[nodiscard]] std::u32string capitalised(std::u32string_view text);
[[nodiscard]] inline bool is_lower(std::u32string_view text) { return text == lower(text); }
[[nodiscard]] inline bool is_upper(std::u32string_view text) { return text == upper(text); }

/// In the form NFKC, with every digit as one of ASCII and every apostrophe as '.
[[nodiscard]] std::u32string plain(std::u32string_view text);

/// Without the characters of `unwanted`.
[[nodiscard]] std::u32string without(std::u32string_view text, std::u32string_view unwanted);

}  // namespace antiphon::engine::hibari
