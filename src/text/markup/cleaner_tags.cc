#include <string>

#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/cleaner.h"
#include "text/markup/inlines.h"
#include "text/markup/speech_tags.h"

// The tags of HTML and SSML.

namespace antiphon::text::markup {

using std::string_view_literals::operator""sv;

bool Cleaner::step_tag() {
  constexpr auto kComment = "<!--"sv;
  constexpr auto kCommentEnd = "-->"sv;
  if (window_.starts_with(kComment)) {
    const auto content = content_of(window_, kComment, kCommentEnd, kComment.size());
    if (window_.starved()) return false;
    if (content == std::string_view::npos) return step_letter('<', 1);
    raw_last_ = '>';
    const auto size = kComment.size() + content + kCommentEnd.size();
    leave_out(LeftOut::Why::kComment, size);
    skip(size);
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
  const bool known = is_known(tag.name);
  leave_out(known ? LeftOut::Why::kTag : LeftOut::Why::kUnknownTag, tag.bytes);
  // "go<noise/>home": something stands between the words. Known tags without content part no word, as <wbr/>.
  if (!known && !opens && !tag.closes) parts_word_ = true;
  if (parts_lines(tag.name)) {
    breaks_ = std::max<std::size_t>(breaks_, 2);
    line_begins_ = true;
    block_ = Block::kText;
  }
  if (tag.name == "prosody" && (opens || tag.closes)) change_prosody(tag);
  if (tag.name == "say-as") {
    say_as(tag);
    return true;
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
  if (length >= characters::kPauseStep) characters::append(sign, characters::pause_sign(length));
  put_sign(sign, written);
  small_ = 0;
}

void Cleaner::put_sign(std::string_view sign, std::size_t written) {
  const auto before = last_;
  put(sign, written);
  last_ = before;
}

void Cleaner::change_prosody(const Tag& tag) {
  if (!tag.closes) {
    if (prosodies_.size() == kMostProsodies) return (void)++further_prosodies_;
    prosodies_.push_back(prosody_);
    prosody_ = prosody_within(tag, prosody_);
  } else if (further_prosodies_ > 0) {
    --further_prosodies_;
  } else if (!prosodies_.empty()) {
    prosody_ = prosodies_.back();
    prosodies_.pop_back();
  }
}

void Cleaner::say_as(const Tag& tag) {
  const bool opens = !tag.closes && !tag.attributes.ends_with('/');
  const auto as = attribute(tag, "interpret-as");
  spells_ = opens && (as == "characters" || as == "spell-out" || as == "verbatim" || as == "digits");
  const auto what = opens && !spells_ ? say_as_within(tag) : std::nullopt;
  std::string sign;
  if (what || says_as_) characters::append(sign, what ? characters::say_as_sign(*what) : characters::kSayAsEnd);
  says_as_ = what.has_value();
  put_sign(sign, tag.bytes);
}

}  // namespace antiphon::text::markup
