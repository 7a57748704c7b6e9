#include "text/utterance.h"

#include <utility>

#include "base/check.h"

namespace antiphon::text {

Utterance::Utterance(std::string_view normalised, const Options& options) {
  for (auto& part : segment(normalised, options)) segments_.push_back(std::move(part));
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
