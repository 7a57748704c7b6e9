#pragma once

#include <cstdint>
#include <string>

/// For tests: texts that espeak-ng may not survive.
namespace antiphon::phonemizer {

struct HostileText {
  std::string voice;  ///< espeak-ng's name of a language.
  std::string text;   ///< Valid UTF-8, at most a few thousand bytes.
};

/// The text of that number: affixes in rows, dotted letters, mixed scripts, stacked marks, signs and numbers, partly
/// from the rules in the dictionary of its voice. The same number gives the same text where espeak-ng's data is the
/// same.
[[nodiscard]] HostileText hostile_text(std::uint64_t number);

}  // namespace antiphon::phonemizer
