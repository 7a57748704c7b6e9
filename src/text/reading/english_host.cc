#include <algorithm>
#include <array>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kMostBytes = 255;

template <std::size_t kCount>
bool contains(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// What ends the name of a host where no address begins it.
bool is_domain(std::string_view label) {
  constexpr std::array kDomains = {"com"sv, "org"sv, "net"sv, "edu"sv, "gov"sv, "io"sv,     "dev"sv,
                                   "ai"sv,  "co"sv,  "uk"sv,  "de"sv,  "fr"sv,  "app"sv,    "info"sv,
                                   "eu"sv,  "us"sv,  "tv"sv,  "me"sv,  "ca"sv,  "example"sv};
  return contains(kDomains, label);
}

/// What ends the name of a file.
bool is_file_type(std::string_view label) {
  constexpr std::array kTypes = {"js"sv,  "ts"sv,   "py"sv,   "rs"sv,   "cc"sv,   "cpp"sv,  "sh"sv,   "md"sv,
                                 "txt"sv, "pdf"sv,  "csv"sv,  "json"sv, "xml"sv,  "yml"sv,  "yaml"sv, "toml"sv,
                                 "ini"sv, "html"sv, "htm"sv,  "css"sv,  "php"sv,  "jpg"sv,  "jpeg"sv, "png"sv,
                                 "gif"sv, "svg"sv,  "mp3"sv,  "mp4"sv,  "wav"sv,  "zip"sv,  "gz"sv,   "exe"sv,
                                 "dll"sv, "doc"sv,  "docx"sv, "xls"sv,  "xlsx"sv, "pptx"sv, "log"sv,  "sql"sv};
  return contains(kTypes, label);
}

/// A run of letters, digits and the signs that join them in addresses.
struct Name {
  std::size_t end = 0;
  std::size_t dots = 0;
  std::size_t ats = 0;
  std::string_view before_last{};  ///< The label before the last one.
  std::string_view last{};
};

Name name_at(const Source& source, std::size_t at) {
  Name name{.end = at};
  auto label = at;
  for (; name.end < at + kMostBytes; ++name.end) {
    const char c = source[name.end];
    const bool joins = c != 0 && ".@-_+&"sv.contains(c) && source.is_word(name.end + 1);
    if (!is_letter(c) && !is_digit(c) && !joins) {
      // "a_&-d@example.com"
      const bool sign = c != 0 && "_&-"sv.contains(c) && "_&-"sv.contains(source[name.end + 1]);
      if (!sign || source[name.end + 1] == 0) break;
    }
    if (c == '.') ++name.dots;
    if (c == '@') ++name.ats;
    if (c != '.' && c != '@') continue;
    name.before_last = source.slice(label, name.end);
    label = name.end + 1;
  }
  name.last = source.slice(label, name.end);
  return name;
}

/// Whether it is the name of a host, of a file, or an address of mail.
bool is_name(const Name& name) {
  if (name.dots == 0 || name.ats > 1) return false;
  if (name.ats == 1) return name.last.size() >= 2;
  constexpr std::array kSecond = {"com"sv, "co"sv, "org"sv, "net"sv, "gov"sv, "edu"sv, "ac"sv};
  const bool national = name.last.size() == 2 && is_lower(name.last[0]) && contains(kSecond, name.before_last);
  return national || is_domain(name.last) || is_file_type(name.last);
}

std::string_view word_of(char sign) {
  switch (sign) {
    case '.':
      return " dot ";
    case '@':
      return " at ";
    case '_':
      return " underscore ";
    case '+':
      return " plus ";
    case '&':
      return " ampersand ";
    default:
      return " dash ";
  }
}

/// What is said for `name`. The digits of an address of mail are said one by one, as it has to be written down.
std::string words_of(std::string_view name, bool is_mail) {
  std::string spoken;
  for (std::size_t at = 0; at < name.size();) {
    const char c = name[at];
    if (is_digit(c)) {
      auto end = at;
      while (end < name.size() && is_digit(name[end])) ++end;
      const auto digits = name.substr(at, end - at);
      if (at > 0 && is_letter(name[at - 1])) spoken += ' ';
      spoken += is_mail ? each_digit(digits) : digits_of_serial(digits);
      if (end < name.size() && is_letter(name[end])) spoken += ' ';
      at = end;
      continue;
    }
    // "a-b.example" is said with its dash, "well-known.txt" as a compound.
    const bool compound = c == '-' && !is_mail && !name.substr(0, at).contains('.');
    if (is_letter(c) || compound) {
      spoken += c;
    } else {
      spoken += spoken.empty() || spoken.ends_with(' ') ? word_of(c).substr(1) : word_of(c);
    }
    ++at;
  }
  return spoken;
}

/// The end of the path behind a host, without the marks behind it. It is not said, as that of an address with its
/// scheme is not: see text/markup/inlines.h.
std::size_t path_end(const Source& source, std::size_t at) {
  if (source[at] != '/') return at;
  auto end = at;
  while (source[end] > ' ' && source[end] != 0x7F && !"<>\"()|"sv.contains(source[end]) && end < at + kMostBytes) ++end;
  while (end > at && ".,;:!?'"sv.contains(source[end - 1])) --end;
  // "example.com/Other" may be two names.
  const auto path = source.slice(at + 1, end);
  const bool is_path =
      path.find_first_of("0123456789-_/?=.%") != std::string_view::npos || std::ranges::all_of(path, is_lower);
  return source.is_word(end) || !is_path ? at : end;
}

/// "file:///photos/image.jpg": what the file is called.
std::optional<Match> file_address(const Source& source, std::size_t at) {
  if (!source.has(at, "file://")) return std::nullopt;
  auto begin = at + "file://"sv.size();
  auto end = begin;
  while (end < at + kMostBytes && (is_letter(source[end]) || is_digit(source[end]) || "/._-"sv.contains(source[end])) &&
         source[end] != 0) {
    if (source[end] == '/') begin = end + 1;
    ++end;
  }
  while (end > begin && !is_letter(source[end - 1]) && !is_digit(source[end - 1])) --end;
  if (end == begin || source.is_word(end)) return std::nullopt;
  return Match{.end = end, .spoken = words_of(source.slice(begin, end), false)};
}

}  // namespace

std::optional<Match> host_name(const Source& source, std::size_t at) {
  if (auto match = file_address(source, at)) return match;
  const auto name = name_at(source, at);
  if (!is_name(name) || source.is_word(name.end)) return std::nullopt;
  const bool is_mail = name.ats == 1;
  return Match{.end = is_mail ? name.end : path_end(source, name.end),
               .spoken = words_of(source.slice(at, name.end), is_mail)};
}

}  // namespace antiphon::text::reading::english
