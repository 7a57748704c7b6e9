#include "phonemizer/word_places.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ranges>
#include <utility>

namespace antiphon::phonemizer {
namespace {

constexpr std::size_t kNoWord = static_cast<std::size_t>(-1);

enum class Kind : std::uint8_t { kGap, kStress, kMark, kVowel, kConsonant };
constexpr std::size_t kKinds = 5;

/// A phoneme of a word that is said alone, or a gap between two words.
struct Symbol {
  char32_t phoneme = 0;
  Kind kind = Kind::kGap;
  std::size_t word = kNoWord;
};

Kind kind_of(char32_t c) {
  constexpr std::u32string_view kGaps = U" .,?!;:";
  constexpr std::u32string_view kVowels =
      U"aeiouy\u0251\u0250\u0252\u00E6\u025B\u025C\u025D\u0259\u025A\u0258\u0275\u0264\u026A\u0268\u026F\u028A\u0289"
      U"\u028C\u0254\u00F8\u0153\u0276\u025E\u028F\u1D7B\u1D4A";
  constexpr char32_t kPrimaryStress = 0x2C8;
  constexpr char32_t kSecondaryStress = 0x2CC;
  if (kGaps.contains(c)) return Kind::kGap;
  if (c == kPrimaryStress || c == kSecondaryStress) return Kind::kStress;
  if (kVowels.contains(c)) return Kind::kVowel;
  const auto category = U_GET_GC_MASK(static_cast<UChar32>(c));
  return (category & (U_GC_M_MASK | U_GC_LM_MASK | U_GC_SK_MASK)) != 0 ? Kind::kMark : Kind::kConsonant;
}

/// What it costs when a phoneme of a word alone is missing in the text, when the text has one more, and when one stands
/// for another. Stress and length change easily, vowels more easily than consonants; joined words lose their gap.
constexpr std::array<std::uint32_t, kKinds> kMissing = {3, 1, 2, 10, 10};
constexpr std::array<std::uint32_t, kKinds> kAdded = {5, 1, 2, 10, 10};
constexpr std::uint32_t kJoined = 2;   // A gap between two words is missing.
constexpr std::uint32_t kNever = 100;  // More than leaving out the one and adding the other.
constexpr std::array<std::array<std::uint32_t, kKinds>, kKinds> kReplaced = {{{0, kNever, kNever, kNever, kNever},
                                                                              {kNever, 1, kNever, kNever, kNever},
                                                                              {kNever, kNever, 2, kNever, kNever},
                                                                              {kNever, kNever, kNever, 4, 18},
                                                                              {kNever, kNever, kNever, 18, 7}}};

std::uint32_t missing(const Symbol& symbol) {
  if (symbol.word == kNoWord) return kJoined;
  return kMissing[static_cast<std::size_t>(symbol.kind)];
}
std::uint32_t added(const Symbol& symbol) { return kAdded[static_cast<std::size_t>(symbol.kind)]; }
std::uint32_t replaced(const Symbol& alone, const Symbol& spoken) {
  if (alone.phoneme == spoken.phoneme) return 0;
  return kReplaced[static_cast<std::size_t>(alone.kind)][static_cast<std::size_t>(spoken.kind)];
}

std::vector<Symbol> symbols_of(std::span<const std::u32string> alone) {
  std::vector<Symbol> symbols;
  for (std::size_t word = 0; word < alone.size(); ++word) {
    if (alone[word].empty()) continue;
    if (!symbols.empty()) symbols.push_back({.phoneme = U' '});
    for (const auto c : alone[word]) symbols.push_back({.phoneme = c, .kind = kind_of(c), .word = word});
  }
  return symbols;
}

std::vector<Symbol> symbols_of(std::u32string_view spoken) {
  std::vector<Symbol> symbols;
  for (const auto c : spoken) symbols.push_back({.phoneme = c, .kind = kind_of(c)});
  return symbols;
}

enum class Step : std::uint8_t { kBoth, kMissing, kAdded };

/// The steps of the cheapest alignment of all beginnings of `alone` (rows) with all of `spoken` (columns).
class Steps {
 public:
  Steps(std::span<const Symbol> alone, std::span<const Symbol> spoken)
      : width_(spoken.size() + 1), steps_((alone.size() + 1) * width_, Step::kAdded) {
    std::vector<std::uint32_t> above(width_);
    for (std::size_t j = 1; j < width_; ++j) above[j] = above[j - 1] + added(spoken[j - 1]);
    std::vector<std::uint32_t> row(width_);
    for (std::size_t i = 1; i <= alone.size(); ++i) {
      const auto& symbol = alone[i - 1];
      const auto without = missing(symbol);
      row[0] = above[0] + without;
      steps_[i * width_] = Step::kMissing;
      for (std::size_t j = 1; j < width_; ++j) {
        const auto both = above[j - 1] + replaced(symbol, spoken[j - 1]);
        const auto less = above[j] + without;
        const auto more = row[j - 1] + added(spoken[j - 1]);
        row[j] = std::min({both, less, more});
        steps_[i * width_ + j] = row[j] == both ? Step::kBoth : (row[j] == less ? Step::kMissing : Step::kAdded);
      }
      std::swap(above, row);
    }
  }

  [[nodiscard]] Step at(std::size_t i, std::size_t j) const { return steps_[i * width_ + j]; }

 private:
  std::size_t width_;
  std::vector<Step> steps_;
};

/// Gives each symbol of `spoken` the word of the one that it stands for.
void trace(std::span<const Symbol> alone, std::span<Symbol> spoken) {
  const Steps steps(alone, spoken);
  for (auto i = alone.size(), j = spoken.size(); i > 0 || j > 0;) {
    const auto step = steps.at(i, j);
    if (step != Step::kAdded) --i;
    if (step != Step::kMissing) --j;
    if (step == Step::kBoth && spoken[j].kind != Kind::kGap) spoken[j].word = alone[i].word;
  }
}

/// Gives a word to what stands for none in a run without gaps: a stress mark belongs to the phoneme behind it, any
/// other to the one before it. A run of which nothing stands for a word goes on with `previous`, the word before it.
void complete(std::span<Symbol> run, std::size_t previous) {
  auto behind = kNoWord;
  for (auto& symbol : run | std::views::reverse) {
    if (symbol.word == kNoWord && symbol.kind == Kind::kStress) symbol.word = behind;
    if (symbol.word != kNoWord) behind = symbol.word;
  }
  auto word = behind != kNoWord ? behind : previous;
  for (auto& symbol : run) {
    if (symbol.word == kNoWord) symbol.word = word;
    word = symbol.word;
  }
}

}  // namespace

std::u32string sound_of(std::span<const Clause> word) {
  std::u32string sound;
  for (const auto& clause : word) {
    if (!sound.empty() && !clause.phonemes.empty()) sound += U' ';
    sound += clause.phonemes;
  }
  return sound;
}

std::vector<WordPlace> locate_words(std::span<const std::u32string> alone, std::u32string_view spoken) {
  std::vector<WordPlace> places(alone.size());
  const auto said = symbols_of(alone);
  auto heard = symbols_of(spoken);
  if (said.empty() || heard.empty() || said.size() > kMostWordCells / heard.size()) return places;
  trace(said, heard);
  auto previous = kNoWord;
  for (std::size_t begin = 0; begin < heard.size();) {
    auto end = begin;
    while (end < heard.size() && heard[end].kind != Kind::kGap) ++end;
    const auto run = std::span(heard).subspan(begin, end - begin);
    complete(run, previous);
    if (!run.empty()) previous = run.back().word;
    begin = end + 1;
  }
  for (std::size_t j = 0; j < heard.size(); ++j) {
    if (heard[j].kind == Kind::kGap || heard[j].word == kNoWord) continue;
    auto& place = places[heard[j].word];
    if (!place.heard()) place.begin = j;
    place.end = j + 1;
  }
  return places;
}

}  // namespace antiphon::phonemizer
