#include "text/boundaries.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <memory>

#include "base/check.h"

namespace antiphon::text {
namespace {

std::unique_ptr<icu::BreakIterator> make_iterator(Boundary kind) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator;
  switch (kind) {
    case Boundary::kGrapheme:
      iterator.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
      break;
    case Boundary::kLine:
      iterator.reset(icu::BreakIterator::createLineInstance(icu::Locale::getRoot(), status));
      break;
    case Boundary::kSentence:
      iterator.reset(icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
      break;
  }
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU has no break rules");
  return iterator;
}

UChar32 signed_code(char32_t c) { return static_cast<UChar32>(c); }

bool has_category(char32_t c, std::uint32_t mask) { return (U_GET_GC_MASK(signed_code(c)) & mask) != 0; }

}  // namespace

std::vector<std::size_t> boundaries(Boundary kind, std::string_view utf8) {
  std::vector<std::size_t> out;
  if (utf8.empty()) return out;
  const auto iterator = make_iterator(kind);
  UErrorCode status = U_ZERO_ERROR;
  UText text = UTEXT_INITIALIZER;
  utext_openUTF8(&text, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status);
  iterator->setText(&text, status);
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU cannot read UTF-8");
  for (auto at = iterator->next(); at != icu::BreakIterator::DONE; at = iterator->next()) {
    out.push_back(static_cast<std::size_t>(at));
  }
  utext_close(&text);
  return out;
}

char32_t decode_next(std::string_view utf8, std::size_t& at) {
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(utf8, at, utf8.size(), c);
  return static_cast<char32_t>(c);
}

char32_t decode_previous(std::string_view utf8, std::size_t& at) {
  UChar32 c = 0;
  auto position = static_cast<std::int32_t>(at);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  U8_PREV_OR_FFFD(bytes, 0, position, c);
  at = static_cast<std::size_t>(position);
  return static_cast<char32_t>(c);
}

bool is_space(char32_t c) { return u_isUWhiteSpace(signed_code(c)) != 0; }
bool is_digit(char32_t c) { return has_category(c, U_GC_ND_MASK); }
bool is_letter(char32_t c) { return has_category(c, U_GC_L_MASK); }
bool is_upper(char32_t c) { return has_category(c, U_GC_LU_MASK); }
bool is_lower(char32_t c) { return has_category(c, U_GC_LL_MASK); }
bool is_opening(char32_t c) { return has_category(c, U_GC_PS_MASK | U_GC_PI_MASK) || c == '"' || c == '\''; }
bool is_closing(char32_t c) { return has_category(c, U_GC_PE_MASK | U_GC_PF_MASK) || c == '"' || c == '\''; }

bool ends_sentence(char32_t c) { return u_hasBinaryProperty(signed_code(c), UCHAR_S_TERM) != 0; }

bool continues_sentence(char32_t c) {
  return u_getIntPropertyValue(signed_code(c), UCHAR_SENTENCE_BREAK) == U_SB_LOWER;
}

std::size_t spoken_weight(char32_t c) {
  const auto width = u_getIntPropertyValue(signed_code(c), UCHAR_EAST_ASIAN_WIDTH);
  if (width == U_EA_WIDE && is_letter(c)) return 3;
  return is_digit(c) ? 2 : 1;
}

std::string_view trimmed(std::string_view utf8) {
  while (!utf8.empty()) {
    std::size_t at = 0;
    if (!is_space(decode_next(utf8, at))) break;
    utf8.remove_prefix(at);
  }
  while (!utf8.empty()) {
    auto at = utf8.size();
    if (!is_space(decode_previous(utf8, at))) break;
    utf8 = utf8.substr(0, at);
  }
  return utf8;
}

}  // namespace antiphon::text
