#include "text/utterance.h"

#include <utility>

#include "base/check.h"

namespace antiphon::text {

Utterance::Utterance(std::string_view normalised, const Options& options) { add(segment(normalised, options)); }

std::size_t Utterance::unplanned() const {
  std::size_t length = growing_ ? growing_->pending() : 0;
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

void Utterance::flush() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  growing_->flush(rest);
  add(std::move(rest));
}

void Utterance::finish() {
  ANTIPHON_CHECK(growing_.has_value(), "the text has an end already");
  std::vector<Segment> rest;
  growing_->finish(rest);
  growing_.reset();
  add(std::move(rest));
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
}

bool Utterance::too_long() {
  ANTIPHON_CHECK(!segments_.empty(), "no segment is left to answer for");
  auto parts = split(segments_.front());
  if (!parts) return false;
  segments_.front() = std::move(parts->second);
  segments_.push_front(std::move(parts->first));
  return true;
}

}  // namespace antiphon::text
