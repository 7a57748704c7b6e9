#include "text/segmenter.h"

#include <algorithm>
#include <ranges>
#include <span>

#include "text/boundaries.h"
#include "text/clauses.h"
#include "text/limits.h"
#include "text/sentences.h"
#include "text/text.h"

namespace antiphon::text {

double speed_in(const characters::Prosody& prosody, double speed) {
  const double scaled = prosody.rate == 100 ? speed : speed * prosody.rate / 100;
  return scaled > 0.25 ? std::min(scaled, 4.0) : 0.25;
}

std::size_t limit_of(const Options& options, const characters::Prosody& prosody) {
  const auto chars = std::clamp<std::size_t>(options.max_chars, 16, 10'000);
  const double speed = std::min(speed_in(prosody, options.speed), 2.0);
  return std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(chars) * speed), 16);
}

base::Duration longest_audio(const Options& options, const characters::Prosody& prosody) {
  constexpr double kLettersPerSecond = 15;
  constexpr double kLeastLetters = 10 * kLettersPerSecond;
  const auto limit = limit_of(options, prosody);
  // Faster speech has longer segments, but its plans are not to cost more than so much.
  const auto beyond = std::min(limit, std::clamp<std::size_t>(options.max_chars, 16, 10'000)) / 2;
  const auto letters = static_cast<double>(limit + beyond);
  // Beyond twice the speed segments grow no further, and speech hardly gets shorter: each phoneme keeps a frame at
  // least.
  const double speed = std::min(speed_in(prosody, options.speed), 2.0);
  return base::from_seconds(std::max(letters, kLeastLetters) / kLettersPerSecond / speed);
}

base::Duration pause_of(const Options& options) {
  return std::clamp<base::Duration>(options.sentence_pause, base::Duration{0}, std::chrono::seconds(10));
}

base::Duration pause_behind(const Sentence& sentence, base::Duration usual) {
  if (sentence.pause == base::Duration{0}) return sentence.end == Sentence::End::kProsody ? base::Duration{0} : usual;
  auto end = sentence.text.size();
  char32_t last = 0;
  do {
    last = decode_previous(sentence.text, end);
  } while (end > 0 && is_closing(last));
  return ends_sentence(last) ? std::max(sentence.pause, usual) : sentence.pause;
}

std::size_t spoken_length(std::string_view utf8) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < utf8.size();) length += spoken_weight(decode_next(utf8, at));
  return length;
}

void append_segments(const Sentence& sentence, const Options& options, std::vector<Segment>& out) {
  const auto first = out.size();
  for (const auto part : parts(sentence.text, limit_of(options, sentence.prosody))) {
    out.push_back({.text = std::string(part), .prosody = sentence.prosody});
  }
  out[first].pause_before = sentence.pause_before;
  out.back().pause_after = pause_behind(sentence, pause_of(options));
}

std::vector<Segment> segment(std::string_view normalised, const Options& options) {
  SentenceState state;
  return segment(normalised, options, state);
}

std::vector<Segment> segment(std::string_view normalised, const Options& options, SentenceState& state) {
  std::vector<Segment> out;
  std::size_t wanted = 0;
  for (const auto& sentence : sentences(normalised, state)) {
    append_segments(sentence, options, out);
    if (sentence.pause > base::Duration{0}) wanted = out.size();
  }
  // No silence after the last words, whatever signs may follow them, but where the text asks for it.
  for (auto& part : std::span(out).subspan(wanted) | std::views::reverse) {
    part.pause_after = base::Duration{0};
    if (speakable(part.text)) break;
  }
  return out;
}

std::optional<std::pair<Segment, Segment>> split(const Segment& segment) {
  const auto whole = spoken_length(segment.text);
  auto places = cuts(segment.text, whole);
  if (places.empty()) places = cuts(segment.text, 1);
  if (places.empty()) return std::nullopt;
  const auto half = std::max<std::size_t>(whole / 2, 1);
  // The middle half of the text, where it can be cut there; else wherever it can.
  auto chosen = best_cut(places, 0, 0, half, half + half / 2);
  if (chosen == places.size()) chosen = best_cut(places, 0, 0, half, whole);
  const auto& cut = places[chosen];
  const std::string_view text = segment.text;
  return std::pair{
      Segment{.text = std::string(text.substr(0, cut.end)),
              .prosody = segment.prosody,
              .pause_before = segment.pause_before},
      Segment{
          .text = std::string(text.substr(cut.begin)), .pause_after = segment.pause_after, .prosody = segment.prosody}};
}

}  // namespace antiphon::text
