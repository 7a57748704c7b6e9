#include "engine/hibari/number_words.h"

#include <array>
#include <string_view>

namespace antiphon::engine::hibari {
namespace {

constexpr std::uint64_t kTen = 10;
constexpr std::uint64_t kHundred = 100;
constexpr std::uint64_t kThousand = 1'000;

constexpr std::array<const char*, 20> kOnes = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<const char*, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                               "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<const char*, 6> kScales = {"", "thousand", "million", "billion", "trillion", "quadrillion"};

void add_below_thousand(std::uint64_t number, NumberWords& words) {
  if (number >= kHundred) {
    words.emplace_back(kOnes.at(number / kHundred));
    words.emplace_back("hundred");
    number %= kHundred;
    if (number == 0) return;
  }
  if (number >= kOnes.size()) {
    words.emplace_back(kTens.at(number / kTen));
    number %= kTen;
    if (number == 0) return;
  }
  words.emplace_back(kOnes.at(number));
}

void add_scaled(std::uint64_t number, std::size_t scale, NumberWords& words) {
  if (number >= kThousand) add_scaled(number / kThousand, scale + 1, words);
  if (number % kThousand == 0 && number > 0) return;
  add_below_thousand(number % kThousand, words);
  if (scale > 0) words.emplace_back(kScales.at(scale));
}

std::string ordinal_of(std::string_view word) {
  constexpr std::array<std::array<const char*, 2>, 7> kIrregular = {{{"one", "first"},
                                                                     {"two", "second"},
                                                                     {"three", "third"},
                                                                     {"five", "fifth"},
                                                                     {"eight", "eighth"},
                                                                     {"nine", "ninth"},
                                                                     {"twelve", "twelfth"}}};
  for (const auto& [plain, irregular] : kIrregular) {
    if (word == plain) return irregular;
  }
  if (word.ends_with('y')) return std::string(word.substr(0, word.size() - 1)) + "ieth";
  return std::string(word) + "th";
}

}  // namespace

NumberWords cardinal(std::uint64_t number) {
  NumberWords words;
  add_scaled(number, 0, words);
  return words;
}

NumberWords ordinal(std::uint64_t number) {
  auto words = cardinal(number);
  words.back() = ordinal_of(words.back());
  return words;
}

NumberWords year(std::uint64_t number) {
  const auto high = number / kHundred;
  const auto low = number % kHundred;
  if (high == 0 || (high % kTen == 0 && low < kTen) || high >= kHundred) return cardinal(number);
  auto words = cardinal(high);
  if (low == 0) {
    words.emplace_back("hundred");
    return words;
  }
  if (low < kTen) words.emplace_back("oh");
  for (auto& word : cardinal(low)) words.push_back(std::move(word));
  return words;
}

}  // namespace antiphon::engine::hibari
