#include "text/utterance.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "text/boundaries.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/text.h"

namespace antiphon::text {
namespace {

/// Those of a client's ask for no pauses: see characters/signs.h. What is no UTF-8 stays.
std::string without_private_signs(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto begin = at;
    if (!characters::is_private_sign(characters::decode_next(utf8, at))) out += utf8.substr(begin, at - begin);
  }
  return out;
}

}  // namespace

Result<std::string> prepare(std::string_view utf8, const Options& options) {
  if (find_invalid_utf8(utf8)) return normalise(utf8);
  if (options.normalise == Normalise::kOff) return normalise(without_private_signs(utf8));
  markup::Cleaner cleaner(options.markup);
  markup::Clean clean;
  cleaner.append(utf8, clean);
  cleaner.flush(clean);
  return normalise(clean.text);
}

Utterance::Utterance(std::string_view prepared, const Options& options) : options_(options) {
  add(segment(prepared, options));
}

Utterance::Utterance(const Options& options) : options_(options), growing_(options) {
  if (options.normalise == Normalise::kOn) cleaner_.emplace(options.markup);
}

std::size_t Utterance::pending() const {
  if (!growing_) return 0;
  return growing_->pending() + (cleaner_ && cleaner_->holds() ? 1 : 0);
}

std::size_t Utterance::unplanned() const {
  std::size_t length = pending();
  for (const auto& part : segments_) length += spoken_length(part.text);
  return length;
}

Utterance::Rest Utterance::rest() const {
  Rest rest;
  double length = 0;
  for (const auto& part : segments_) {
    const auto slower = options_.speed / speed_in(part.prosody, options_.speed);
    length += static_cast<double>(spoken_length(part.text)) * slower;
    rest.silence += part.pause_before + part.pause_after;
  }
  rest.length = pending() + static_cast<std::size_t>(std::lround(length));
  return rest;
}

Result<void> Utterance::append(std::string_view utf8) {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> complete;
  if (!cleaner_ || find_invalid_utf8(utf8)) {
    auto taken = growing_->append(without_private_signs(utf8), complete);
    add(std::move(complete));
    return taken;
  }
  markup::Clean clean;
  cleaner_->append(utf8, clean);
  auto taken = growing_->append(clean.text, complete);
  add(std::move(complete));
  return taken;
}

void Utterance::release(std::vector<Segment>& out) {
  if (!cleaner_) return;
  markup::Clean clean;
  cleaner_->flush(clean);
  // Text that is no UTF-8 is not spoken: nothing that a client writes may end the process.
  std::ignore = growing_->append(clean.text, out);
}

void Utterance::flush(Flush how) {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  if (how != Flush::kWords || (cleaner_ && cleaner_->holds_mark())) release(rest);
  growing_->flush(rest, how);
  add(std::move(rest));
}

void Utterance::finish() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  release(rest);
  growing_->finish(rest);
  growing_.reset();
  add(std::move(rest));
}

void Utterance::drop() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  growing_.reset();
  segments_.resize(std::min(segments_.size(), std::max<std::size_t>(kept_, 1)));  // The first one stays.
}

void Utterance::add(std::vector<Segment> segments) {
  const bool first = segments_.empty();
  for (auto& part : segments) segments_.push_back(std::move(part));
  if (first) read();
}

void Utterance::read() {
  reading_ = reading::Reading();
  if (segments_.empty()) return;
  const auto& text = segments_.front().text;
  const auto pause = segments_.front().pause_after;
  if (options_.normalise == Normalise::kOff) return reading_.add(text);
  reading_ = reading::read(text, options_.language, options_.dictionaries);
  if (trimmed(reading_.spoken()).empty()) {
    // An engine gets no empty text, and says itself that marks alone are nothing to speak.
    reading_ = reading::Reading();
    return reading_.add(text);
  }
  // An item or a heading ends as a sentence does.
  auto end = reading_.spoken().size();
  if (pause == base::Duration{0} || end == 0) return;
  const char32_t last = decode_previous(reading_.spoken(), end);
  if (characters::is_word(last)) reading_.add(0, ".");
}

void Utterance::accepted() {
  nothing();
  ++index_;
}

void Utterance::nothing() {
  ANTIPHON_CHECK(!segments_.empty(), "no segment is left to answer for");
  segments_.pop_front();
  read();
  kept_ -= std::min<std::size_t>(kept_, 1);
}

bool Utterance::too_long() {
  ANTIPHON_CHECK(!segments_.empty(), "no segment is left to answer for");
  auto parts = split(segments_.front());
  if (!parts) return false;
  segments_.front() = std::move(parts->second);
  segments_.push_front(std::move(parts->first));
  read();
  if (kept_ > 0) ++kept_;
  return true;
}

}  // namespace antiphon::text
