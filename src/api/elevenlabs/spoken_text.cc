#include "api/elevenlabs/spoken_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::api::elevenlabs {

namespace elevenlabs = protocol::elevenlabs;

namespace {

void append(elevenlabs::Alignment& first, elevenlabs::Alignment more, std::uint32_t later_ms) {
  for (std::size_t i = 0; i < more.characters.size(); ++i) {
    first.characters.push_back(std::move(more.characters[i]));
    first.starts_ms.push_back(later_ms + more.starts_ms[i]);
    first.durations_ms.push_back(more.durations_ms[i]);
  }
}

/// The text of a segment without the signs that say how a part of it is said, with the places of the anchors there.
std::string without_signs(std::string_view segment, std::vector<elevenlabs::Anchor>& anchors) {
  std::string out;
  auto anchor = anchors.begin();
  const auto move_to = [&](std::size_t place) {
    for (; anchor != anchors.end() && anchor->text_offset <= place; ++anchor) anchor->text_offset = out.size();
  };
  for (std::size_t at = 0; at < segment.size();) {
    const auto begin = at;
    move_to(begin);
    const char32_t c = text::characters::decode_next(segment, at);
    if (!text::characters::is_private_sign(c)) out += segment.substr(begin, at - begin);
  }
  move_to(segment.size());
  return out;
}

/// Where the last character ends.
std::uint32_t end_of(const elevenlabs::Alignment& alignment) {
  return alignment.starts_ms.empty() ? 0 : alignment.starts_ms.back() + alignment.durations_ms.back();
}

}  // namespace

void append(elevenlabs::Alignments& first, elevenlabs::Alignments more, std::uint32_t later_ms) {
  append(first.written, std::move(more.written), later_ms);
  append(first.spoken, std::move(more.spoken), later_ms);
}

void SpokenText::follow(dispatch::SpeechStream& stream) {
  stream_ = &stream;
  original_.read_by(stream.spec().segmentation);
  stream.keep_segments();
}

void SpokenText::wrote(std::string_view utf8, std::string_view joined) {
  const auto before = std::min(joined.find(utf8), joined.size());
  for (std::size_t i = 0; i < before; ++i) original_.append_gap();
  original_.append(utf8);
  for (auto i = before + utf8.size(); i < joined.size(); ++i) original_.append_gap();
}

void SpokenText::update() {
  if (stream_ == nullptr) return;
  if (!stream_->utterance().growing()) original_.finish();
  for (const auto& segment : stream_->take_segments()) {
    if (segment.samples.value == 0) {
      auto piece = original_.take(segment.text);
      if (unspoken_.size() + piece.text.size() <= text::OriginalText::kMostBytes) unspoken_ += piece.text;
      continue;
    }
    upcoming_.push_back({.alignments = align(segment), .begin = planned_ * output_.hz / stream_->spec().rate.hz});
    planned_ += segment.samples.value;
  }
}

elevenlabs::Alignments SpokenText::align(const dispatch::PlannedSegment& segment) {
  auto piece = original_.take(segment.text);
  auto spoken = align_spoken(segment);
  // Text that is in no piece was not the client's: a bound was reached.
  if (piece.text.empty()) return {.written = spoken, .spoken = spoken};
  for (auto& place : piece.places) place += static_cast<std::uint32_t>(unspoken_.size());
  piece.text.insert(0, std::exchange(unspoken_, {}));
  return {.written = align_written(segment, piece), .spoken = std::move(spoken)};
}

elevenlabs::Alignment SpokenText::align_spoken(const dispatch::PlannedSegment& segment) const {
  std::vector<elevenlabs::Anchor> anchors;
  for (const auto& mark : segment.marks) {
    anchors.push_back({.text_offset = mark.text_offset, .audio_offset = {mark.sample_offset}});
  }
  const bool goes_on = origin_ == Origin::kSegment || !original_.spent();
  return placed(without_signs(segment.text, anchors) + (goes_on ? " " : ""), anchors, segment.samples);
}

elevenlabs::Alignment SpokenText::align_written(const dispatch::PlannedSegment& segment,
                                                const text::OriginalText::Piece& piece) const {
  std::vector<elevenlabs::Anchor> anchors;
  for (const auto& mark : segment.marks) {
    const auto place = piece.places[std::min<std::size_t>(mark.text_offset, segment.text.size())];
    anchors.push_back({.text_offset = place, .audio_offset = {mark.sample_offset}});
  }
  return placed(piece.text, anchors, segment.samples);
}

elevenlabs::Alignment SpokenText::placed(std::string_view text, std::span<const elevenlabs::Anchor> anchors,
                                         base::SampleCount samples) const {
  auto alignment = elevenlabs::align(
      text, anchors, {.rate = stream_->spec().rate, .begin = base::SampleCount{planned_}, .samples = samples});
  if (origin_ == Origin::kStream) return alignment;
  const auto begin = alignment.starts_ms.front();
  for (auto& start : alignment.starts_ms) start -= begin;
  return alignment;
}

std::optional<std::uint64_t> SpokenText::next_begin(std::uint64_t place) const {
  const auto next = std::ranges::find_if(upcoming_, [&](const Upcoming& one) { return one.begin > place; });
  return next == upcoming_.end() ? std::nullopt : std::optional(next->begin);
}

std::optional<elevenlabs::Alignments> SpokenText::take(std::uint64_t until) {
  std::optional<elevenlabs::Alignments> alignments;
  for (; !upcoming_.empty() && upcoming_.front().begin < until; upcoming_.pop_front()) {
    auto& next = upcoming_.front().alignments;
    if (!alignments) {
      alignments = std::move(next);
      continue;
    }
    append(*alignments, std::move(next), origin_ == Origin::kSegment ? end_of(alignments->spoken) : 0);
  }
  return alignments;
}

std::optional<elevenlabs::Alignments> SpokenText::take_rest() {
  update();
  const auto rest = std::exchange(unspoken_, {}) + original_.take_rest();
  if (stream_ == nullptr || rest.empty()) return std::nullopt;
  return elevenlabs::Alignments{.written = placed(rest, {}, {}), .spoken = {}};
}

}  // namespace antiphon::api::elevenlabs
