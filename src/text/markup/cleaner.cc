#include "text/markup/cleaner.h"

#include <algorithm>
#include <optional>

#include "text/characters/ascii.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/blocks.h"
#include "text/markup/entities.h"
#include "text/markup/inlines.h"
#include "text/markup/plain_form.h"

namespace antiphon::text::markup {
namespace {

namespace ascii = characters::ascii;
using std::string_view_literals::operator""sv;

bool is_word(char32_t c) { return characters::is_letter(c) || characters::is_digit(c); }
bool is_ascii_mark(char c) { return c > ' ' && c < '\x7F' && !ascii::is_letter(c) && !ascii::is_digit(c); }
bool breaks_line(char32_t c) { return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028; }
constexpr char32_t kParagraphSeparator = 0x2029;

/// Each of the words of `phonemes` between the signs that say what it is.
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

}  // namespace

void Cleaner::append(std::string_view utf8, Clean& out) {
  window_.append(utf8);
  run(out);
}

void Cleaner::flush(Clean& out) {
  window_.end();
  run(out);
  window_ = Window();
  // What comes after a pause of the writer's is no part of an address or of a line that is not read.
  if (mode_ == Mode::kAddress) parts_word_ = true;
  if (mode_ == Mode::kDropLine) line_begins_ = true;
  mode_ = Mode::kText;
}

void Cleaner::run(Clean& out) {
  out_ = &out;
  while (!window_.empty()) {
    window_.retry();
    if (!step()) break;
  }
  window_.shrink();
  out_ = nullptr;
}

void Cleaner::put(std::string_view clean, std::size_t written) {
  for (std::size_t at = 0; at < clean.size();) {
    last_ = characters::decode_next(clean, at);
    line_.take(last_);
  }
  out_->text += clean;
  auto& stretches = out_->stretches;
  const Stretch stretch{.written = static_cast<std::uint32_t>(written),
                        .clean = static_cast<std::uint32_t>(clean.size())};
  const bool same = stretch.written == stretch.clean;
  if (same && !stretches.empty() && stretches.back().written == stretches.back().clean) {
    stretches.back().written += stretch.written;
    stretches.back().clean += stretch.clean;
  } else if (stretch.written + stretch.clean > 0) {
    stretches.push_back(stretch);
  }
  consumed_ += written;
  window_.consume(written);
}

void Cleaner::skip(std::size_t written) { put("", written); }

bool Cleaner::step() {
  if (!labels_.empty() && consumed_ >= labels_.back().end) {
    end_label();
    return true;
  }
  if (mode_ != Mode::kText) return step_mode();
  const auto [c, bytes] = window_.decode(0);
  if (breaks_line(c) || c == kParagraphSeparator || characters::is_space(c)) return step_space(c, bytes);
  if (line_begins_ && options_.markup == Markup::kStrip) return begin_line();
  if (breaks_ > 0 || line_begins_) {
    line_begins_ = false;
    settle_gap(block_, c);
  }
  return step_inline(c, bytes);
}

void Cleaner::end_label() {
  const auto label = labels_.back();
  labels_.pop_back();
  if (consumed_ == label.end) skip(label.tail);
  code_end_ = 0;
  raw_last_ = ')';
  mode_ = Mode::kText;
}

bool Cleaner::step_space(char32_t c, std::size_t bytes) {
  if (c == kParagraphSeparator) breaks_ += 2;
  if (breaks_line(c) && !(c == '\n' && raw_last_ == '\r')) ++breaks_;
  if (breaks_ > 0) {
    line_begins_ = true;
    block_ = fence_ != 0 ? Block::kCode : Block::kText;
  }
  raw_last_ = c;
  if (spaced_) {
    skip(bytes);
  } else {
    put(" ", bytes);
  }
  spaced_ = true;
  return true;
}

bool Cleaner::begin_line() {
  auto marker = fence_ != 0 ? fence_at(window_) : marker_at(window_, block_);
  if (window_.starved()) return false;
  if (fence_ != 0 && marker.fence != fence_) marker = {};
  const bool bare = marker.number > 0 && marker.kept == 0;
  if (marker.bytes == 0 || (bare && marker.number != item_ + 1)) {
    const auto first = window_.decode(0).c;
    line_begins_ = false;
    settle_gap(block_, first);
    return true;
  }
  if (marker.block != Block::kText) block_ = marker.block;
  if (marker.number > 0) item_ = marker.number;
  if (marker.then == Marker::Then::kFence) {
    fence_ = fence_ != 0 ? char{0} : marker.fence;
    block_ = Block::kCode;
    breaks_ = std::max<std::size_t>(breaks_, 2);
  }
  if (marker.then == Marker::Then::kFence || marker.then == Marker::Then::kDropLine) {
    breaks_ = std::max<std::size_t>(breaks_, 2);
    skip(marker.bytes);
    mode_ = Mode::kDropLine;
    return true;
  }
  if (marker.kept > 0) {
    line_begins_ = false;
    settle_gap(block_, window_.decode(0).c);
    put(std::string(window_.text(0, marker.kept)), marker.kept);
    put(marker.says, marker.bytes - marker.kept);
    spaced_ = true;
    raw_last_ = ' ';
    return true;
  }
  skip(marker.bytes);
  raw_last_ = ' ';
  return true;
}

void Cleaner::settle_gap(Block next, char32_t first) {
  const bool parts = breaks_ > 1 || (breaks_ == 1 && line_.ends_before(next, first));
  if (parts && last_ != 0) {
    put("\n\n", 0);
    spaced_ = true;
  }
  if (breaks_ > 0 || line_.empty()) line_.begin(next);
  breaks_ = 0;
}

bool Cleaner::step_mode() {
  const auto [c, bytes] = window_.decode(0);
  switch (mode_) {
    case Mode::kDropLine:
      if (breaks_line(c) || c == kParagraphSeparator) {
        mode_ = Mode::kText;
        line_begins_ = true;
        return true;
      }
      break;
    case Mode::kAddress: {
      const bool ends = c == ')' ? depth_ == 0 : address_ends(window_);
      if (window_.starved()) return false;
      if (c == '(') ++depth_;
      if (c == ')' && depth_ > 0) --depth_;
      if (ends) {
        mode_ = Mode::kText;
        parts_word_ = !stands_tight(c);
        if (c == '>') skip(bytes);
        return true;
      }
      break;
    }
    case Mode::kText:
      break;
  }
  raw_last_ = c;
  skip(bytes);
  return true;
}

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
  if (sign == '*' && !is_word(raw_last_)) {
    const auto action = action_at(window_);
    if (window_.starved()) return false;
    if (action > 0) {
      ++out_->left_out;
      raw_last_ = '*';
      skip(action);
      return true;
    }
  }
  std::size_t run = 0;
  while (run < kMost && window_.at(run) == sign) ++run;
  const auto next = window_.decode(run).c;
  if (window_.starved()) return false;
  const bool after_word = is_word(raw_last_);
  const bool before_word = is_word(next);
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
  ++out_->left_out;
  if (link->label == 0) {
    skip(link->behind);
    return true;
  }
  raw_last_ = '[';
  labels_.push_back({.end = consumed_ + 1 + link->label, .tail = link->behind});
  skip(1);
  return true;
}

bool Cleaner::step_tag() {
  constexpr auto kComment = "<!--"sv;
  constexpr auto kCommentEnd = "-->"sv;
  if (window_.starts_with(kComment)) {
    const auto content = content_of(window_, kComment, kCommentEnd, kComment.size());
    if (window_.starved()) return false;
    if (content == std::string_view::npos) return step_letter('<', 1);
    raw_last_ = '>';
    skip(kComment.size() + content + kCommentEnd.size());
    return true;
  }
  const auto tag = tag_at(window_);
  if (window_.starved()) return false;
  if (tag) return open(*tag);
  const auto address = address_at(window_, 1);
  if (window_.starved()) return false;
  if (address) {
    raw_last_ = '<';
    skip(1);
    return true;
  }
  return step_letter('<', 1);
}

bool Cleaner::open(const Tag& tag) {
  if (tag.name == "break") {
    if (tag.closes) {
      skip(tag.bytes);
    } else {
      pause(break_pause(tag), tag.bytes);
    }
    return true;
  }
  const bool opens = !tag.closes && !tag.attributes.ends_with('/');
  const bool raw = opens && (tag.name == "script" || tag.name == "style");
  const auto instead = !opens                  ? ""sv
                       : tag.name == "sub"     ? attribute(tag, "alias")
                       : tag.name == "phoneme" ? attribute(tag, "ph")
                                               : ""sv;
  auto content = std::string_view::npos;
  if (raw || !instead.empty()) {
    content = content_of(window_, "<" + tag.name, "</" + tag.name, tag.bytes);
    if (window_.starved()) return false;
  }
  ++out_->left_out;
  if (parts_lines(tag.name)) {
    breaks_ = std::max<std::size_t>(breaks_, 2);
    line_begins_ = true;
    block_ = Block::kText;
  }
  if (tag.name == "say-as") {
    const auto as = attribute(tag, "interpret-as");
    spells_ =
        opens && (as == "characters" || as == "spell-out" || as == "verbatim" || as == "digits" || as == "telephone");
  }
  if (content == std::string_view::npos) {
    skip(tag.bytes);
  } else if (raw) {
    skip(tag.bytes + content);
  } else {
    open_alias(tag, instead, content);
  }
  return true;
}

void Cleaner::open_alias(const Tag& tag, std::string_view instead, std::size_t content) {
  const auto sound = tag.name == "phoneme" ? phoneme_words(instead) : std::string(instead);
  settle_gap(block_, 'a');
  put(sound, tag.bytes + content);
  raw_last_ = last_;
  spaced_ = false;
}

void Cleaner::pause(base::Duration length, std::size_t written) {
  std::string sign;
  if (last_ != 0 && length >= characters::kPauseStep) characters::append(sign, characters::pause_sign(length));
  const auto before = last_;
  put(sign, written);
  last_ = before;
  small_ = 0;
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
  if (!"hHfFwW"sv.contains(c) || (is_word(raw_last_) && !stands_tight(raw_last_))) return false;
  const auto address = address_at(window_);
  if (window_.starved() || !address) return false;
  ++out_->left_out;
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
      ++out_->left_out;
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
  if (gap || (parts_word_ && is_word(c) && is_word(last_) && !spaced_)) plain.insert(0, " ");
  small_ = characters::is_lower(c) ? small_ + 1 : U".,;!?"sv.contains(c) ? small_ : 0;
  if (spells_) plain += ' ';
  parts_word_ = false;
  spaced_ = spells_;
  put(plain, bytes);
  return true;
}

}  // namespace antiphon::text::markup
