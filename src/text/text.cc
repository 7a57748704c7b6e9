#include "text/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <string>

#include "base/check.h"

namespace antiphon::text {
namespace {

constexpr UChar32 kZeroWidthNonJoiner = 0x200C;
constexpr UChar32 kZeroWidthJoiner = 0x200D;
constexpr UChar32 kNextLine = 0x85;
constexpr UChar32 kLineSeparator = 0x2028;
constexpr UChar32 kParagraphSeparator = 0x2029;

/// Decodes one code point at `at` and moves on; negative for a stray byte.
UChar32 take(std::string_view bytes, std::size_t& at) {
  UChar32 c = 0;
  U8_NEXT(bytes, at, bytes.size(), c);
  return c;
}

void append(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, size);
}

bool is_mark(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0; }

bool is_dropped(UChar32 c) {
  const auto mask = U_GET_GC_MASK(c);
  if ((mask & U_GC_CC_MASK) != 0) return true;
  if ((mask & U_GC_CF_MASK) != 0) {
    return c != kZeroWidthJoiner && c != kZeroWidthNonJoiner &&
           u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK) == 0;
  }
  return U_IS_UNICODE_NONCHAR(c);
}

/// Whether a list item begins at `at`: "- ", "* ", "12. ", "3) " and the like.
bool list_item_follows(std::string_view text, std::size_t at) {
  static constexpr std::u32string_view kBullets = U"-*+\u2022\u2023\u25E6\u2013\u2014";
  std::size_t digits = 0;
  UChar32 c = 0;
  while (true) {
    if (at == text.size()) return false;
    c = take(text, at);
    if (digits == 3 || u_isdigit(c) == 0) break;
    ++digits;
  }
  const bool marker = digits > 0 ? c == '.' || c == ')' : kBullets.contains(static_cast<char32_t>(c));
  return marker && at < text.size() && u_isUWhiteSpace(take(text, at)) != 0;
}

/// Takes the white space that begins at `at`. Returns what stands for it.
std::string_view take_white_space(std::string_view text, std::size_t& at) {
  int breaks = 0;
  UChar32 last = 0;
  for (std::size_t next = at; next < text.size(); at = next) {
    const UChar32 c = take(text, next);
    if (u_isUWhiteSpace(c) == 0 && !is_dropped(c)) break;
    if (c == kParagraphSeparator) {
      breaks += 2;
    } else if (c == '\v' || c == '\f' || c == '\r' || c == kNextLine || c == kLineSeparator ||
               (c == '\n' && last != '\r')) {
      ++breaks;
    }
    last = c;
  }
  return breaks > 1 || (breaks == 1 && list_item_follows(text, at)) ? "\n\n" : " ";
}

/// Drops the marks beyond kMaxMarks in a row.
std::string without_excess_marks(std::string text) {
  std::string out;
  int marks = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    marks = is_mark(take(text, at)) ? marks + 1 : 0;
    if (marks <= kMaxMarks) out.append(text, begin, at - begin);
  }
  return out;
}

std::string composed(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU has no normalisation data");
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc->normalizeUTF8(0, text, sink, nullptr, status);
  ANTIPHON_CHECK(U_SUCCESS(status) != 0, "ICU cannot compose valid UTF-8");
  return out;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto begin = at;
    if (take(bytes, at) < 0) return begin;
  }
  return std::nullopt;
}

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < utf8.size(); ++count) take(utf8, at);
  return count;
}

Result<std::string> normalise(std::string_view utf8) {
  if (const auto at = find_invalid_utf8(utf8)) {
    return std::unexpected(Error{Errc::kInvalidUtf8, "the text is not UTF-8 from byte " + std::to_string(*at) + " on"});
  }
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    auto next = at;
    const UChar32 c = take(utf8, next);
    if (u_isUWhiteSpace(c) != 0) {
      const auto gap = take_white_space(utf8, at);
      if (!out.empty() && at < utf8.size()) out += gap;
      continue;
    }
    if (!is_dropped(c)) append(out, c);
    at = next;
  }
  return without_excess_marks(composed(without_excess_marks(std::move(out))));
}

bool speakable(std::string_view utf8) {
  static constexpr std::u32string_view kNamedSigns = U"%&@#+=\u00A7\u00B0";
  for (std::size_t at = 0; at < utf8.size();) {
    const UChar32 c = take(utf8, at);
    if (c < 0) continue;
    if ((U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_SC_MASK)) != 0) return true;
    if (kNamedSigns.contains(static_cast<char32_t>(c))) return true;
  }
  return false;
}

pronunciation::Result<std::shared_ptr<const pronunciation::Dictionary>> make_dictionary(
    std::vector<pronunciation::Entry> entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto written = normalise(entries[i].written);
    auto spoken = normalise(entries[i].spoken);
    if (!written || !spoken) return std::unexpected(pronunciation::Error{.entry = i, .message = "is not UTF-8"});
    entries[i].written = std::move(*written);
    entries[i].spoken = std::move(*spoken);
  }
  return pronunciation::Dictionary::make(entries);
}

}  // namespace antiphon::text
