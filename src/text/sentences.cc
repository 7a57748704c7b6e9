#include "text/sentences.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "text/boundaries.h"
#include "text/characters/signs.h"

namespace antiphon::text {
namespace {

using std::string_view_literals::operator""sv;

/// Followed by a name or the rest of the sentence, never its end. Lower case, without the full stop.
constexpr std::array kTitles = {"mr"sv,   "mrs"sv,  "ms"sv,   "mx"sv,   "dr"sv,   "prof"sv,  "rev"sv, "hon"sv, "gen"sv,
                                "col"sv,  "capt"sv, "lt"sv,   "sgt"sv,  "maj"sv,  "gov"sv,   "sen"sv, "rep"sv, "sra"sv,
                                "srta"sv, "mme"sv,  "mlle"sv, "hr"sv,   "vs"sv,   "cf"sv,    "ca"sv,  "viz"sv, "bzw"sv,
                                "vgl"sv,  "mt"sv,   "msgr"sv, "pres"sv, "supt"sv, "approx"sv};

/// Within a sentence or at its end, as the next word says.
constexpr std::array kEither = {"st"sv,   "jr"sv, "sr"sv,  "inc"sv, "ltd"sv,  "co"sv,   "corp"sv, "ave"sv,
                                "blvd"sv, "rd"sv, "hwy"sv, "esq"sv, "bros"sv, "dept"sv, "est"sv,  "dist"sv};

/// A capital on these begins a sentence, as names seldom are written so. Lower case.
constexpr std::array kStarters = {
    "it"sv,       "the"sv,     "he"sv,     "she"sv,   "they"sv,   "we"sv,    "you"sv,     "this"sv,     "that"sv,
    "there"sv,    "these"sv,   "those"sv,  "i"sv,     "a"sv,      "an"sv,    "in"sv,      "on"sv,       "at"sv,
    "but"sv,      "and"sv,     "so"sv,     "if"sv,    "when"sv,   "what"sv,  "how"sv,     "why"sv,      "who"sv,
    "where"sv,    "is"sv,      "are"sv,    "do"sv,    "does"sv,   "did"sv,   "my"sv,      "your"sv,     "our"sv,
    "his"sv,      "her"sv,     "its"sv,    "their"sv, "for"sv,    "from"sv,  "to"sv,      "then"sv,     "now"sv,
    "no"sv,       "yes"sv,     "not"sv,    "after"sv, "before"sv, "as"sv,    "by"sv,      "with"sv,     "however"sv,
    "please"sv,   "let"sv,     "some"sv,   "many"sv,  "most"sv,   "all"sv,   "each"sv,    "every"sv,    "both"sv,
    "one"sv,      "here"sv,    "also"sv,   "or"sv,    "while"sv,  "since"sv, "because"sv, "although"sv, "once"sv,
    "until"sv,    "was"sv,     "were"sv,   "can"sv,   "could"sv,  "would"sv, "should"sv,  "will"sv,     "nobody"sv,
    "everyone"sv, "someone"sv, "thanks"sv, "thank"sv, "well"sv,   "next"sv,  "today"sv,   "maybe"sv};

/// They follow a time of day within its sentence.
constexpr std::array kDates = {"monday"sv,   "tuesday"sv, "wednesday"sv, "thursday"sv,  "friday"sv,   "saturday"sv,
                               "sunday"sv,   "january"sv, "february"sv,  "march"sv,     "april"sv,    "may"sv,
                               "june"sv,     "july"sv,    "august"sv,    "september"sv, "october"sv,  "november"sv,
                               "december"sv, "eastern"sv, "pacific"sv,   "central"sv,   "mountain"sv, "greenwich"sv};

/// Abbreviations only before a number: "No. 5", "Fig. 2", "Jan. 3".
constexpr std::array kBeforeNumbers = {"no"sv,  "nos"sv, "nr"sv,   "fig"sv, "p"sv,   "pp"sv,  "vol"sv, "ch"sv,  "sec"sv,
                                       "art"sv, "abb"sv, "kap"sv,  "jan"sv, "feb"sv, "mar"sv, "apr"sv, "jun"sv, "jul"sv,
                                       "aug"sv, "sep"sv, "sept"sv, "oct"sv, "nov"sv, "dec"sv, "eq"sv,  "ref"sv};

std::string lower_ascii(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// The last word of `sentence` without its full stop and without quotes and brackets before it; empty where it does
/// not end in a full stop.
std::string_view last_stem(std::string_view sentence) {
  if (!sentence.ends_with('.')) return {};
  sentence.remove_suffix(1);
  auto begin = sentence.size();
  while (begin > 0) {
    auto at = begin;
    const char32_t c = decode_previous(sentence, at);
    if (is_space(c) || is_opening(c)) break;
    begin = at;
  }
  return sentence.substr(begin);
}

/// "e.g", "U.S", "p.m", "Ph.D": parts of one or two letters between full stops.
bool is_dotted(std::string_view stem) {
  int part = 0;
  bool dotted = false;
  for (std::size_t at = 0; at < stem.size();) {
    const char32_t c = decode_next(stem, at);
    if (c == '.') {
      if (part == 0) return false;
      dotted = true;
      part = 0;
    } else if (!is_letter(c) || ++part > 2) {
      return false;
    }
  }
  return dotted && part > 0;
}

/// A single capital, as in "J. K. Rowling"; not "I", which more often ends a sentence.
bool is_initial(std::string_view stem) {
  std::size_t at = 0;
  if (stem.empty() || !is_upper(decode_next(stem, at))) return false;
  return at == stem.size() && stem != "I";
}

template <std::size_t kCount>
bool contains(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// The word that `rest` begins with, behind opening quotes and brackets.
std::string_view first_word(std::string_view rest) {
  std::size_t begin = 0;
  std::size_t at = 0;
  while (at < rest.size() && is_opening(decode_next(rest, at))) begin = at;
  at = begin;
  auto end = begin;
  while (at < rest.size() && is_letter(decode_next(rest, at))) end = at;
  return rest.substr(begin, end - begin);
}

/// The word before the last one, which is `stem` and a full stop.
std::string_view word_before(std::string_view sentence, std::string_view stem) {
  auto before = sentence.substr(0, static_cast<std::size_t>(stem.data() - sentence.data()));
  before = trimmed(before);
  auto begin = before.size();
  while (begin > 0) {
    auto at = begin;
    const char32_t c = decode_previous(before, at);
    if (is_space(c) || is_opening(c)) break;
    begin = at;
  }
  return before.substr(begin);
}

bool begins_upper(std::string_view word) {
  std::size_t at = 0;
  return !word.empty() && is_upper(decode_next(word, at));
}

bool is_time_of_day(std::string_view stem) { return stem == "p.m" || stem == "a.m" || stem == "P.M" || stem == "A.M"; }

/// "James T. Kirk" and "by J. Smith", but neither "vitamin C. It helps" nor "plan B. Tom left".
bool initial_goes_on(std::string_view sentence, std::string_view stem) {
  constexpr std::array kBeforeNames = {"by"sv,  "and"sv, "of"sv,  "with"sv, "from"sv, "to"sv, "for"sv, "the"sv,
                                       "mit"sv, "von"sv, "und"sv, "de"sv,   "et"sv,   "is"sv, "was"sv, "met"sv};
  const auto before = word_before(sentence, stem);
  return before.empty() || !is_letter(static_cast<unsigned char>(before.front())) || begins_upper(before) ||
         contains(kBeforeNames, before);
}

/// "Why?" he asked: the quotation is part of a sentence that goes on in lower case.
bool is_quoted_within(std::string_view sentence, std::string_view rest) {
  auto end = sentence.size();
  std::size_t begin = 0;
  return is_closing(decode_previous(sentence, end)) && is_lower(decode_next(rest, begin));
}

bool goes_on(std::string_view sentence, std::string_view rest) {
  if (is_quoted_within(sentence, rest)) return true;
  const auto stem = last_stem(sentence);
  if (stem.empty()) return false;
  const auto word = lower_ascii(stem);
  const auto next = first_word(rest);
  const auto next_word = lower_ascii(next);
  if (contains(kTitles, word) || word == "e.g" || word == "i.e") return true;
  std::size_t at = 0;
  if (is_digit(decode_next(rest, at)) && contains(kBeforeNumbers, word)) return true;
  const bool starts = begins_upper(next) && contains(kStarters, next_word);
  if (is_time_of_day(stem)) {
    const bool zone = next.size() > 1 && begins_upper(next.substr(1));
    return !begins_upper(next) || zone || contains(kDates, next_word);
  }
  if (is_initial(stem)) return !starts && initial_goes_on(sentence, stem);
  if (is_dotted(stem) || contains(kEither, word)) return !starts;
  return false;
}

/// Whether it has anything but signs that say how something is said.
bool has_text(std::string_view sentence) {
  for (std::size_t at = 0; at < sentence.size();) {
    if (!characters::is_private_sign(decode_next(sentence, at))) return true;
  }
  return false;
}

/// The sentences of a text without signs that part segments.
void append_sentences(std::string_view text, SentenceState& state, std::vector<Sentence>& out) {
  std::size_t begin = 0;
  for (const auto end : boundaries(Boundary::kSentence, text)) {
    const auto raw = text.substr(begin, end - begin);
    const auto sentence = trimmed(raw);
    const auto rest = trimmed(text.substr(end));
    if (!has_text(sentence)) {
      begin = end;
      continue;
    }
    const bool paragraph_ends = raw.ends_with('\n');
    if (!rest.empty() && !paragraph_ends && goes_on(sentence, rest)) continue;
    out.push_back({.text = sentence, .pause_before = std::exchange(state.pause, {}), .prosody = state.prosody});
    begin = end;
  }
}

/// How a sentence ends before a change of prosody; `text` ends with it and the white space behind it.
Sentence::End end_before_prosody(std::string_view text, std::string_view sentence, std::string_view rest) {
  if (text.ends_with('\n')) return Sentence::End::kSign;
  auto at = sentence.size();
  char32_t last = 0;
  do {
    last = decode_previous(sentence, at);
  } while (at > 0 && is_closing(last));
  return ends_sentence(last) && !goes_on(sentence, rest) ? Sentence::End::kSign : Sentence::End::kProsody;
}

}  // namespace

bool is_judged_by_next_word(std::string_view text) {
  const auto words = trimmed(text);
  if (text.ends_with('.') || words.empty()) return false;  // A letter right behind it is of the same word.
  const auto stem = last_stem(words);
  return !stem.empty() && (is_initial(stem) || is_dotted(stem) || contains(kEither, lower_ascii(stem)));
}

std::vector<Sentence> sentences(std::string_view text, SentenceState& state) {
  // Four bytes begin with this one in the plane of the signs, and in few others.
  constexpr char kSignLead = '\xF3';
  std::vector<Sentence> out;
  std::size_t begin = 0;
  for (auto at = text.find(kSignLead); at != std::string_view::npos; at = text.find(kSignLead, at)) {
    const auto end = at;
    const char32_t c = decode_next(text, at);
    if (!characters::parts_segments(c)) continue;
    const auto before = out.size();
    const auto part = text.substr(begin, end - begin);
    append_sentences(part, state, out);
    begin = at;
    if (characters::is_prosody(c)) {
      state.prosody = characters::prosody_of(c);
      if (out.size() > before) out.back().end = end_before_prosody(part, out.back().text, trimmed(text.substr(at)));
      continue;
    }
    auto& pause = out.empty() ? state.pause : out.back().pause;
    pause = std::min(pause + characters::pause_length(c), characters::kLongestPause);
    if (!out.empty()) out.back().end = Sentence::End::kSign;
  }
  append_sentences(text.substr(begin), state, out);
  return out;
}

}  // namespace antiphon::text
