#include "gateway/spoken_text.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace antiphon::gateway {

namespace elevenlabs = protocol::elevenlabs;

void append(elevenlabs::Alignment& first, elevenlabs::Alignment more, std::uint32_t later_ms) {
  for (std::size_t i = 0; i < more.characters.size(); ++i) {
    first.characters.push_back(std::move(more.characters[i]));
    first.starts_ms.push_back(later_ms + more.starts_ms[i]);
    first.durations_ms.push_back(more.durations_ms[i]);
  }
}

void SpokenText::follow(SpeechStream& stream) {
  stream_ = &stream;
  stream.keep_segments();
}

void SpokenText::update() {
  if (stream_ == nullptr) return;
  for (const auto& segment : stream_->take_segments()) {
    upcoming_.push_back({.alignment = align(segment), .begin = planned_ * output_.hz / stream_->spec().rate.hz});
    planned_ += segment.samples.value;
  }
}

elevenlabs::Alignment SpokenText::align(const PlannedSegment& segment) const {
  const auto own = stream_->spec().rate;
  const bool space_before = origin_ == Origin::kStream && planned_ > 0;
  std::vector<elevenlabs::WordStart> words;
  for (const auto& mark : segment.marks) {
    words.push_back({.text_offset = mark.text_offset + (space_before ? 1U : 0U), .audio_offset = {mark.sample_offset}});
  }
  const auto text = origin_ == Origin::kSegment ? segment.text + " " : (space_before ? " " : "") + segment.text;
  auto alignment = elevenlabs::align(text, words, own, segment.samples);
  if (origin_ == Origin::kSegment) return alignment;
  elevenlabs::Alignment placed;
  append(placed, std::move(alignment), static_cast<std::uint32_t>(planned_ * 1'000 / own.hz));
  return placed;
}

std::optional<std::uint64_t> SpokenText::next_begin(std::uint64_t place) const {
  const auto next = std::ranges::find_if(upcoming_, [&](const Upcoming& one) { return one.begin > place; });
  return next == upcoming_.end() ? std::nullopt : std::optional(next->begin);
}

std::optional<elevenlabs::Alignment> SpokenText::take(std::uint64_t until) {
  std::optional<elevenlabs::Alignment> alignment;
  for (; !upcoming_.empty() && upcoming_.front().begin < until; upcoming_.pop_front()) {
    auto& next = upcoming_.front().alignment;
    if (!alignment) {
      alignment = std::move(next);
      continue;
    }
    const bool relative = origin_ == Origin::kSegment && !alignment->starts_ms.empty();
    append(*alignment, std::move(next), relative ? alignment->starts_ms.back() + alignment->durations_ms.back() : 0);
  }
  return alignment;
}

}  // namespace antiphon::gateway
