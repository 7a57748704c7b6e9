#include "text/growing_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "text/boundaries.h"
#include "text/characters/signs.h"
#include "text/clauses.h"
#include "text/limits.h"
#include "text/sentences.h"
#include "text/unfinished_word.h"

namespace antiphon::text {
namespace {

/// White space beyond so many code points in a row is dropped: it says nothing more.
constexpr std::size_t kMostSpaces = 64;

bool breaks_line(char32_t c) { return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029; }

/// Longer than a segment: a quarter more, so that the rest is not a word or two.
std::size_t overlong(std::size_t limit) { return limit + limit / 4; }

}  // namespace

GrowingText::GrowingText(const Options& options)
    : options_(options), limit_(limit_of(options, {})), overlong_(overlong(limit_)) {}

void GrowingText::enter(const SentenceState& state) {
  state_ = state;
  limit_ = limit_of(options_, state.prosody);
}

Result<void> GrowingText::append(std::string_view utf8, std::vector<Segment>& out) {
  if (const auto at = find_invalid_utf8(utf8)) {
    return std::unexpected(Error{Errc::kInvalidUtf8, "the text is not UTF-8 from byte " + std::to_string(*at) + " on"});
  }
  for (std::size_t at = 0; at < utf8.size();) {
    const auto begin = at;
    const char32_t c = decode_next(utf8, at);
    take(c, utf8.substr(begin, at - begin), out);
  }
  return {};
}

GrowingText::Mark GrowingText::mark_of(char32_t c) {
  if (c == '.') return Mark::kStop;
  if (characters::parts_segments(c)) return Mark::kSentence;
  if (ends_sentence(c)) return Mark::kSentence;
  return ends_clause_or_comma(c) ? Mark::kClause : Mark::kNone;
}

void GrowingText::take(char32_t c, std::string_view bytes, std::vector<Segment>& out) {
  if (awaits_word_ && !is_letter(c)) {
    awaits_word_ = false;
    decide(out);
  }
  if (is_space(c)) {
    if (spaces_ == kMostSpaces) return;
    if (spaces_++ == 0) ++length_;
    if (breaks_line(c)) mark_ = Mark::kSentence;
    text_ += bytes;
    return;
  }
  spaces_ = 0;
  text_ += bytes;
  length_ += spoken_weight(c);
  if (const auto mark = mark_of(c); mark != Mark::kNone) {
    mark_ = std::max(mark_, mark);
  } else if (awaits_word_) {
    // It goes on.
  } else if (mark_ != Mark::kNone && is_letter(c)) {
    if (mark_ == Mark::kStop) considered_ += text_.size();
    if (mark_ == Mark::kStop && is_judged_by_next_word(text_.substr(0, text_.size() - bytes.size()))) {
      awaits_word_ = true;
      return;
    }
    // Only a letter tells whether a mark ended something: "Why?" he asked; No. 5 of; 1,000 men.
    return may_cut(c) ? decide(out) : pass();
  } else if (mark_ == Mark::kStop && c > 0x7F) {
    mark_ = Mark::kSentence;  // Some signs begin a sentence as a capital does.
  }
  if (length_ > overlong_) decide(out);
}

bool GrowingText::may_cut(char32_t letter) const {
  if (mark_ == Mark::kSentence || (mark_ == Mark::kStop && !continues_sentence(letter))) return true;
  const bool clause_is_due = nothing_cut_yet_ && options_.first_clause_chars > 0;
  return clause_is_due || length_ > overlong(limit_);
}

void GrowingText::pass() {
  mark_ = Mark::kNone;
  overlong_ = std::max(overlong(limit_), 2 * length_);
}

void GrowingText::decide(std::vector<Segment>& out) {
  ++decisions_;
  considered_ += text_.size();
  mark_ = Mark::kNone;
  const auto normalised = normalise(text_).value_or("");
  auto state = state_;
  auto complete = sentences(normalised, state);
  const bool ended = complete.empty() || complete.back().end != Sentence::End::kMark;
  const auto rest = ended ? std::string_view() : complete.back().text;
  if (!ended) {
    state = {.prosody = complete.back().prosody, .pause = complete.back().pause_before};
    complete.pop_back();
  }
  for (const auto& sentence : complete) {
    append_segments(sentence, options_, out);
    nothing_cut_yet_ = false;
  }
  enter(state);
  if (ended) return clear();
  keep(rest, out);
}

void GrowingText::keep(std::string_view rest, std::vector<Segment>& out) {
  const auto cut_off = [&](const Cut& cut) {
    out.push_back({.text = std::string(rest.substr(0, cut.end)),
                   .prosody = state_.prosody,
                   .pause_before = std::exchange(state_.pause, {})});
    rest.remove_prefix(cut.begin);
    nothing_cut_yet_ = false;
  };
  if (nothing_cut_yet_ && options_.first_clause_chars > 0) {
    if (const auto cut = clause_cut(rest, options_.first_clause_chars, limit_)) cut_off(*cut);
  }
  overlong_ = overlong(limit_);
  while (spoken_length(rest) > overlong_) {
    const auto places = cuts(rest, limit_);
    const auto chosen = best_cut(places, 0, 0, limit_ - limit_ / 4, limit_);
    if (chosen == places.size()) break;
    cut_off(places[chosen]);
  }
  std::string kept(rest);
  text_ = std::move(kept);
  length_ = spoken_length(text_);
  overlong_ = std::max(overlong_, 2 * length_);
}

void GrowingText::flush(std::vector<Segment>& out, Flush how) {
  const auto before = out.size();
  std::string rest;
  if (how == Flush::kWords) {
    rest = text_.substr(unfinished_word(text_));
    text_.resize(text_.size() - rest.size());
  }
  const auto normalised = normalise(text_).value_or("");
  finish(out);
  if (!rest.empty()) begin_with(std::move(rest));
  if (out.size() == before) return;
  auto end = normalised.size();
  char32_t last = 0;
  do {
    last = decode_previous(normalised, end);
  } while (end > 0 && (is_closing(last) || is_space(last) || characters::is_prosody(last)));
  if (characters::parts_segments(last)) return;
  if (how == Flush::kSentence || ends_sentence(last)) out.back().pause_after = pause_of(options_);
}

void GrowingText::begin_with(std::string word) {
  text_ = std::move(word);
  length_ = spoken_length(text_);
  for (std::size_t at = 0; at < text_.size();) {
    const char32_t c = decode_next(text_, at);
    // Letters may have come behind it, so what follows says nothing of it.
    if (mark_of(c) != Mark::kNone) mark_ = Mark::kSentence;
  }
}

void GrowingText::finish(std::vector<Segment>& out) {
  auto state = state_;
  auto rest = segment(normalise(text_).value_or(""), options_, state);
  enter(state);
  if (!rest.empty()) nothing_cut_yet_ = false;
  out.insert(out.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  clear();
}

void GrowingText::clear() {
  text_.clear();
  length_ = 0;
  overlong_ = overlong(limit_);
  spaces_ = 0;
  mark_ = Mark::kNone;
  awaits_word_ = false;
}

}  // namespace antiphon::text
