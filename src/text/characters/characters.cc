#include "text/characters/characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace antiphon::text::characters {
namespace {

UChar32 signed_code(char32_t c) { return static_cast<UChar32>(c); }

bool has_category(char32_t c, std::uint32_t mask) { return (U_GET_GC_MASK(signed_code(c)) & mask) != 0; }

}  // namespace

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
bool is_word(char32_t c) { return has_category(c, U_GC_L_MASK | U_GC_ND_MASK); }
bool is_upper(char32_t c) { return has_category(c, U_GC_LU_MASK); }
bool is_lower(char32_t c) { return has_category(c, U_GC_LL_MASK); }
char32_t to_lower(char32_t c) { return static_cast<char32_t>(u_tolower(signed_code(c))); }
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

void append(std::string& utf8, char32_t c) {
  char bytes[U8_MAX_LENGTH];
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, signed_code(c));
  utf8.append(bytes, size);
}

}  // namespace antiphon::text::characters
