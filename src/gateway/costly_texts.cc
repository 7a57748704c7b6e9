#include "gateway/costly_texts.h"

#include <algorithm>
#include <random>

#include "identity/hash.h"

namespace antiphon::gateway {

std::uint64_t CostlyTexts::hash_of(std::string_view voice, std::string_view text) const {
  return identity::hash({key_, voice, text});
}

std::uint32_t CostlyTexts::lost(std::uint64_t hash, base::TimePoint now) {
  std::erase_if(texts_, [&](const Text& known) { return now - known.last > options_.remembered; });
  Text lost{.hash = hash, .losses = 1, .last = now};
  if (const auto known = std::ranges::find(texts_, lost.hash, &Text::hash); known != texts_.end()) {
    lost.losses += known->losses;
    texts_.erase(known);
  } else if (texts_.size() >= options_.most) {
    texts_.erase(texts_.begin());
  }
  texts_.push_back(lost);
  return lost.losses;
}

void CostlyTexts::planned(std::uint64_t hash) {
  std::erase_if(texts_, [hash](const Text& known) { return known.hash == hash; });
}

bool CostlyTexts::refuses(std::uint64_t hash, base::TimePoint now) const {
  const auto known = std::ranges::find(texts_, hash, &Text::hash);
  return known != texts_.end() && known->losses >= options_.losses && now - known->last <= options_.remembered;
}

std::string random_key() {
  std::random_device device;
  std::string key(16, '\0');
  for (auto& byte : key) byte = static_cast<char>(device());
  return key;
}

}  // namespace antiphon::gateway
