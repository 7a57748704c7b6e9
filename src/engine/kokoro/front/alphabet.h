#pragma once

#include <string>
#include <string_view>

#include "engine/hibari/lexicon.h"

/// espeak-ng's phonemes in misaki's alphabet, which Kokoro was trained on. Both functions take the International
/// Phonetic Alphabet as phonemizer::Phonemizer gives it with Ties::kMarked.
namespace antiphon::engine::kokoro::front {

/// A word of English that is in no list.
[[nodiscard]] std::u32string english_alphabet(std::u32string_view ipa, hibari::Accent accent);

/// Of every other language: one sign for each diphthong and affricate, everything else as it is.
[[nodiscard]] std::u32string common_alphabet(std::u32string_view ipa);

/// What a user wrote as phonemes: composed where the alphabet has the composed sign.
[[nodiscard]] std::u32string written_alphabet(std::u32string_view decomposed);

}  // namespace antiphon::engine::kokoro::front
