#include "engine/hibari/tagger.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

constexpr const char* kOtherwise = "NN";

/// What a word looks like: capitals, digits and marks.
std::string shape_of(std::u32string_view word) {
  constexpr std::size_t kSeen = 4;
  if (all_letters(word)) {
    if (is_lower(word)) return "x";
    if (is_upper(word)) return word.size() > 1 ? "XX" : "X1";
    const bool capital = is_upper(word.substr(0, 1)) && !is_lower(word.substr(0, 1));
    return capital && word.size() > 1 && is_lower(word.substr(1)) ? "Xx" : "xX";
  }
  if (std::ranges::all_of(word, is_digit)) return "d";
  std::string shape;
  for (const auto c : word.substr(0, kSeen)) {
    shape += is_digit(c) ? "d" : is_letter(c) ? "x" : to_utf8(std::u32string(1, c));
  }
  return shape;
}

std::string ending_of(std::string_view word) {
  constexpr std::size_t kLetters = 3;
  const auto characters = to_utf32(word);
  return to_utf8(std::u32string_view(characters).substr(characters.size() - std::min(characters.size(), kLetters)));
}

/// Takes the next whole number off `rest`; 0 where there is none.
int take_number(std::string_view& rest) {
  const auto part = take_part(rest, ' ');
  int number = 0;
  std::from_chars(part.data(), part.data() + part.size(), number);
  return number;
}

}  // namespace

/// The word as the weights name it: rare ones by their shape.
std::string Tagger::seen_as(std::u32string_view word) const {
  constexpr std::size_t kYearDigits = 4;
  std::string name;
  if (word.front() != U'-' && word.contains(U'-')) {
    name = "!HYPHEN";
  } else if (word.size() == kYearDigits && std::ranges::all_of(word, is_digit)) {
    name = "!YEAR";
  } else if (is_digit(word.front())) {
    name = "!DIGITS";
  } else {
    name = to_utf8(lower(word));
  }
  return data_.known.has(name) ? name : "<" + shape_of(word) + ">";
}

std::string Tagger::best_of(std::span<const std::string> features) const {
  std::vector<int> scores(data_.names.size());
  bool any = false;
  for (const auto& feature : features) {
    auto weights = data_.weights.find(feature);
    if (!weights) continue;
    while (!weights->empty()) {
      const auto tag = static_cast<std::size_t>(take_number(*weights));
      const int weight = take_number(*weights);
      if (tag >= scores.size()) continue;
      scores[tag] += weight;
      any = true;
    }
  }
  if (!any) return kOtherwise;
  // Of equals the last in the order of the alphabet.
  std::size_t best = 0;
  for (std::size_t tag = 1; tag < scores.size(); ++tag) {
    if (std::pair(scores[tag], std::string_view(data_.names[tag])) >
        std::pair(scores[best], std::string_view(data_.names[best]))) {
      best = tag;
    }
  }
  return data_.names[best];
}

void Tagger::tag(std::span<Token> tokens) const {
  std::vector<std::string> seen = {"-START2-", "-START-"};
  for (const auto& token : tokens) seen.push_back(seen_as(token.text));
  seen.insert(seen.end(), {"-END-", "-END2-"});
  std::string before = seen[1];
  std::string before_that = seen[0];
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& text = tokens[i].text;
    const auto word = to_utf8(text);
    if (const auto sure = data_.sure.find(word)) {
      tokens[i].tag = *sure;
    } else {
      const std::size_t at = i + 2;
      tokens[i].tag = best_of(std::to_array<std::string>(
          {"b", "s3=" + ending_of(word), "p1=" + to_utf8(text.substr(0, 1)), "w=" + seen[at], "sh=" + shape_of(text),
           i == 0 ? "i0" : "i+", "t-1=" + before, "t-2=" + before_that, "t-12=" + before + "," + before_that,
           "w-1=" + seen[at - 1], "s3-1=" + ending_of(seen[at - 1]), "w-2=" + seen[at - 2], "w+1=" + seen[at + 1],
           "s3+1=" + ending_of(seen[at + 1]), "w+2=" + seen[at + 2]}));
    }
    before_that = std::exchange(before, tokens[i].tag);
  }
}

}  // namespace antiphon::engine::hibari
