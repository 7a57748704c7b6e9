#include "text/markup/plain_form.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "base/check.h"
#include "text/characters/characters.h"

namespace antiphon::text::markup {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// What Unicode lists as <compat> is of many kinds. These are forms of letters, digits and signs that are read alike.
constexpr Range kCompatible[] = {{0x0132, 0x0133}, {0x01C4, 0x01CC}, {0x01F1, 0x01F3}, {0x2025, 0x2026},
                                 {0x203C, 0x203C}, {0x2047, 0x2049}, {0x2100, 0x2101}, {0x2103, 0x2103},
                                 {0x2105, 0x2106}, {0x2109, 0x2109}, {0x2116, 0x2116}, {0x2121, 0x2121},
                                 {0x213B, 0x213B}, {0x2160, 0x217F}, {0x2474, 0x24B5}, {0x3200, 0x321E},
                                 {0x3220, 0x3243}, {0x3300, 0x33FF}, {0xFB00, 0xFB06}, {0xFB13, 0xFB17}};

bool is_compatible(char32_t c) {
  for (const auto& range : kCompatible) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

/// Longer ones, such as the eighteen letters of U+FDFA, would let a short text become a long one.
constexpr std::int32_t kLongestForm = 8;

std::string itself(char32_t c) {
  std::string out;
  characters::append(out, c);
  return out;
}

std::string compatible(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  static const auto* const nfkc = icu::Normalizer2::getNFKCInstance(status);
  ANTIPHON_CHECK(nfkc != nullptr, "ICU has no normalisation data");
  icu::UnicodeString mapped;
  // One step only: of a squared unit's sign the 2 stays a superscript.
  if (nfkc->getRawDecomposition(static_cast<UChar32>(c), mapped) == 0) return itself(c);
  if (mapped.length() > kLongestForm) return itself(c);
  std::string out;
  mapped.toUTF8String(out);
  return out;
}

bool has_plain_form(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  switch (u_getIntPropertyValue(code, UCHAR_DECOMPOSITION_TYPE)) {
    case U_DT_FONT:
    case U_DT_CIRCLE:
    case U_DT_SQUARE:
    case U_DT_NARROW:
    case U_DT_INITIAL:
    case U_DT_MEDIAL:
    case U_DT_FINAL:
    case U_DT_ISOLATED:
      return true;
    case U_DT_WIDE:
      return (U_GET_GC_MASK(code) & U_GC_P_MASK) == 0 || c == 0xFF05 || c == 0xFF06 || c == 0xFF03 || c == 0xFF20;
    case U_DT_COMPAT:
      return is_compatible(c);
    default:
      return false;
  }
}

}  // namespace

std::string plain_form(char32_t c) {
  if (c < 0xB2) return itself(c);
  if (const auto digit = u_charDigitValue(static_cast<UChar32>(c)); digit >= 0 && characters::is_digit(c)) {
    return {static_cast<char>('0' + digit)};
  }
  return has_plain_form(c) ? compatible(c) : itself(c);
}

char narrow_mark(char32_t c) {
  constexpr char32_t kFirst = 0xFF01;
  constexpr char32_t kLast = 0xFF5E;
  if (c < kFirst || c > kLast) return 0;
  return static_cast<char>(c - kFirst + '!');
}

}  // namespace antiphon::text::markup
