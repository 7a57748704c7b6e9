#include "text/markup/cleaner.h"

#include <algorithm>
#include <optional>

#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/blocks.h"
#include "text/markup/inlines.h"

namespace antiphon::text::markup {
namespace {

bool breaks_line(char32_t c) { return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028; }
constexpr char32_t kParagraphSeparator = 0x2029;

}  // namespace

void Cleaner::append(std::string_view utf8, Clean& out) {
  window_.append(utf8);
  run(out);
}

void Cleaner::flush(Clean& out) {
  window_.end();
  run(out);
  looks_ += window_.looks();
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

void Cleaner::leave_out(LeftOut::Why why, std::size_t size, std::size_t offset) {
  if (out_->left_out.size() == Clean::kMostLeftOut) {
    ++out_->further_left_out;
  } else {
    out_->left_out.push_back({.why = why, .begin = consumed_ + offset, .size = size});
  }
}

void Cleaner::put(std::string_view clean, std::size_t written) {
  if (prosody_ != put_prosody_ && !characters::trimmed(clean).empty()) {
    put_prosody_ = prosody_;
    std::string sign;
    characters::append(sign, characters::prosody_sign(prosody_));
    put_sign(sign, 0);
  }
  for (std::size_t at = 0; at < clean.size();) {
    last_ = characters::decode_next(clean, at);
    if (!characters::is_private_sign(last_)) line_.take(last_);
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
  if (auto& left = out_->left_out;
      mode_ == Mode::kAddress && !left.empty() && left.back().begin + left.back().size == consumed_) {
    left.back().size += bytes;  // An address whose end was not known.
  }
  raw_last_ = c;
  skip(bytes);
  return true;
}

}  // namespace antiphon::text::markup
