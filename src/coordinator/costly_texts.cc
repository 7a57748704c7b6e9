#include "coordinator/costly_texts.h"

#include <algorithm>

namespace antiphon::coordinator {

std::uint32_t CostlyTexts::lost(TextId text, base::TimePoint now) {
  std::erase_if(texts_, [&](const Text& known) { return now - known.last > options_.remembered; });
  Text lost{.id = text, .losses = 1, .last = now};
  if (const auto known = std::ranges::find(texts_, text, &Text::id); known != texts_.end()) {
    lost.losses += known->losses;
    texts_.erase(known);
  } else if (texts_.size() >= options_.most) {
    texts_.erase(texts_.begin());
  }
  texts_.push_back(lost);
  return lost.losses;
}

void CostlyTexts::planned(TextId text) {
  std::erase_if(texts_, [text](const Text& known) { return known.id == text; });
}

bool CostlyTexts::refuses(TextId text, base::TimePoint now) const {
  const auto known = std::ranges::find(texts_, text, &Text::id);
  return known != texts_.end() && known->losses >= options_.losses && now - known->last <= options_.remembered;
}

}  // namespace antiphon::coordinator
