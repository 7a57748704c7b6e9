#include "text/clauses.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "text/boundaries.h"
#include "text/segmenter.h"

namespace antiphon::text {
namespace {

using std::string_view_literals::operator""sv;

// Penalties are per cent of the wanted length: a cut between two words must lie a whole length nearer to the wanted
// place than one at the end of a clause to be preferred.
constexpr std::size_t kClause = 0;
constexpr std::size_t kComma = 10;
constexpr std::size_t kConjunction = 60;
constexpr std::size_t kPhrase = 80;  ///< Before a preposition.
constexpr std::size_t kWord = 100;
constexpr std::size_t kOpen = 220;  ///< Behind a word that no phrase ends with, and within an amount.
constexpr std::size_t kLine = 110;  ///< Between ideographs, Thai words, after a hyphen.
constexpr std::size_t kGrapheme = 250;
constexpr std::size_t kWithinGrapheme = 500;

constexpr std::array kConjunctions = {
    "and"sv, "or"sv,   "but"sv,   "nor"sv,  "so"sv,       "yet"sv,    "because"sv, "while"sv, "which"sv, "that"sv,
    "who"sv, "when"sv, "where"sv, "if"sv,   "although"sv, "though"sv, "unless"sv,  "until"sv, "since"sv, "than"sv,
    "und"sv, "oder"sv, "aber"sv,  "weil"sv, "dass"sv,     "denn"sv,   "et"sv,      "ou"sv,    "mais"sv,  "que"sv,
    "qui"sv, "y"sv,    "o"sv,     "pero"sv, "porque"sv,   "e"sv,      "ma"sv,      "en"sv,    "maar"sv,  "omdat"sv};

constexpr std::array kPrepositions = {
    "of"sv,      "in"sv,   "on"sv,    "at"sv,     "to"sv,     "for"sv,     "from"sv,    "with"sv,
    "by"sv,      "into"sv, "onto"sv,  "about"sv,  "after"sv,  "before"sv,  "during"sv,  "through"sv,
    "without"sv, "over"sv, "under"sv, "across"sv, "behind"sv, "between"sv, "against"sv, "towards"sv,
    "mit"sv,     "von"sv,  "auf"sv,   "aus"sv,    "bei"sv,    "nach"sv,    "zu"sv,      "avec"sv,
    "dans"sv,    "pour"sv, "sur"sv,   "con"sv,    "para"sv};
constexpr std::array kDeterminers = {
    "a"sv,     "an"sv,    "the"sv,  "my"sv,   "your"sv,  "his"sv,   "her"sv, "its"sv,  "our"sv, "their"sv, "this"sv,
    "these"sv, "those"sv, "some"sv, "very"sv, "is"sv,    "are"sv,   "was"sv, "were"sv, "der"sv, "die"sv,   "das"sv,
    "den"sv,   "dem"sv,   "ein"sv,  "eine"sv, "einen"sv, "einem"sv, "le"sv,  "la"sv,   "les"sv, "un"sv,    "une"sv,
    "des"sv,   "el"sv,    "los"sv,  "las"sv,  "il"sv,    "lo"sv,    "gli"sv, "uma"sv,  "os"sv,  "as"sv};

bool ends_clause(char32_t c) { return U";:.!?\u2014\u2013\u2026\uFF1B\uFF1A\u3002\uFF01\uFF1F"sv.contains(c); }
bool is_comma(char32_t c) { return U",\u3001\uFF0C\u060C\u055D"sv.contains(c); }
/// Marks that end a clause without white space after them.
bool stands_tight(char32_t c) { return U"\u2014\uFF1B\uFF1A\u3002\uFF01\uFF1F\u3001\uFF0C"sv.contains(c); }

/// The last code point before `end` that is no closing bracket or quote.
char32_t mark_before(std::string_view text, std::size_t end) {
  char32_t c = 0;
  do {
    c = decode_previous(text, end);
  } while (end > 0 && is_closing(c));
  return c;
}

template <std::size_t kCount>
bool contains(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }
std::string_view last_word(std::string_view text) { return text.substr(text.rfind(' ') + 1); }

/// Whether a phrase goes on behind `word`: an article, a preposition, a conjunction, a number.
bool is_open(std::string_view word) {
  std::string lower(word);
  if (!lower.empty() && lower.front() >= 'A' && lower.front() <= 'Z')
    lower.front() = static_cast<char>(lower.front() - 'A' + 'a');
  if (contains(kDeterminers, lower) || contains(kPrepositions, lower) || contains(kConjunctions, lower)) return true;
  auto at = word.size();
  return !word.empty() && is_digit(decode_previous(word, at));
}

std::size_t penalty_at_gap(std::string_view text, const Cut& cut) {
  const char32_t mark = mark_before(text, cut.end);
  const auto left = text.substr(0, cut.end);
  if (ends_clause(mark) || left.ends_with(" -") || left == "-") return kClause;
  if (is_comma(mark)) return kComma;
  if (is_open(last_word(left))) return kOpen;
  auto at = cut.begin;
  const auto next = first_word(text.substr(cut.begin));
  if (is_opening(decode_next(text, at)) || contains(kConjunctions, next)) return kConjunction;
  return contains(kPrepositions, next) ? kPhrase : kWord;
}

std::size_t penalty_within_word(std::string_view text, const Cut& cut, bool line_may_break) {
  auto at = cut.end;
  const char32_t before = decode_previous(text, at);
  at = cut.begin;
  const char32_t after = decode_next(text, at);
  if (line_may_break && stands_tight(before) && !is_digit(after)) return is_comma(before) ? kComma : kClause;
  return line_may_break ? kLine : kGrapheme;
}

/// Walks the code points of a sentence and keeps the length of what it has passed.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}
  /// Steps over one code point.
  void step() {
    const char32_t c = decode_next(text_, at_);
    length_ += spoken_weight(c);
    if (!is_space(c)) {
      end_ = at_;
      length_to_end_ = length_;
    }
  }
  void walk_to(std::size_t offset) {
    while (at_ < offset) step();
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t length() const { return length_; }
  [[nodiscard]] Cut cut() const {
    return {.end = end_, .begin = at_, .length_to_end = length_to_end_, .length_to_begin = length_};
  }
  /// Whether both sides of a cut here have something, and the right one does not begin with white space.
  [[nodiscard]] bool can_cut() const {
    if (end_ == 0 || at_ >= text_.size()) return false;
    auto next = at_;
    return !is_space(decode_next(text_, next));
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t length_ = 0;
  std::size_t end_ = 0;
  std::size_t length_to_end_ = 0;
};

void cut_within(std::vector<Cut>& out, Walker& walker, std::size_t end) {
  walker.step();
  for (; walker.at() < end; walker.step()) {
    if (!walker.can_cut()) continue;
    out.push_back(walker.cut());
    out.back().penalty = kWithinGrapheme;
  }
}

/// Combining marks after a space make one grapheme with it; the words on both sides part at the space all the same.
/// Whether the grapheme up to `end` is such a one, whose space has then been stepped over.
bool cut_after_space(std::vector<Cut>& out, Walker& walker, std::string_view text, std::size_t end) {
  auto at = walker.at();
  if (!is_space(decode_next(text, at)) || at >= end) return false;
  walker.step();
  if (walker.can_cut()) {
    out.push_back(walker.cut());
    out.back().penalty = penalty_at_gap(text, out.back());
  }
  return true;
}

}  // namespace

std::vector<Cut> cuts(std::string_view sentence, std::size_t limit) {
  const auto lines = boundaries(Boundary::kLine, sentence);
  std::vector<Cut> out;
  Walker walker(sentence);
  auto line = lines.begin();
  std::size_t begin = 0;
  for (const auto end : boundaries(Boundary::kGrapheme, sentence)) {
    if (cut_after_space(out, walker, sentence, end)) begin = walker.at();
    if (spoken_length(sentence.substr(begin, end - begin)) > limit) cut_within(out, walker, end);
    walker.walk_to(end);
    begin = end;
    if (!walker.can_cut()) continue;
    while (line != lines.end() && *line < end) ++line;
    auto cut = walker.cut();
    const bool gap = cut.end != cut.begin;
    cut.penalty =
        gap ? penalty_at_gap(sentence, cut) : penalty_within_word(sentence, cut, line != lines.end() && *line == end);
    out.push_back(cut);
  }
  return out;
}

bool ends_clause_or_comma(char32_t c) { return ends_clause(c) || is_comma(c); }

std::optional<Cut> clause_cut(std::string_view sentence, std::size_t least, std::size_t most) {
  for (const auto& cut : cuts(sentence, most)) {
    if (cut.length_to_end > most) break;
    const bool fits = cut.penalty <= kComma && cut.length_to_end >= least;
    if (fits && !ends_sentence(mark_before(sentence, cut.end))) return cut;
  }
  return std::nullopt;
}

std::size_t best_cut(const std::vector<Cut>& places, std::size_t first, std::size_t offset, std::size_t target,
                     std::size_t limit) {
  std::size_t best = places.size();
  std::size_t best_cost = std::numeric_limits<std::size_t>::max();
  for (auto i = first; i < places.size(); ++i) {
    const auto length = places[i].length_to_end - offset;
    if (length > limit) break;
    const auto distance = length > target ? length - target : target - length;
    const auto cost = distance * 100 / target + places[i].penalty;
    if (cost < best_cost) {
      best = i;
      best_cost = cost;
    }
  }
  return best;
}

std::vector<std::string_view> parts(std::string_view sentence, std::size_t limit) {
  std::vector<std::string_view> out;
  const auto whole = spoken_length(sentence);
  if (whole <= limit) return {sentence};
  const auto places = cuts(sentence, limit);
  std::size_t begin = 0;
  std::size_t offset = 0;
  std::size_t next = 0;
  while (whole - offset > limit) {
    const auto left = whole - offset;
    const auto count = (left + limit - 1) / limit;
    const auto chosen = best_cut(places, next, offset, (left + count - 1) / count, limit);
    if (chosen == places.size()) break;
    out.push_back(sentence.substr(begin, places[chosen].end - begin));
    begin = places[chosen].begin;
    offset = places[chosen].length_to_begin;
    next = chosen + 1;
  }
  out.push_back(sentence.substr(begin));
  return out;
}

}  // namespace antiphon::text
