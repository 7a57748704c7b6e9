#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "phonemizer/phonemizer.h"

namespace antiphon::phonemizer {

/// Where a word lies among the phonemes of its text: [begin, end). Empty where the word is not heard.
struct WordPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] bool heard() const { return begin < end; }
  friend bool operator==(const WordPlace&, const WordPlace&) = default;
};

/// The phonemes of a word that was phonemised alone, as locate_words() takes them.
[[nodiscard]] std::u32string sound_of(std::span<const Clause> word);

/// Finds the words of a text among its phonemes. espeak-ng joins words ("in the"), splits them (numbers) and reduces
/// them ("of a"), and does not say where, so each word is known by how it sounds alone: the sequence of the words'
/// phonemes is aligned with `spoken` at the least cost of changes.
/// `alone` has the phonemes of each word said by itself, in the order of the text. `spoken` is a result of join().
/// Returns one place for each word; those of heard words ascend and do not overlap. The work is bounded: beyond
/// kMostWordCells pairs of phonemes no word is heard.
[[nodiscard]] std::vector<WordPlace> locate_words(std::span<const std::u32string> alone, std::u32string_view spoken);
inline constexpr std::size_t kMostWordCells = 2'000'000;

}  // namespace antiphon::phonemizer
