#include "text/sentences.h"

#include <algorithm>
#include <array>
#include <string>

#include "text/boundaries.h"
#include "text/characters/signs.h"

namespace antiphon::text {
namespace {

using std::string_view_literals::operator""sv;

/// Followed by a name or the rest of the sentence, never its end. Lower case, without the full stop.
constexpr std::array kTitles = {
    "mr"sv, "mrs"sv, "ms"sv,  "mx"sv,  "dr"sv,  "prof"sv,   "st"sv,  "rev"sv, "hon"sv, "gen"sv,  "col"sv,  "capt"sv,
    "lt"sv, "sgt"sv, "maj"sv, "gov"sv, "sen"sv, "rep"sv,    "jr"sv,  "sr"sv,  "sra"sv, "srta"sv, "mme"sv,  "mlle"sv,
    "hr"sv, "vs"sv,  "cf"sv,  "ca"sv,  "viz"sv, "approx"sv, "bzw"sv, "vgl"sv, "mt"sv,  "msgr"sv, "pres"sv, "supt"sv};

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
  if (is_initial(stem) || is_dotted(stem)) return true;
  const auto word = lower_ascii(stem);
  if (std::ranges::find(kTitles, word) != kTitles.end()) return true;
  std::size_t at = 0;
  return is_digit(decode_next(rest, at)) && std::ranges::find(kBeforeNumbers, word) != kBeforeNumbers.end();
}

/// The sentences of a text that asks for no pause.
void append_sentences(std::string_view text, std::vector<Sentence>& out) {
  std::size_t begin = 0;
  for (const auto end : boundaries(Boundary::kSentence, text)) {
    const auto raw = text.substr(begin, end - begin);
    const auto sentence = trimmed(raw);
    const auto rest = trimmed(text.substr(end));
    if (sentence.empty()) {
      begin = end;
      continue;
    }
    const bool paragraph_ends = raw.ends_with('\n');
    if (!rest.empty() && !paragraph_ends && goes_on(sentence, rest)) continue;
    out.push_back({.text = sentence});
    begin = end;
  }
}

}  // namespace

std::vector<Sentence> sentences(std::string_view text) {
  // Four bytes begin with this one in the plane of pauses, and in few others.
  constexpr char kPauseLead = '\xF3';
  std::vector<Sentence> out;
  std::size_t begin = 0;
  for (auto at = text.find(kPauseLead); at != std::string_view::npos; at = text.find(kPauseLead, at)) {
    const auto end = at;
    const char32_t c = decode_next(text, at);
    if (!characters::is_pause(c)) continue;
    append_sentences(text.substr(begin, end - begin), out);
    begin = at;
    if (!out.empty())
      out.back().pause = std::min(out.back().pause + characters::pause_length(c), characters::kLongestPause);
  }
  append_sentences(text.substr(begin), out);
  return out;
}

}  // namespace antiphon::text
