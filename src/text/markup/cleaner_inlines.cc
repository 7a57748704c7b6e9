#include <string>

#include "text/characters/ascii.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/cleaner.h"
#include "text/markup/entities.h"
#include "text/markup/inlines.h"
#include "text/markup/plain_form.h"

// What stands for something else within a line of text: emphasis, code, links, entities, addresses, emoji.

namespace antiphon::text::markup {
namespace {

namespace ascii = characters::ascii;
using std::string_view_literals::operator""sv;

bool is_ascii_mark(char c) { return c > ' ' && c < '\x7F' && !ascii::is_letter(c) && !ascii::is_digit(c); }

}  // namespace

bool Cleaner::step_inline(char32_t c, std::size_t bytes) {
  if (options_.markup == Markup::kRead || fence_ != 0) return step_letter(c, bytes);
  if (c == '`' || code_end_ != 0) return step_backtick();
  switch (c) {
    case '\\': {
      const char next = window_.at(1);
      if (window_.starved()) return false;
      if (!is_ascii_mark(next)) return step_letter(c, bytes);
      skip(1);
      return step_letter(static_cast<char32_t>(next), 1);
    }
    case '*':
    case '_':
    case '~':
      return step_emphasis(static_cast<char>(c));
    case '[':
      return step_bracket();
    case '!': {
      if (window_.at(1) != '[') return window_.starved() ? false : step_letter(c, bytes);
      const auto link = link_at(window_, 1);
      if (window_.starved()) return false;
      if (!link) return step_letter(c, bytes);
      skip(1);
      return true;
    }
    case '<':
      return step_tag();
    case '&':
      return step_entity();
    case '|':
      return step_table_bar();
    case '#': {
      if (line_.block() != Block::kHeading || raw_last_ != ' ') return step_letter(c, bytes);
      const char next = window_.at(1);
      if (window_.starved()) return false;
      if (next != 0 && next != '#' && next != '\n' && next != '\r') return step_letter(c, bytes);
      skip(1);
      return true;
    }
    default:
      return step_address() ? true : (window_.starved() ? false : step_letter(c, bytes));
  }
}

bool Cleaner::step_backtick() {
  const auto [c, bytes] = window_.decode(0);
  if (code_end_ != 0 && consumed_ < code_end_) return step_letter(c, bytes);
  const auto run = backticks_at(window_, 0);
  const auto code = code_end_ == 0 ? code_at(window_) : 0;
  if (window_.starved()) return false;
  code_end_ = code == 0 ? 0 : consumed_ + code - run;
  raw_last_ = '`';
  skip(run);
  return true;
}

bool Cleaner::step_emphasis(char sign) {
  constexpr std::size_t kMost = 64;
  if (sign == '*' && !characters::is_word(raw_last_)) {
    const auto action = action_at(window_);
    if (window_.starved()) return false;
    if (action > 0) {
      leave_out(LeftOut::Why::kAction, action);
      raw_last_ = '*';
      skip(action);
      return true;
    }
  }
  std::size_t run = 0;
  while (run < kMost && window_.at(run) == sign) ++run;
  const auto next = window_.decode(run).c;
  if (window_.starved()) return false;
  const bool after_word = characters::is_word(raw_last_);
  const bool before_word = characters::is_word(next);
  const bool alone = characters::is_space(raw_last_) && (next == 0 || characters::is_space(next));
  bool stays = false;
  if (sign == '~') stays = run == 1;
  if (sign == '_') stays = after_word && before_word;
  if (sign == '*') stays = run == 1 && (alone || (characters::is_digit(raw_last_) && characters::is_digit(next)));
  if (!stays) {
    skip(run);
    return true;
  }
  raw_last_ = static_cast<char32_t>(sign);
  put(std::string(run, sign), run);
  spaced_ = false;
  return true;
}

bool Cleaner::step_bracket() {
  const auto phonemes = phonemes_at(window_);
  if (phonemes && !window_.starved()) {
    put(phoneme_words(window_.text(phonemes->begin, phonemes->end - phonemes->begin)), phonemes->bytes);
    spaced_ = false;
    raw_last_ = ']';
    return true;
  }
  const auto wait = bracket_pause_at(window_);
  const auto link = link_at(window_);
  if (window_.starved()) return false;
  if (wait) {
    pause(wait->length, wait->bytes);
    return true;
  }
  if (!link || labels_.size() == kMostLabels) return step_letter('[', 1);
  if (link->label == 0) {
    leave_out(LeftOut::Why::kLink, link->behind);
    skip(link->behind);
    return true;
  }
  leave_out(LeftOut::Why::kLink, link->behind, 1 + link->label);
  raw_last_ = '[';
  labels_.push_back({.end = consumed_ + 1 + link->label, .tail = link->behind});
  skip(1);
  return true;
}

bool Cleaner::step_entity() {
  std::string name;
  for (std::size_t at = 1; at <= kLongestEntity + 1; ++at) {
    const char c = window_.at(at);
    if (c == ';' || !(ascii::is_letter(c) || ascii::is_digit(c) || c == '#')) break;
    name += c;
  }
  const bool closed = window_.at(name.size() + 1) == ';';
  if (window_.starved()) return false;
  const char32_t c = closed ? entity(name) : 0;
  if (c == 0) return step_letter('&', 1);
  return characters::is_space(c) ? step_space(c, name.size() + 2) : step_letter(c, name.size() + 2);
}

bool Cleaner::step_table_bar() {
  constexpr std::size_t kMost = 64;
  if (line_.block() != Block::kTable) return step_letter('|', 1);
  std::size_t at = 1;
  while (at < kMost && (window_.at(at) == ' ' || window_.at(at) == '\t')) ++at;
  const char next = window_.at(at);
  if (window_.starved()) return false;
  const bool last_cell = next == 0 || next == '\n' || next == '\r';
  raw_last_ = ' ';
  put(last_cell || last_ == ',' ? "" : ", ", at);
  spaced_ = true;
  return true;
}

bool Cleaner::step_address() {
  const char c = window_.at(0);
  if (!"hHfFwW"sv.contains(c) || (characters::is_word(raw_last_) && !stands_tight(raw_last_))) return false;
  const auto address = address_at(window_);
  if (window_.starved() || !address) return false;
  leave_out(LeftOut::Why::kAddress, address->before + address->host);
  spaced_ = false;
  parts_word_ = false;
  skip(address->before);
  put(std::string(window_.text(0, address->host)), address->host);
  raw_last_ = 'm';
  depth_ = 0;
  mode_ = Mode::kAddress;
  return true;
}

bool Cleaner::lacks_space(char32_t c, std::size_t bytes) const {
  // Two small letters at least: neither "U.S.A" nor "a.B".
  if (spaced_ || small_ < 2 || !characters::is_letter(c)) return false;
  if (last_ == ',' || last_ == ';') return true;
  if (last_ != '.' && last_ != '!' && last_ != '?') return false;
  return characters::is_upper(c) && characters::is_lower(window_.decode(bytes).c);
}

bool Cleaner::step_letter(char32_t c, std::size_t bytes) {
  const auto before = raw_last_;
  raw_last_ = c;
  if (characters::is_private_sign(c)) {
    skip(bytes);
    return true;
  }
  const bool joins_emoji = c == 0x200D && (is_emoji(before) || characters::is_space(before));
  if (is_emoji(c) || joins_emoji) {
    const auto name = options_.emoji == Emoji::kNamed ? emoji_name(c) : std::string();
    if (name.empty()) {
      leave_out(LeftOut::Why::kEmoji, bytes);
      parts_word_ = true;
      skip(bytes);
    } else {
      put((spaced_ ? "" : " ") + name + ' ', bytes);
      spaced_ = true;
    }
    return true;
  }
  std::string plain;
  if (const char narrow = narrow_mark(c); narrow != 0 && characters::is_digit(before)) {
    const auto next = window_.decode(bytes).c;
    if (window_.starved()) {
      raw_last_ = before;
      return false;
    }
    plain = characters::is_digit(next) ? std::string(1, narrow) : plain_form(c);
  } else {
    plain = c < 0x80 ? std::string(1, static_cast<char>(c)) : plain_form(c);
  }
  const auto gap = lacks_space(c, bytes);
  if (window_.starved()) {
    raw_last_ = before;
    return false;
  }
  if (gap || (parts_word_ && characters::is_word(c) && characters::is_word(last_) && !spaced_)) plain.insert(0, " ");
  small_ = characters::is_lower(c) ? small_ + 1 : U".,;!?"sv.contains(c) ? small_ : 0;
  if (spells_) plain += ' ';
  parts_word_ = false;
  spaced_ = spells_;
  put(plain, bytes);
  return true;
}

}  // namespace antiphon::text::markup
