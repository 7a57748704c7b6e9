#include "text/markup/inlines.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "text/characters/ascii.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::text::markup {
namespace {

namespace ascii = characters::ascii;
using std::string_view_literals::operator""sv;

constexpr std::size_t kLongestHost = 255;
constexpr std::size_t kLongestAction = 48;
constexpr std::size_t kMostMarks = 8;
constexpr std::size_t kLongestName = 32;
/// Brackets within brackets of a link. As each of them may begin a link, this bounds how often a byte is looked at.
constexpr std::size_t kDeepest = 8;

/// A letter, a digit, or a mark that belongs to one.
bool is_host_letter(char32_t c) {
  if (c < 0x80) return ascii::is_letter(static_cast<char>(c)) || ascii::is_digit(static_cast<char>(c));
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) != 0;
}
/// What may stand in the path of an address: the characters of RFC 3986, and the letters of scripts that part words by
/// spaces, as browsers show them.
bool is_path(char32_t c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && !U"<>\"`|"sv.contains(c);
  return is_host_letter(c) && !stands_tight(c);
}

/// Where the bracket that is open at `at` closes, at most `most` bytes on and on the same line; 0 where it does not.
std::size_t closing(const Window& window, std::size_t at, char open, char close, std::size_t most) {
  std::size_t depth = 0;
  for (const auto end = at + most; at < end; ++at) {
    const char c = window.at(at);
    if (c == 0 || c == '\n') return 0;
    if (c == open && ++depth > kDeepest) return 0;
    if (c == close && --depth == 0) return at;
  }
  return 0;
}

/// Returns nullopt where a private sign of the client's is among the phonemes.
std::optional<Phonemes> unsigned_phonemes(const Window& window, const Phonemes& phonemes) {
  for (auto at = phonemes.begin; at < phonemes.end;) {
    const auto [c, bytes] = window.decode(at);
    if (characters::is_private_sign(c)) return std::nullopt;
    at += bytes;
  }
  return phonemes;
}

}  // namespace

bool stands_tight(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  const auto width = u_getIntPropertyValue(code, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ||
         u_getIntPropertyValue(code, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
}

std::optional<Link> link_at(const Window& window, std::size_t from) {
  const auto end = closing(window, from, '[', ']', kLongestLabel);
  if (end == 0) return std::nullopt;
  if (window.at(from + 1) == '^') return Link{.label = 0, .behind = end + 1 - from};
  const char next = window.at(end + 1);
  if (next != '(' && next != '[') return std::nullopt;
  const auto last = closing(window, end + 1, next, next == '(' ? ')' : ']', kLongestTarget);
  if (last == 0) return std::nullopt;
  if (end == from + 1) return Link{.label = 0, .behind = last + 1 - from};
  return Link{.label = end - 1 - from, .behind = last + 1 - end};
}

std::optional<Phonemes> phonemes_at(const Window& window) {
  const auto end = closing(window, 0, '[', ']', kLongestLabel);
  if (end == 0) return std::nullopt;
  if (window.at(1) == '[' && window.at(end - 1) == ']') {
    return unsigned_phonemes(window, {.bytes = end + 1, .begin = 2, .end = end - 1});
  }
  if (window.at(end + 1) != '(' || window.at(end + 2) != '/') return std::nullopt;
  const auto last = closing(window, end + 1, '(', ')', kLongestLabel);
  if (last < end + 4 || window.at(last - 1) != '/') return std::nullopt;
  return unsigned_phonemes(window, {.bytes = last + 1, .begin = end + 3, .end = last - 1});
}

std::string phoneme_words(std::string_view phonemes) {
  std::string out;
  while (!(phonemes = characters::trimmed(phonemes)).empty()) {
    const auto word = phonemes.substr(0, phonemes.find(' '));
    if (!out.empty()) out += ' ';
    characters::append(out, characters::kPhonemesBegin);
    out += word;
    characters::append(out, characters::kPhonemesEnd);
    phonemes.remove_prefix(word.size());
  }
  return out;
}

std::optional<Address> address_at(const Window& window, std::size_t from) {
  auto at = from;
  for (const auto scheme : {"https://"sv, "http://"sv, "ftp://"sv}) {
    if (window.starts_with(scheme, from)) at = from + scheme.size();
  }
  if (window.starts_with("www.", at)) at += 4;
  if (at == from) return std::nullopt;
  std::size_t host = 0;
  for (;;) {
    const auto [c, bytes] = window.decode(at + host);
    if (bytes == 0 || host + bytes > kLongestHost) break;
    const bool joins = (c == '-' || c == '.') && is_host_letter(window.decode(at + host + 1).c);
    if (!joins && !is_host_letter(c)) break;
    host += bytes;
  }
  return host == 0 ? std::nullopt : std::optional(Address{.before = at - from, .host = host});
}

bool address_ends(const Window& window) {
  constexpr auto kMarks = ".,;:!?'\")]}*_~`"sv;
  std::size_t at = 0;
  while (at < kMostMarks && window.at(at) != 0 && kMarks.contains(window.at(at))) ++at;
  const auto [c, bytes] = window.decode(at);
  return bytes == 0 || !is_path(c);
}

std::size_t code_at(const Window& window) {
  const auto run = backticks_at(window, 0);
  if (run == 0 || run == kMostBackticks) return 0;
  for (auto at = run; at < kLongestCode;) {
    const char c = window.at(at);
    if (c == 0 || c == '\n' || c == '\r') return 0;
    const auto next = backticks_at(window, at);
    if (next == run) return at + run;
    at += std::max<std::size_t>(next, 1);
  }
  return 0;
}

std::size_t backticks_at(const Window& window, std::size_t from) {
  std::size_t run = 0;
  while (run < kMostBackticks && window.at(from + run) == '`') ++run;
  return run;
}

std::size_t action_at(const Window& window) {
  constexpr std::array kVerbs = {"sighs"sv,  "laughs"sv, "giggles"sv,  "chuckles"sv, "smiles"sv, "nods"sv,  "gasps"sv,
                                 "coughs"sv, "grins"sv,  "winks"sv,    "shrugs"sv,   "groans"sv, "yawns"sv, "sobs"sv,
                                 "sniffs"sv, "pauses"sv, "whispers"sv, "clears"sv,   "waves"sv,  "frowns"sv};
  const bool action = std::ranges::any_of(kVerbs, [&](std::string_view verb) {
    return window.starts_with(verb, 1) && !is_host_letter(window.decode(1 + verb.size()).c);
  });
  if (!action) return 0;
  for (std::size_t at = 1; at < kLongestAction; ++at) {
    const char c = window.at(at);
    if (c == 0 || c == '\n') return 0;
    if (c == '*') return window.at(at + 1) == '*' ? 0 : at + 1;
  }
  return 0;
}

bool is_emoji(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  if (c == 0xFE0F || c == 0x20E3 || (c >= 0xE0020 && c <= 0xE007F)) return true;
  if (c < 0x2300) return false;
  return u_hasBinaryProperty(code, UCHAR_EXTENDED_PICTOGRAPHIC) != 0 ||
         u_hasBinaryProperty(code, UCHAR_REGIONAL_INDICATOR) != 0 ||
         u_hasBinaryProperty(code, UCHAR_EMOJI_MODIFIER) != 0;
}

std::string emoji_name(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  if (u_hasBinaryProperty(code, UCHAR_EMOJI_PRESENTATION) == 0 || c == 0xFE0F) return {};
  if (u_hasBinaryProperty(code, UCHAR_EMOJI_MODIFIER) != 0 ||
      u_hasBinaryProperty(code, UCHAR_REGIONAL_INDICATOR) != 0) {
    return {};
  }
  char name[128];
  UErrorCode status = U_ZERO_ERROR;
  const auto size = u_charName(code, U_UNICODE_CHAR_NAME, name, sizeof name, &status);
  if (U_FAILURE(status) != 0) return {};
  std::string out(name, static_cast<std::size_t>(size));
  // The first words of a long one tell enough: "smiling face" of U+1F606.
  if (out.size() > kLongestName) out.resize(std::min(out.find(" WITH "), out.rfind(' ', kLongestName)));
  std::ranges::transform(out, out.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter == '-' ? ' ' : letter;
  });
  return out;
}

}  // namespace antiphon::text::markup
