#include "engine/hibari/characters.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace antiphon::engine::hibari {
namespace {

UChar32 as_icu(char32_t c) { return static_cast<UChar32>(c); }

std::u32string mapped(std::u32string_view text, UChar32 (*map)(UChar32)) {
  std::u32string result;
  result.reserve(text.size());
  for (const auto c : text) result += static_cast<char32_t>(map(as_icu(c)));
  return result;
}

}  // namespace

Decoded decoded(std::string_view text) {
  Decoded result;
  const char* const bytes = text.data();
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < length;) {
    result.offsets.push_back(static_cast<std::size_t>(i));
    UChar32 c = 0;
    U8_NEXT(bytes, i, length, c);
    result.text += c < 0 ? U'\uFFFD' : static_cast<char32_t>(c);
  }
  result.offsets.push_back(text.size());
  return result;
}

std::u32string to_utf32(std::string_view text) { return decoded(text).text; }

std::string to_utf8(std::u32string_view text) {
  std::string result;
  icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()),  // NOLINT(*-reinterpret-cast)
                                static_cast<std::int32_t>(text.size()))
      .toUTF8String(result);
  return result;
}

bool is_letter(char32_t c) { return u_isalpha(as_icu(c)) != 0; }
bool is_digit(char32_t c) { return u_isdigit(as_icu(c)) != 0; }
bool is_space(char32_t c) { return u_isUWhiteSpace(as_icu(c)) != 0; }

bool is_letter_or_numeral(char32_t c) {
  const auto type = u_charType(as_icu(c));
  return is_letter(c) || type == U_LETTER_NUMBER || type == U_OTHER_NUMBER;
}

bool is_small_latin(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'\u00DF' && c <= U'\u00FF' && c != U'\u00F7');
}

bool is_capital_latin(char32_t c) {
  return (c >= U'A' && c <= U'Z') || (c >= U'\u00C0' && c <= U'\u00DE' && c != U'\u00D7');
}

bool all_letters(std::u32string_view text) { return !text.empty() && std::ranges::all_of(text, is_letter); }

bool all_digits(std::u32string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

std::u32string lower(std::u32string_view text) { return mapped(text, u_tolower); }
std::u32string upper(std::u32string_view text) { return mapped(text, u_toupper); }

std::u32string capitalised(std::u32string_view text) {
  if (text.empty()) return {};
  return upper(text.substr(0, 1)) + lower(text.substr(1));
}

std::u32string plain(std::u32string_view text) {
  std::u32string result(text);
  if (std::ranges::any_of(text, [](char32_t c) { return c > 0x7F; })) {
    UErrorCode failed = U_ZERO_ERROR;
    const auto* const form = icu::Normalizer2::getNFKCInstance(failed);
    const auto composed = form->normalize(icu::UnicodeString::fromUTF8(to_utf8(text)), failed);
    if (U_SUCCESS(failed) != 0) {
      std::string bytes;
      result = to_utf32(composed.toUTF8String(bytes));
    }
  }
  for (auto& c : result) {
    if (is_apostrophe(c)) c = U'\'';
    if (is_digit(c)) c = U'0' + static_cast<char32_t>(u_charDigitValue(as_icu(c)));
  }
  return result;
}

std::u32string without(std::u32string_view text, std::u32string_view unwanted) {
  std::u32string result;
  for (const auto c : text) {
    if (!unwanted.contains(c)) result += c;
  }
  return result;
}

}  // namespace antiphon::engine::hibari
