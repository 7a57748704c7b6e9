#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What code points are. Pure; every function may be called from any thread.
namespace antiphon::text::characters {

/// The code point that begins at `at`, or U+FFFD for a stray byte; moves `at` past it.
[[nodiscard]] char32_t decode_next(std::string_view utf8, std::size_t& at);
/// The code point that ends at `at`, likewise; moves `at` to its beginning.
[[nodiscard]] char32_t decode_previous(std::string_view utf8, std::size_t& at);

[[nodiscard]] bool is_space(char32_t c);
[[nodiscard]] bool is_digit(char32_t c);
[[nodiscard]] bool is_letter(char32_t c);
/// Whether `c` is of a word or a number: a letter or a digit.
[[nodiscard]] bool is_word(char32_t c);
[[nodiscard]] bool is_upper(char32_t c);
[[nodiscard]] bool is_lower(char32_t c);
/// The small letter of a capital; any other code point as it is.
[[nodiscard]] char32_t to_lower(char32_t c);
/// Opening brackets and quotes.
[[nodiscard]] bool is_opening(char32_t c);
/// Closing brackets and quotes.
[[nodiscard]] bool is_closing(char32_t c);
/// What ends a sentence in some script, such as a full stop (STerm of UAX 29).
[[nodiscard]] bool ends_sentence(char32_t c);
/// Whether `c` is a small letter, before which no full stop ends a sentence (Lower of UAX 29). The letters of scripts
/// without capitals, such as Georgian, are none.
[[nodiscard]] bool continues_sentence(char32_t c);
/// What one code point adds to spoken_length().
[[nodiscard]] std::size_t spoken_weight(char32_t c);

[[nodiscard]] std::string_view trimmed(std::string_view utf8);

/// Appends `c` as UTF-8; `c` is a code point that has an encoding.
void append(std::string& utf8, char32_t c);

}  // namespace antiphon::text::characters
