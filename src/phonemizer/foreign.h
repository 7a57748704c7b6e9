#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace antiphon::phonemizer {

/// How many phonemes espeak-ng gives for a text, signs of stress and spaces counted.
using CountPhonemes = std::function<std::size_t(std::string_view utf8)>;

/// What of a text the voice's language reads as words, and a short substitute for the rest. Where espeak-ng does not
/// know a script it spells each character ("Arabic letter ...", "letter one dee four zero seven"), ten to forty
/// phonemes for one character. Such a run of letters becomes, by the first of these that is read as a word:
///   1. its compatibility form (NFKC): letters in mathematical alphabets, circles or full width are plain ones;
///   2. its form without accents, where its script is Latin;
///   3. its first character, which names the script; only the first of several such runs in a row is heard, and only
///      where the text is long enough for it. The others are silent.
/// The same holds for runs of signs (the first is heard). Runs of ASCII letters are left alone.
/// What is returned has the length of `utf8`, which must be valid, in bytes; each run lies where it lay, spaces fill
/// what it no longer needs. `count` is asked for a few runs at most where the text is in a script of the voice's own,
/// and not at all for plain text.
[[nodiscard]] std::string without_foreign(std::string_view utf8, const CountPhonemes& count);

}  // namespace antiphon::phonemizer
