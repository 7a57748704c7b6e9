#include "text/utterance.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::text {

Utterance::Utterance(std::string_view normalised, const Options& options) { add(segment(normalised, options)); }

std::size_t Utterance::unplanned() const {
  std::size_t length = pending();
  for (const auto& part : segments_) length += spoken_length(part.text);
  return length;
}

Result<void> Utterance::append(std::string_view utf8) {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> complete;
  auto taken = growing_->append(utf8, complete);
  add(std::move(complete));
  return taken;
}

void Utterance::flush(Flush how) {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  growing_->flush(rest, how);
  add(std::move(rest));
}

void Utterance::finish() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  growing_->finish(rest);
  growing_.reset();
  add(std::move(rest));
}

void Utterance::drop() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  growing_.reset();
  segments_.resize(std::min(segments_.size(), std::max<std::size_t>(kept_, 1)));
}

void Utterance::add(std::vector<Segment> segments) {
  for (auto& part : segments) segments_.push_back(std::move(part));
}

void Utterance::accepted() {
  nothing();
  ++index_;
}

void Utterance::nothing() {
  ANTIPHON_CHECK(!segments_.empty(), "no segment is left to answer for");
  segments_.pop_front();
  kept_ -= std::min<std::size_t>(kept_, 1);
}

bool Utterance::too_long() {
  ANTIPHON_CHECK(!segments_.empty(), "no segment is left to answer for");
  auto parts = split(segments_.front());
  if (!parts) return false;
  segments_.front() = std::move(parts->second);
  segments_.push_front(std::move(parts->first));
  if (kept_ > 0) ++kept_;
  return true;
}

}  // namespace antiphon::text
