#include "engine/hibari/groups.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "engine/hibari/characters.h"
#include "engine/hibari/stress.h"
#include "engine/hibari/subtokens.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

constexpr Text kSpokenMarks = U";:,.!?\u2014\u2026\"\u201C\u201D";
constexpr Text kPausingMarks = U";:,.!?\u2014\u2026";
constexpr Text kSilent = U"',-._\u2018\u2019/";

/// Of the tags of marks; several have phonemes of their own.
std::optional<std::u32string> phonemes_of_mark(const Token& token) {
  constexpr std::array<std::pair<std::string_view, Text>, 5> kOwn = {
      {{"-LRB-", U"("}, {"-RRB-", U")"}, {"``", U"\u201C"}, {"\"\"", U"\u201D"}, {"''", U"\u201D"}}};
  constexpr auto kOthers = std::to_array<std::string_view>({".", ",", ":", "$", "#", "NFP"});
  if (token.tag == ":" && (token.text == U"-" || token.text == U"\u2013")) return U"\u2014";
  const auto small = lower(token.text);
  if (std::ranges::all_of(small, [](char32_t c) { return c >= U'a' && c <= U'z'; })) return std::nullopt;
  for (const auto& [tag, phonemes] : kOwn) {
    if (token.tag == tag) return std::u32string(phonemes);
  }
  if (std::ranges::find(kOthers, token.tag) == kOthers.end()) return std::nullopt;
  std::u32string marks;
  std::ranges::copy_if(token.text, std::back_inserter(marks), [](char32_t c) { return kSpokenMarks.contains(c); });
  return marks;
}

bool is_currency(const Token& token) {
  return token.tag == "$" && (token.text == U"$" || token.text == U"\u00A3" || token.text == U"\u20AC");
}

std::vector<Token> cut(const Token& token) {
  std::vector<Token> parts;
  std::size_t at = token.begin;
  for (auto& text : subtokens_of(token.text)) {
    Token part = {.text = std::move(text), .tag = token.tag, .begin = at};
    at = std::min(token.end, at + part.text.size());
    part.end = at;
    parts.push_back(std::move(part));
  }
  if (parts.empty()) {
    parts.push_back({.text = token.text, .tag = token.tag, .phonemes = U"", .begin = token.begin, .end = token.end});
  }
  parts.back().space = token.space;
  parts.back().end = token.end;
  return parts;
}

/// Tells what is known of a part by what stands around it.
class Marker {
 public:
  void mark(std::vector<Token>& parts, std::size_t place, const Token* next) {
    auto& part = parts[place];
    if (part.phonemes) return;
    if (is_currency(part)) {
      currency_ = part.text.front();
      part.phonemes = U"";
    } else if (auto phonemes = phonemes_of_mark(part)) {
      part.phonemes = std::move(phonemes);
    } else if (currency_ != 0) {
      const bool last = place + 1 == parts.size() && (next == nullptr || next->tag != "CD");
      if (part.tag != "CD") currency_ = 0;
      if (part.tag == "CD" && last) part.currency = currency_;
    } else if (place > 0 && place + 1 < parts.size() && part.text == U"2") {
      part.says_to = is_letter(parts[place - 1].text.back()) && is_letter(parts[place + 1].text.front());
    }
  }

 private:
  char32_t currency_ = 0;
};

}  // namespace

std::vector<std::vector<Token>> grouped(std::span<const Token> tokens) {
  std::vector<std::vector<Token>> groups;
  Marker marker;
  bool open = false;  // Whether the last group takes more.
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    auto parts = cut(tokens[i]);
    for (std::size_t place = 0; place < parts.size(); ++place) {
      marker.mark(parts, place, i + 1 < tokens.size() ? &tokens[i + 1] : nullptr);
      auto part = parts[place];
      const bool alone = part.says_to || part.phonemes.has_value();
      const bool joins = open && !alone && !groups.back().back().space;
      if (joins) part.begins = false;
      const bool space = part.space;
      if (joins) {
        groups.back().push_back(std::move(part));
      } else {
        groups.push_back({std::move(part)});
        open = !alone && !space;
      }
    }
  }
  return groups;
}

Token merged(std::span<const Token> tokens) {
  const auto weight = [](const Token& token) {
    int sum = 0;
    for (const auto c : token.text) sum += is_lower(Text(&c, 1)) ? 1 : 2;
    return sum;
  };
  Token whole = {.tag = std::ranges::max_element(tokens, {}, weight)->tag,
                 .space = tokens.back().space,
                 .begins = tokens.front().begins,
                 .spaced = tokens.front().spaced,
                 .begin = tokens.front().begin,
                 .end = tokens.back().end};
  for (const auto& token : tokens) {
    whole.text += token.text;
    whole.currency = std::max(whole.currency, token.currency);
  }
  return whole;
}

bool is_silent(const Token& token) {
  return std::ranges::all_of(token.text, [](char32_t c) { return kSilent.contains(c); });
}

void settle(std::span<Token> group) {
  std::u32string text;
  for (const auto& token : group) text += token.text;
  std::array<bool, 3> kinds{};
  for (const auto c : text) {
    if (!kSilent.contains(c)) kinds.at(is_letter(c) ? 0 : is_digit(c) ? 1 : 2) = true;
  }
  const bool spaced = text.contains(U'/') || std::ranges::count(kinds, true) > 1;
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& token = group[i];
    if (token.phonemes) {
      if (i > 0) token.spaced = spaced;
      continue;
    }
    const bool ends = i + 1 == group.size() && token.text.size() == 1 && kPausingMarks.contains(token.text.front());
    if (ends) token.phonemes = token.text;
    if (!ends && is_silent(token)) token.phonemes = U"";
  }
  if (spaced) return;
  std::vector<std::tuple<bool, int, std::size_t>> said;
  int stressed = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!group[i].phonemes || group[i].phonemes->empty()) continue;
    const bool primary = group[i].phonemes->contains(kPrimary);
    stressed += primary ? 1 : 0;
    said.emplace_back(primary, weight_of(*group[i].phonemes), i);
  }
  const auto weaken = [&](std::size_t i) { group[i].phonemes = with_stress(*group[i].phonemes, Stress::kLowered); };
  if (said.size() == 2 && group[std::get<2>(said[0])].text.size() == 1) return weaken(std::get<2>(said[1]));
  if (said.size() < 2 || stressed <= static_cast<int>((said.size() + 1) / 2)) return;
  std::ranges::sort(said);
  for (std::size_t i = 0; i < said.size() / 2; ++i) weaken(std::get<2>(said[i]));
}

std::u32string phonemes_of(std::span<const Token> group) {
  std::u32string phonemes;
  for (const auto& token : group) {
    if (!token.phonemes || token.phonemes->empty()) continue;
    if (token.spaced && !phonemes.empty() && phonemes.back() != U' ') phonemes += U' ';
    phonemes += *token.phonemes;
  }
  return phonemes;
}

Context context_before(const Token& token, const std::u32string& phonemes, const Context& after) {
  Context context = {.vowel = after.vowel, .to = false};
  for (const auto c : phonemes) {
    const bool pause = kPausingMarks.contains(c);
    const bool vowel = kVowels.contains(c);
    if (!pause && !vowel && !kConsonants.contains(c)) continue;
    context.vowel = pause ? std::nullopt : std::optional(vowel);
    break;
  }
  const auto& text = token.text;
  context.to = text == U"to" || text == U"To" || (text == U"TO" && (token.tag == "TO" || token.tag == "IN"));
  return context;
}

}  // namespace antiphon::engine::hibari
