#include "engine/hibari/lexicon.h"

#include <algorithm>
#include <array>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

bool is_one_of(Text word, std::initializer_list<Text> words) { return std::ranges::find(words, word) != words.end(); }

/// The name of a symbol that is read as a word; empty where it is none.
Text name_of_symbol(Text word) {
  if (word == U"%") return U"percent";
  if (word == U"&") return U"and";
  if (word == U"+") return U"plus";
  if (word == U"@") return U"at";
  return {};
}

/// The name of a currency's coin; empty where it is none that is read here.
Text name_of_currency(char32_t sign) {
  if (sign == U'$') return U"dollar";
  if (sign == U'\u00A3') return U"pound";
  if (sign == U'\u20AC') return U"euro";
  return {};
}

/// The family of a part of speech, by which the lists distinguish.
std::string_view family_of(std::string_view tag) {
  if (tag.starts_with("VB")) return "VERB";
  if (tag.starts_with("NN")) return "NOUN";
  if (tag.starts_with("ADV") || tag.starts_with("RB")) return "ADV";
  if (tag.starts_with("ADJ") || tag.starts_with("JJ")) return "ADJ";
  return tag;
}

/// Of an entry with parts of speech the phonemes of one; an empty text where it is spelled, nothing where it has none.
std::optional<std::string_view> variant(std::string_view entry, std::string_view tag) {
  while (!entry.empty()) {
    auto part = take_part(entry, '\t');
    if (take_part(part, '=') == tag) return part;
  }
  return std::nullopt;
}

bool ascii_letters(Text word) {
  return !word.empty() && std::ranges::all_of(word, [](char32_t c) { return c < 0x80 && is_letter(c); });
}

/// Initials with full stops, such as "U.S." or "a.m".
bool is_initials(Text word) {
  const auto begin = word.find_first_not_of(U'.');
  if (begin == Text::npos) return false;
  const auto end = word.find_last_not_of(U'.') + 1;
  if (!word.substr(begin, end - begin).contains(U'.') || !all_letters(without(word, U"."))) return false;
  std::size_t run = 0;
  for (const auto c : word) {
    run = c == U'.' ? 0 : run + 1;
    if (run > 2) return false;
  }
  return true;
}

}  // namespace

/// A word that is not in the list may be there with another first letter.
std::optional<std::string_view> Lexicon::entry(const Table& table, Text word) const {
  if (const auto found = table.find(to_utf8(word))) return found;
  if (word.size() < 2) return std::nullopt;
  const auto small = lower(word);
  const auto capital = capitalised(word);
  if (word == small && word != capital) return table.find(to_utf8(capital));
  if (word == capital) return table.find(to_utf8(small));
  return std::nullopt;
}

bool Lexicon::in_lists(Text word) const { return in_words(word) || entry(data_.more_words, word).has_value(); }

/// Whether look_up() has an answer.
bool Lexicon::is_known(Text word) const {
  if (in_lists(word) || !name_of_symbol(word).empty()) return true;
  if (!ascii_letters(word)) return false;
  if (word.size() == 1 || (is_upper(word) && in_words(lower(word)))) return true;
  return is_upper(word.substr(1));
}

/// Letter by letter; the last of them bears the stress.
Lexicon::Phonemes Lexicon::spelled(Text word) const {
  std::u32string phonemes;
  for (const auto c : word) {
    if (!is_letter(c)) continue;
    const auto letter = entry(data_.words, upper(Text(&c, 1)));
    if (!letter || letter->contains('=')) return std::nullopt;
    phonemes += to_utf32(*letter);
  }
  phonemes = with_stress(phonemes, Stress::kLevelled);
  if (const auto last = phonemes.rfind(kSecondary); last != std::u32string::npos) phonemes[last] = kPrimary;
  return phonemes;
}

Lexicon::Phonemes Lexicon::look_up(const Word& word) const {
  std::u32string text(word.text);
  bool name = false;
  if (is_upper(text) && !in_words(text)) {
    text = lower(text);
    name = word.tag == "NNP";
  }
  auto found = entry(data_.words, text);
  if (!found && !name) found = entry(data_.more_words, text);
  if (found && found->contains('=')) {
    const bool ends = word.context != nullptr && !word.context->vowel;
    auto chosen = ends ? variant(*found, "None") : std::nullopt;
    if (!chosen) chosen = variant(*found, word.tag);
    if (!chosen) chosen = variant(*found, family_of(word.tag));
    if (!chosen) chosen = variant(*found, "DEFAULT");
    found = chosen && !chosen->empty() ? chosen : std::nullopt;
  }
  const auto phonemes = to_utf32(found.value_or(""));
  if (!found || (name && !phonemes.contains(kPrimary))) {
    return spelled(text);
  }
  return with_stress(phonemes, word.stress);
}

namespace {

/// The vowel of an ending that makes a syllable.
char32_t ending_vowel(Accent accent) { return accent == Accent::kBritish ? U'\u026A' : U'\u1D7B'; }

/// After these an American t between vowels is a flap.
bool flaps(Text stem) {
  constexpr Text kBefore = U"AIOWYiu\u00E6\u0251\u0259\u025B\u026A\u0279\u028A\u028C";
  return stem.size() > 1 && stem.back() == U't' && kBefore.contains(stem[stem.size() - 2]);
}

std::u32string flapped(Text stem) { return std::u32string(stem.substr(0, stem.size() - 1)) + U"\u027E"; }

}  // namespace

Lexicon::Phonemes Lexicon::add_s(Phonemes stem) const {
  if (!stem || stem->empty()) return std::nullopt;
  const Text hissing = U"sz\u0283\u0292\u02A7\u02A4";
  if (Text(U"ptkf\u03B8").contains(stem->back())) return *stem + U"s";
  if (hissing.contains(stem->back())) return *stem + ending_vowel(data_.accent) + U"z";
  return *stem + U"z";
}

Lexicon::Phonemes Lexicon::add_ed(Phonemes stem) const {
  if (!stem || stem->empty()) return std::nullopt;
  if (Text(U"pkf\u03B8\u0283s\u02A7").contains(stem->back())) return *stem + U"t";
  if (stem->back() == U'd') return *stem + ending_vowel(data_.accent) + U"d";
  if (stem->back() != U't') return *stem + U"d";
  if (data_.accent == Accent::kBritish || stem->size() < 2) return *stem + U"\u026Ad";
  return (flaps(*stem) ? flapped(*stem) : *stem) + U"\u1D7Bd";
}

Lexicon::Phonemes Lexicon::add_ing(Phonemes stem) const {
  if (!stem || stem->empty()) return std::nullopt;
  if (data_.accent == Accent::kBritish) {
    // An r may be heard there, which the lists do not tell.
    if (stem->back() == U'\u0259' || stem->back() == U'\u02D0') return std::nullopt;
    return *stem + U"\u026A\u014B";
  }
  return (flaps(*stem) ? flapped(*stem) : *stem) + U"\u026A\u014B";
}

Lexicon::Phonemes Lexicon::with_s(const Word& word) const {
  const auto text = word.text;
  if (text.size() < 3 || !text.ends_with(U's')) return std::nullopt;
  const auto one_less = text.substr(0, text.size() - 1);
  const auto two_less = text.substr(0, text.size() - 2);
  if (!text.ends_with(U"ss") && is_known(one_less)) return add_s(look_up(word.with(one_less)));
  const bool longer = text.size() > 4;
  const bool may_lose_two = text.ends_with(U"'s") || (longer && text.ends_with(U"es") && !text.ends_with(U"ies"));
  if (may_lose_two && is_known(two_less)) return add_s(look_up(word.with(two_less)));
  const auto with_y = std::u32string(text.substr(0, text.size() - 3)) + U"y";
  if (longer && text.ends_with(U"ies") && is_known(with_y)) return add_s(look_up(word.with(with_y)));
  return std::nullopt;
}

Lexicon::Phonemes Lexicon::with_ed(const Word& word) const {
  const auto text = word.text;
  if (text.size() < 4 || !text.ends_with(U'd')) return std::nullopt;
  const auto one_less = text.substr(0, text.size() - 1);
  const auto two_less = text.substr(0, text.size() - 2);
  if (!text.ends_with(U"dd") && is_known(one_less)) return add_ed(look_up(word.with(one_less)));
  const bool may_lose_two = text.size() > 4 && text.ends_with(U"ed") && !text.ends_with(U"eed");
  if (may_lose_two && is_known(two_less)) return add_ed(look_up(word.with(two_less)));
  return std::nullopt;
}

Lexicon::Phonemes Lexicon::with_ing(const Word& word) const {
  const auto text = word.text;
  if (text.size() < 5 || !text.ends_with(U"ing")) return std::nullopt;
  const auto stem = text.substr(0, text.size() - 3);
  const bool longer = text.size() > 5;
  if (longer && is_known(stem)) return add_ing(look_up(word.with(stem)));
  const auto with_e = std::u32string(stem) + U"e";
  if (is_known(with_e)) return add_ing(look_up(word.with(with_e)));
  const bool doubled =
      stem.size() > 1 && stem.back() == stem[stem.size() - 2] && Text(U"bcdgklmnprstvxz").contains(stem.back());
  const auto shorter = stem.substr(0, stem.size() - 1);
  if (longer && (doubled || stem.ends_with(U"ck")) && is_known(shorter)) return add_ing(look_up(word.with(shorter)));
  return std::nullopt;
}

Lexicon::Phonemes Lexicon::inflected(const Word& word) const {
  if (auto found = with_s(word)) return found;
  if (auto found = with_ed(word)) return found;
  auto changed = word;
  if (word.stress == Stress::kKeep) changed.stress = Stress::kSecondary;
  return with_ing(changed);
}

Lexicon::Phonemes Lexicon::special(const Word& word) const {
  const auto text = word.text;
  if (word.tag == "ADD" && text == U".") return look_up(U"dot", Stress::kLowered);
  if (word.tag == "ADD" && text == U"/") return look_up(U"slash", Stress::kLowered);
  if (const auto name = name_of_symbol(text); !name.empty()) {
    return look_up({.text = name, .context = word.context});
  }
  if (is_initials(text)) return spelled(text);
  if (word.tag == "IN" && is_one_of(lower(text), {U"vs", U"vs."})) {
    return look_up({.text = U"versus", .context = word.context});
  }
  return function_word(word);
}

/// Words that are said in more than one way, by what they do and what follows.
Lexicon::Phonemes Lexicon::function_word(const Word& word) const {
  const auto text = word.text;
  const auto tag = word.tag;
  const bool noun = tag.starts_with("NN");
  const auto& vowel = word.context->vowel;
  if (is_one_of(text, {U"a", U"A"})) return tag == "DT" ? U"\u0250" : U"\u02C8A";
  if (is_one_of(text, {U"am", U"Am", U"AM"})) {
    if (noun) return spelled(text);
    const bool stressed = word.stress == Stress::kSecondary || word.stress == Stress::kRaised;
    return !vowel || text != U"am" || stressed ? look_up(U"am") : U"\u0250m";
  }
  if (is_one_of(text, {U"an", U"An", U"AN"})) return text == U"AN" && noun ? spelled(text) : U"\u0250n";
  if (text == U"I" && tag == "PRP") return U"\u02CCI";
  if (is_one_of(text, {U"by", U"By", U"BY"}) && family_of(tag) == "ADV") return U"b\u02C8I";
  if (is_one_of(text, {U"to", U"To"}) || (text == U"TO" && (tag == "TO" || tag == "IN"))) {
    if (!vowel) return look_up(U"to");
    return *vowel ? U"t\u028A" : U"t\u0259";
  }
  if (is_one_of(text, {U"in", U"In"}) || (text == U"IN" && tag != "NNP")) {
    return !vowel || tag != "IN" ? U"\u02C8\u026An" : U"\u026An";
  }
  if (is_one_of(text, {U"the", U"The"}) || (text == U"THE" && tag == "DT")) {
    return vowel.value_or(false) ? U"\u00F0i" : U"\u00F0\u0259";
  }
  if (is_one_of(text, {U"used", U"Used", U"USED"})) {
    const bool habit = (tag == "VBD" || tag == "JJ") && word.context->to;
    return look_up({.text = U"used", .tag = habit ? "VBD" : "DEFAULT"});
  }
  return std::nullopt;
}

/// Whether a word with capitals is the ordinary one of the lists.
bool Lexicon::is_small_word(const Word& word) const {
  constexpr std::size_t kLongName = 7;
  const auto text = word.text;
  if (text.size() < 2 || is_lower(text) || !all_letters(without(text, U"'"))) return false;
  if (word.tag == "NNP" && text.size() <= kLongName) return false;
  if (in_lists(text) || !(is_upper(text) || is_lower(text.substr(1)))) return false;
  const auto small = lower(text);
  if (in_lists(small)) return true;
  const auto other = word.with(small);
  const auto heard = [](const Phonemes& found) { return found && !found->empty(); };
  return heard(with_s(other)) || heard(with_ed(other)) || heard(with_ing(other));
}

Lexicon::Phonemes Lexicon::read_word(Word word) const {
  if (auto found = special(word)) return found;
  const auto small = lower(word.text);
  if (is_small_word(word)) word.text = small;
  if (is_known(word.text)) return look_up(word);
  const auto text = word.text;
  if (text.ends_with(U"s'")) {
    const auto singular = std::u32string(text.substr(0, text.size() - 2)) + U"'s";
    if (is_known(singular)) return look_up(word.with(singular));
  }
  if (text.ends_with(U'\'') && is_known(text.substr(0, text.size() - 1))) {
    return look_up(word.with(text.substr(0, text.size() - 1)));
  }
  return inflected(word);
}

Lexicon::Phonemes Lexicon::read(const Token& token, const Context& context) const {
  const auto text = token.says_to ? std::u32string(U"to") : plain(token.text);
  const auto stress = is_lower(text) ? Stress::kKeep : is_upper(text) ? Stress::kRaised : Stress::kSecondary;
  auto phonemes = read_word({.text = text, .tag = token.tag, .stress = stress, .context = &context});
  if (!phonemes) {
    if (!is_number(text, token.begins)) return std::nullopt;
    return read_number({.text = text, .currency = token.currency, .begins = token.begins});
  }
  const auto currency = name_of_currency(token.currency);
  if (currency.empty()) return phonemes;
  return *phonemes + U" " + with_s({.text = std::u32string(currency) + U"s"}).value_or(U"");
}

}  // namespace antiphon::engine::hibari
