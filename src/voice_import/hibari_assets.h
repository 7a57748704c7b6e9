#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "voice_import/error.h"

/// The data files of the hibari package, all JSON, as the engine's tables (engine/hibari/table.h). Every error is
/// kConfigInvalid and names the key that is wrong. What the engine cannot meet, such as a word with a tabulator, is
/// left out.
namespace antiphon::voice_import {

/// Words to their phonemes, or to an object of parts of speech with theirs, null where the word is spelled.
[[nodiscard]] Result<std::string> lexicon_table(std::string_view json);

/// Texts to the list of their parts.
[[nodiscard]] Result<std::string> tokens_table(std::string_view json);

struct TaggerTables {
  std::vector<std::string> tags;
  std::string sure;
  std::string known;
  std::string weights;
};
/// An object of tags, tagdict, vocab and weights.
[[nodiscard]] Result<TaggerTables> tagger_tables(std::string_view json);

/// Phonemes to the ids of the model, which has `known` of them; 0: it does not say.
[[nodiscard]] Result<std::map<std::string, std::int64_t>> phoneme_ids(std::string_view json, std::int64_t known);

struct SpellingAlphabet {
  std::vector<std::string> letters;
  std::vector<std::string> sounds;
  std::uint32_t longest_word = 0;
};
/// An object of in, out and maxlen; other keys are ignored.
[[nodiscard]] Result<SpellingAlphabet> spelling_alphabet(std::string_view json);

}  // namespace antiphon::voice_import
