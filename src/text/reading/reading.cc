#include "text/reading/reading.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/reading/english_rules.h"
#include "text/reading/european.h"
#include "text/reading/punctuation.h"
#include "text/reading/say_as.h"
#include "text/reading/source.h"

namespace antiphon::text::reading {
namespace {

// The first one that knows a place decides, so that those of the most
// particular forms come first.
constexpr Rule kEnglishWords[] = {
    english::repeated_letters, english::address,       english::money,          english::date,
    english::host_name,        english::telephone,     english::identifier,     english::clock_time,
    english::measure,          english::fraction_sign, english::ordinal_number, english::serial,
    english::year_number,      english::range,         english::plain_number,   english::roman,
    english::abbreviation};

/// Of texts longer than a segment the rest is left as it is: nothing makes
/// such.
constexpr std::size_t kMostBytes = std::size_t{256} << 10;

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;   ///< Before the marks behind it.
  std::size_t next = 0;  ///< Behind these marks.
};

bool is_sounded(char c) { return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80U; }

/// What stands between spaces and has a letter, a digit or another character than ASCII's; or, for `Keep::kAll`,
/// whatever stands between spaces.
enum class Keep : std::uint8_t { kSounded, kAll };
std::vector<Word> words_of(std::string_view text, Keep keep) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) break;
    at = std::min(text.find(' ', begin), text.size());
    auto end = at;
    while (end > begin && !is_sounded(text[end - 1])) --end;
    if (end > begin || keep == Keep::kAll) words.push_back({.begin = begin, .end = end, .next = at});
  }
  return words;
}

/// Where a place within a stretch lies in what was written of it: see Reading::written_place().
std::optional<std::size_t> place_within(std::string_view written, std::string_view spoken, std::size_t place) {
  // What became a pause: a bracket that closes stands with its word, one that opens with the next.
  if (std::ranges::none_of(spoken, is_sounded)) return std::min(written.find(' '), written.size());
  const auto from = words_of(written, Keep::kAll);
  const auto to = words_of(spoken, Keep::kSounded);
  const auto begun =
      static_cast<std::size_t>(std::ranges::count_if(to, [place](const Word& word) { return word.begin < place; }));
  const bool begins = begun < to.size() && to[begun].begin == place;
  if (from.empty() || (begun == 0 && !begins)) return 0;
  if (begun == 0) return from.front().begin;
  const auto share = [&](std::size_t word) { return word * from.size() / to.size(); };
  if (!begins && place < to[begun - 1].end) return std::nullopt;
  if (begun == to.size()) return from.back().next;
  if (share(begun) == share(begun - 1)) return std::nullopt;
  return begins ? from[share(begun)].begin : from[share(begun) - 1].next;
}

/// Letters and digits of what was read stand apart from those of the text.
std::string apart(const Source& source, std::string_view before, Match& match) {
  if (match.spoken.empty()) return {};
  const auto first = match.spoken.front();
  const bool word = is_letter(first) || is_digit(first);
  const auto last_spoken = match.spoken.back();
  if ((is_letter(last_spoken) || is_digit(last_spoken)) && source.is_word(match.end)) match.spoken += ' ';
  auto end = before.size();
  if (!word || end == 0) return match.spoken;
  const char32_t last = characters::decode_previous(before, end);
  return characters::is_word(last) ? ' ' + match.spoken : match.spoken;
}

/// `matched_end`: where the last match ended; what follows it begins a word of its own.
std::optional<Match> english_match(const Source& source, std::size_t at, std::size_t matched_end) {
  const char c = source[at];
  const bool may_begin =
      static_cast<unsigned char>(c) >= 0x80U || is_letter(c) || is_digit(c) || std::string_view("$+-(.'").contains(c);
  if (may_begin && (at == matched_end || !source.is_word_before(at))) {
    for (const auto rule : kEnglishWords) {
      if (auto match = rule(source, at)) return match;
    }
  }
  return is_letter(c) || c == ' ' ? std::nullopt : english::sign(source, at);
}

/// What a language of european.h says for what begins at `at`, where no word goes on.
std::optional<Match> european_match(const Source& source, std::size_t at, Language language) {
  if (is_letter(source[at]) ? !is_upper(source[at]) : source[at] == ' ') return std::nullopt;
  // Behind "10:00:", "1.2." and the like a number goes on.
  const bool goes_on = at >= 2 && std::string_view(":.,/-").contains(source[at - 1]) && is_digit(source[at - 2]);
  if (goes_on || source.is_word_before(at)) return std::nullopt;
  return european::match(source, at, language);
}

/// What is said for the part behind the sign of its kind, from `at` to `begin`, with the sign behind it.
std::optional<Match> say_as_match(const Source& source, std::size_t at, std::size_t begin, Language language) {
  std::size_t sign = at;
  const auto as = characters::say_as_of(characters::decode_next(source.text(), sign));
  std::string end_sign;
  characters::append(end_sign, characters::kSayAsEnd);
  const auto end = source.text().substr(0, begin + kLongestSaid).find(end_sign, begin);
  if (end == std::string_view::npos) return std::nullopt;
  auto spoken = say_as(as, characters::trimmed(source.slice(begin, end)), language);
  if (!spoken) return std::nullopt;
  return Match{.end = end + end_sign.size(), .spoken = std::move(*spoken)};
}

/// What the first of `dictionaries` that knows a word or phrase at `at` says for it.
std::optional<Match> dictionary_match(const Source& source, std::size_t at,
                                      const pronunciation::Dictionaries& dictionaries) {
  for (const auto& dictionary : dictionaries) {
    if (const auto match = dictionary->find(source.text(), at)) {
      return Match{.end = match->end, .spoken = std::string(match->spoken)};
    }
  }
  return std::nullopt;
}

}  // namespace

Language language_of(std::string_view tag) {
  using enum Language;
  constexpr std::array<std::pair<std::string_view, Language>, 6> kTags = {
      {{"en", kEnglish}, {"de", kGerman}, {"fr", kFrench}, {"es", kSpanish}, {"it", kItalian}, {"pt", kPortuguese}}};
  const auto name = lower(tag.substr(0, tag.find_first_of("-_")));
  const auto* const known = std::ranges::find(kTags, name, &std::pair<std::string_view, Language>::first);
  return known == kTags.end() ? kOther : known->second;
}

void Reading::add(std::string_view written) {
  spoken_ += written;
  const auto size = static_cast<std::uint32_t>(written.size());
  if (!stretches_.empty() && stretches_.back().is_same) {
    stretches_.back().written += size;
    stretches_.back().spoken += size;
  } else {
    stretches_.push_back({.written = size, .spoken = size, .is_same = true});
  }
}

void Reading::add(std::size_t written, std::string_view spoken) {
  spoken_ += spoken;
  stretches_.push_back(
      {.written = static_cast<std::uint32_t>(written), .spoken = static_cast<std::uint32_t>(spoken.size())});
}

std::optional<std::uint32_t> Reading::written_place(std::uint32_t spoken, std::string_view written) const {
  std::uint32_t written_before = 0;
  std::uint32_t spoken_before = 0;
  for (const auto& stretch : stretches_) {
    if (spoken <= spoken_before + stretch.spoken) {
      const auto within = spoken - spoken_before;
      if (within == 0) return written_before;
      if (within == stretch.spoken) return written_before + stretch.written;
      if (stretch.is_same) return written_before + within;
      const auto place = place_within(written.substr(written_before, stretch.written),
                                      std::string_view(spoken_).substr(spoken_before, stretch.spoken), within);
      return place ? std::optional(written_before + static_cast<std::uint32_t>(*place)) : std::nullopt;
    }
    written_before += stretch.written;
    spoken_before += stretch.spoken;
  }
  return written_before;
}

Reading read(std::string_view segment, Language language, const pronunciation::Dictionaries& dictionaries) {
  Reading reading;
  const Source source(segment.substr(0, kMostBytes));
  std::size_t matched_end = 0;
  for (std::size_t at = 0; at < source.size();) {
    auto next = at;
    const char32_t c = characters::decode_next(source.text(), next);
    if (c == characters::kPhonemesBegin) {
      std::string end;
      characters::append(end, characters::kPhonemesEnd);
      const auto found = segment.find(end, at);
      next = found == std::string_view::npos ? source.size() : found + end.size();
      reading.add(source.slice(at, next));
      at = next;
      continue;
    }
    if (characters::is_private_sign(c)) {
      // Behind the sign the part is read as it says, where it can be; else as it is written.
      auto said = characters::is_say_as(c) ? say_as_match(source, at, next, language) : std::nullopt;
      if (said) said->spoken = apart(source, reading.spoken(), *said);
      reading.add((said ? said->end : next) - at, said ? said->spoken : "");
      at = matched_end = said ? said->end : next;
      continue;
    }
    auto match = dictionary_match(source, at, dictionaries);
    if (!match && language == Language::kEnglish) match = english_match(source, at, matched_end);
    if (!match && european::knows(language)) match = european_match(source, at, language);
    // The bracket of "Call (555) 123-4567" opens no aside.
    const bool number_follows = language == Language::kEnglish && c == ' ' && source[next] == '(' &&
                                english::telephone(source, next).has_value();
    if (match) {
      auto spoken = apart(source, reading.spoken(), *match);
      reading.add(match->end - at, spoken);
      matched_end = match->end;
    } else if (const auto pause = number_follows ? std::nullopt : pause_mark(source, at, reading.spoken())) {
      match = pause;
      reading.add(match->end - at, match->spoken);
    } else {
      if (is_letter(source[at])) next = source.letters_end(at);
      match = Match{.end = next};
      reading.add(source.slice(at, next));
    }
    at = match->end;
  }
  return reading;
}

}  // namespace antiphon::text::reading
