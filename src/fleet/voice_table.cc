#include "fleet/voice_table.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::fleet {

void VoiceTable::serve(const std::vector<Voice>& voices) {
  ANTIPHON_CHECK(!voices.empty(), "a server has a voice");
  served_.clear();
  for (const auto& voice : voices) {
    if (find(voice.id) == nullptr) voices_.push_back(voice);
    served_.push_back(number(voice.id));
  }
  first_ = served_.front();
}

const Voice* VoiceTable::find(std::string_view id) const {
  const auto it = std::ranges::find(voices_, id, &Voice::id);
  return it == voices_.end() ? nullptr : &*it;
}

std::vector<const Voice*> VoiceTable::served() const {
  std::vector<const Voice*> served;
  for (const auto number : served_) served.push_back(&voices_[number]);
  return served;
}

std::size_t VoiceTable::number(std::string_view id) const {
  const auto* const found = find(id);
  ANTIPHON_CHECK(found != nullptr, "the voice is one of the table's");
  return static_cast<std::size_t>(found - voices_.data());
}

}  // namespace antiphon::fleet
