#include "text/reading/source.h"

#include <algorithm>

#include "text/characters/characters.h"

namespace antiphon::text::reading {

std::size_t Source::digits_end(std::size_t at) const {
  const auto most = at + kMostDigits;
  while (at < most && is_digit((*this)[at])) ++at;
  return at;
}

std::size_t Source::letters_end(std::size_t at) const {
  while (is_letter((*this)[at])) ++at;
  return at;
}

bool Source::is_word(std::size_t at) const {
  if (at >= text_.size()) return false;
  const char32_t c = characters::decode_next(text_, at);
  return characters::is_word(c);
}

bool Source::is_word_before(std::size_t at) const {
  if (at == 0) return false;
  const char32_t c = characters::decode_previous(text_, at);
  return characters::is_word(c);
}

std::string_view Source::word_before(std::size_t at) const {
  while (at > 0 && text_[at - 1] == ' ') --at;
  if (at > 0 && text_[at - 1] == '.') --at;
  auto begin = at;
  while (begin > 0 && is_letter(text_[begin - 1])) --begin;
  return text_.substr(begin, at - begin);
}

std::string_view Source::word_behind(std::size_t at) const {
  at = skip_spaces(at);
  return at < text_.size() ? slice(at, letters_end(at)) : std::string_view();
}

std::size_t Source::skip_spaces(std::size_t at) const {
  while ((*this)[at] == ' ') ++at;
  return at;
}

std::size_t dash_at(const Source& source, std::size_t at) {
  if (source[at] == '-') return 1;
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"}) {
    if (source.has(at, dash)) return dash.size();
  }
  return 0;
}

std::size_t minus_at(const Source& source, std::size_t at) {
  const bool begins = at == 0 || source[at - 1] == ' ' || source[at - 1] == '(';
  if (!begins && !std::string_view("\"=?!:").contains(source[at - 1])) return 0;
  if (source[at] == '-') return 1;
  // "Yes!\u201350 times" has a dash.
  if (!begins) return source.has(at, "\u2212") ? 3 : 0;
  for (const std::string_view minus : {"\u2212", "\u2013"}) {
    if (source.has(at, minus)) return minus.size();
  }
  return 0;
}

}  // namespace antiphon::text::reading
