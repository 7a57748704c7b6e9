#include "engine/piper/word_sounds.h"

#include "phonemizer/word_places.h"

namespace antiphon::engine::piper {

std::u32string WordSounds::of(std::string_view word) {
  const std::string key(word.substr(0, kMostBytes + 1));
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const auto clauses = phonemizer_.phonemise(word, voice_);
  auto sound = clauses ? phonemizer::sound_of(*clauses) : std::u32string();
  if (word.size() > kMostBytes || sound.size() > kMostPhonemes) return sound;
  if (known_.size() >= kMostWords) known_.clear();
  known_.emplace(key, sound);
  return sound;
}

}  // namespace antiphon::engine::piper
