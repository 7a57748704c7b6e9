#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/common/reading.h"
#include "engine/hibari/reader.h"
#include "engine/hibari/spelling.h"
#include "phonemizer/phonemizer.h"

namespace antiphon::engine::kokoro::front {

using hibari::Reading;

/// Reads a text by espeak-ng as misaki does: cut at its marks, which stay where they are, in misaki's alphabet. `voice`
/// is espeak-ng's. A mark between two digits is part of a number. Error: kEngineFailure.
[[nodiscard]] Result<Reading> read_by_espeak(const phonemizer::Phonemizer& phonemizer, std::string_view text,
                                             const std::string& voice);

/// The same with anything that says how words sound, which are never empty and begin and end without white space.
using Sound = std::function<Result<std::u32string>(std::string_view words)>;
[[nodiscard]] Result<Reading> read_between_marks(std::string_view text, const Sound& sound);

/// Reads words of English that are in no list.
class EspeakSpeller final : public hibari::Speller {
 public:
  EspeakSpeller(phonemizer::Phonemizer phonemizer, hibari::Accent accent) : phonemizer_(phonemizer), accent_(accent) {}
  [[nodiscard]] Result<std::u32string> read(std::u32string_view word) override;

 private:
  phonemizer::Phonemizer phonemizer_;
  hibari::Accent accent_;
};

}  // namespace antiphon::engine::kokoro::front
