#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "engine/hibari/characters.h"
#include "engine/hibari/lexicon.h"
#include "engine/hibari/number_words.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

struct Coins {
  char32_t sign = 0;
  const char* whole = "";
  const char* part = "";
};
constexpr std::array<Coins, 3> kCoins = {
    {{U'$', "dollar", "cent"}, {U'\u00A3', "pound", "pence"}, {U'\u20AC', "euro", "cent"}}};

const Coins* coins_of(char32_t sign) {
  const auto* const found = std::ranges::find(kCoins, sign, &Coins::sign);
  return found == kCoins.end() ? nullptr : &*found;
}

bool is_ordinal(Text ending) { return ending == U"st" || ending == U"nd" || ending == U"rd" || ending == U"th"; }

std::optional<std::uint64_t> value_of(Text digits) {
  const auto bytes = to_utf8(digits);
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
  if (failed != std::errc() || end != bytes.data() + bytes.size() || value >= kNumbersEnd) return std::nullopt;
  return value;
}

std::vector<Text> split(Text text, char32_t separator) {
  std::vector<Text> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == Text::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

void append(NumberWords words, NumberWords& to) {
  for (auto& word : words) to.push_back(std::move(word));
}

void append_digits(Text digits, NumberWords& words) {
  for (const auto& digit : digits) append(cardinal(value_of(Text(&digit, 1)).value_or(0)), words);
}

/// A number that is too long to be read as one is read digit by digit.
void append_number(Text digits, NumberWords& words) {
  if (const auto value = value_of(digits)) return append(cardinal(*value), words);
  append_digits(digits, words);
}

/// What goes on after letters or a hyphen ("A320", "7-11") is read in short groups.
void append_code(Text digits, NumberWords& words) {
  constexpr std::size_t kThree = 3;
  if (digits.empty()) return;
  if (digits.front() == U'0' || digits.size() > kThree) return append_digits(digits, words);
  if (digits.size() < kThree || digits.ends_with(U"00")) return append_number(digits, words);
  append_number(digits.substr(0, 1), words);
  if (digits[1] == U'0') {
    words.emplace_back("O");
    return append_number(digits.substr(2), words);
  }
  append_number(digits.substr(1), words);
}

/// Versions, addresses and the like.
void append_groups(Text text, NumberWords& words) {
  for (const auto group : split(text, U'.')) {
    if (group.empty()) continue;
    const bool round = group.substr(1).find_first_not_of(U'0') == Text::npos;
    if (group.front() == U'0' || (group.size() != 2 && !round)) {
      append_digits(group, words);
    } else {
      append_number(group, words);
    }
  }
}

void append_amount(Text text, const Coins& coins, NumberWords& words) {
  const auto parts = split(text, U'.');
  const auto whole = value_of(parts[0]).value_or(0);
  const auto rest = parts.size() > 1 ? value_of(parts[1]).value_or(0) : 0;
  const auto append_coins = [&](std::uint64_t count, std::string coin) {
    append(cardinal(count), words);
    if (count != 1 && coin != "pence") coin += 's';
    words.push_back(std::move(coin));
  };
  if (whole > 0 || rest == 0) append_coins(whole, coins.whole);
  if (rest == 0) return;
  if (whole > 0) words.emplace_back("and");
  append_coins(rest, coins.part);
}

void append_decimal(Text text, NumberWords& words) {
  const auto point = text.find(U'.');
  if (point > 0) append_number(text.substr(0, point), words);
  auto rest = point == Text::npos ? Text() : text.substr(point + 1);
  while (point > 0 && rest.ends_with(U'0')) rest.remove_suffix(1);
  if (rest.empty()) return;
  words.emplace_back("point");
  append_digits(rest, words);
}

bool is_amount(Text text) {
  constexpr std::size_t kMostCents = 2;
  const auto parts = split(text, U'.');
  return parts.size() == 1 || (parts.size() == 2 && parts[1].size() <= kMostCents);
}

/// The words of a number without its ending.
NumberWords words_of(Text text, const Lexicon::Number& number, Text ending) {
  constexpr std::size_t kYearDigits = 4;
  NumberWords words;
  if (text.starts_with(U'-')) {
    words.emplace_back("minus");
    text.remove_prefix(1);
  }
  const auto value = all_digits(text) ? value_of(text) : std::nullopt;
  const auto plain_text = without(text, U",");
  const auto* const coins = coins_of(number.currency);
  const bool pointed = text.contains(U'.');
  if (value && is_ordinal(ending)) {
    append(ordinal(*value), words);
  } else if (words.empty() && text.size() == kYearDigits && coins == nullptr && value) {
    append(year(*value), words);
  } else if (!number.begins && !pointed) {
    append_code(plain_text, words);
  } else if (!number.begins || std::ranges::count(text, U'.') > 1) {
    append_groups(plain_text, words);
  } else if (coins != nullptr && is_amount(text)) {
    append_amount(plain_text, *coins, words);
  } else if (pointed) {
    append_decimal(plain_text, words);
  } else if (const auto whole = value_of(plain_text); whole && is_ordinal(ending)) {
    append(ordinal(*whole), words);
  } else {
    append_number(plain_text, words);
  }
  return words;
}

}  // namespace

Lexicon::Phonemes Lexicon::read_number(Number number) const {
  const auto ending_at = number.text.find_last_not_of(U"abcdefghijklmnopqrstuvwxyz'");
  if (ending_at == Text::npos) return std::nullopt;
  const auto ending = number.text.substr(ending_at + 1);
  std::u32string spoken;
  for (const auto& word : words_of(number.text.substr(0, ending_at + 1), number, ending)) {
    const bool unstressed = word == "point" || word == "O";
    const auto text = to_utf32(word);
    auto phonemes = look_up(text, unstressed ? Stress::kNone : Stress::kKeep);
    if (!phonemes) phonemes = with_s({.text = text});
    if (!spoken.empty()) spoken += U' ';
    spoken += phonemes.value_or(U"");
  }
  if (spoken.empty()) return std::nullopt;
  if (ending == U"s" || ending == U"'s") return add_s(spoken);
  if (ending == U"ed" || ending == U"'d") return add_ed(spoken);
  if (ending == U"ing") return add_ing(spoken);
  return spoken;
}

bool is_number(Text text, bool begins) {
  if (std::ranges::none_of(text, [](char32_t c) { return c >= U'0' && c <= U'9'; })) return false;
  for (const auto ending : std::to_array<Text>({U"ing", U"'d", U"ed", U"'s", U"st", U"nd", U"rd", U"th", U"s"})) {
    if (!text.ends_with(ending)) continue;
    text.remove_suffix(ending.size());
    break;
  }
  if (begins && text.starts_with(U'-')) text.remove_prefix(1);
  return std::ranges::all_of(text, [](char32_t c) { return (c >= U'0' && c <= U'9') || c == U',' || c == U'.'; });
}

}  // namespace antiphon::engine::hibari
