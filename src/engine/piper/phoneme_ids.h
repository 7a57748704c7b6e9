#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/api/engine.h"

namespace antiphon::engine::piper {

/// The ids of each phoneme, which is one code point.
using PhonemeMap = std::map<char32_t, std::vector<std::int64_t>>;

/// Phonemes to what a Piper voice was trained on: ^ at the beginning, $ at the end, _ after each phoneme.
class PhonemeIds {
 public:
  /// Error: kVoiceCorrupt where ^, _ or $ is missing or stands for nothing.
  [[nodiscard]] static Result<PhonemeIds> make(PhonemeMap map);

  /// Phonemes that the voice does not know are left out. `starts` (may be null) gets, for each phoneme, the index of
  /// its first id, or of the next one's where it is left out.
  /// Error: kNothingToSpeak where all that remains is punctuation.
  [[nodiscard]] Result<std::vector<std::int64_t>> ids_of(std::u32string_view phonemes,
                                                         std::vector<std::size_t>* starts = nullptr) const;

 private:
  explicit PhonemeIds(PhonemeMap map) : map_(std::move(map)) {}

  PhonemeMap map_;
};

}  // namespace antiphon::engine::piper
