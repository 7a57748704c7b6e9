#include "bench/texts.h"

#include <array>
#include <string_view>

namespace antiphon::bench {
namespace {

constexpr std::array<std::string_view, 8> kWho = {"The gardener", "My neighbour", "A young pilot", "The old clock",
                                                  "Our teacher",  "The river",    "Every visitor", "The night train"};
constexpr std::array<std::string_view, 8> kDoes = {"waited for", "talked about", "looked after",  "was late for",
                                                   "dreamed of", "came back to", "walked around", "remembered"};
constexpr std::array<std::string_view, 8> kWhat = {"the quiet harbour", "a loaf of bread", "the market",
                                                   "two small boats",   "the first snow",  "a long letter",
                                                   "the green valley",  "an empty house"};
constexpr std::array<std::string_view, 6> kWhen = {"in the morning",    "on a windy day", "before the rain began",
                                                   "without any hurry", "late in autumn", "as everybody expected"};
constexpr std::array<std::string_view, 8> kShortOnes = {
    "The light is on.",   "It is ten past four.", "All doors are shut.",  "The tea is ready.",
    "I will remind you.", "Rain comes at noon.",  "The timer has ended.", "Good night to you."};

template <std::size_t N>
std::string_view any(const std::array<std::string_view, N>& words, std::mt19937_64& random) {
  return words[random() % N];
}

std::string sentence(std::mt19937_64& random) {
  std::string text(any(kWho, random));
  for (const auto part : {any(kDoes, random), any(kWhat, random), any(kWhen, random)}) {
    text += ' ';
    text += part;
  }
  return text + '.';
}

/// A sentence plays for about 3 s.
std::string answer(std::mt19937_64& random) {
  const auto sentences = 4 + random() % 3;
  std::string text;
  for (std::uint64_t i = 0; i < sentences; ++i) text += (i == 0 ? "" : " ") + sentence(random);
  return text;
}

}  // namespace

std::string make_text(TextMix mix, std::mt19937_64& random) {
  const bool brief = mix == TextMix::kShort || (mix == TextMix::kMixed && random() % 2 == 0);
  return brief ? std::string(any(kShortOnes, random)) : answer(random);
}

}  // namespace antiphon::bench
