#include "engine/kokoro/layout.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/check.h"
#include "engine/kokoro/model.h"

namespace antiphon::engine::kokoro {
namespace {

/// Of the silence at the beginning and at the end of a segment so much is kept: 50 and 150 ms.
constexpr std::uint32_t kLeadFrames = 2;
constexpr std::uint32_t kTailFrames = 6;

/// The most frames of the first grains of speech, 1.4 s to 2 s, and of all others.
constexpr std::array<std::uint32_t, 3> kStartFrames = {56, 64, 72};
constexpr std::uint32_t kGrainFrames = 80;
/// The share of the most frames that a grain has at least, in percent: room to look for a quiet place.
constexpr std::uint32_t kLeastShare = 55;

constexpr std::uint32_t margins(GrainKind kind) {
  return (takes_state(kind) ? kMarginFrames : 0) + (goes_on(kind) ? kMarginFrames : 0);
}

std::uint32_t most_frames(std::size_t grain, Start start) {
  return start == Start::kOfSpeech && grain < kStartFrames.size() ? kStartFrames.at(grain) : kGrainFrames;
}

/// The quietest cut in [least, most]: between two frames of which the louder one is the quietest; the last of equals.
std::uint32_t quietest(std::span<const float> loudness, std::uint32_t least, std::uint32_t most) {
  const auto at = [&](std::uint32_t cut) { return std::max(loudness[cut - 1], loudness[cut]); };
  auto best = most;
  for (auto cut = most; cut-- > least;) {
    if (at(cut) < at(best)) best = cut;
  }
  return best;
}

}  // namespace

Stretch heard(std::span<const std::uint32_t> frames_of) {
  ANTIPHON_CHECK(frames_of.size() >= 2, "a segment has silence at both ends");
  const auto all = std::accumulate(frames_of.begin(), frames_of.end(), std::uint32_t{0});
  const auto lead = frames_of.front() - std::min(frames_of.front(), kLeadFrames);
  const auto tail = frames_of.back() - std::min(frames_of.back(), kTailFrames);
  if (lead + tail >= all) return {.begin = 0, .end = std::max(all, 1U)};
  return {.begin = lead, .end = all - tail};
}

std::vector<Stretch> cut_into_grains(const Stretch& whole, std::span<const float> loudness, Start start) {
  ANTIPHON_CHECK(whole.begin < whole.end && whole.end <= loudness.size(), "a segment within its plan");
  std::vector<Stretch> stretches;
  auto begin = whole.begin;
  while (true) {
    const auto most = most_frames(stretches.size(), start);
    const auto left = whole.end - begin;
    if (left <= most) break;
    const auto least = most * kLeastShare / 100;
    // So that the rest is no shorter than a grain may be.
    const auto latest = std::max(least, std::min(most, left - std::min(left, least)));
    const auto end = quietest(loudness, begin + least, begin + latest);
    stretches.push_back({.begin = begin, .end = end});
    begin = end;
  }
  stretches.push_back({.begin = begin, .end = whole.end});
  return stretches;
}

std::uint32_t longest_grain() { return kGrainFrames; }

std::vector<GrainSpec> grains_of(std::span<const Stretch> stretches) {
  std::vector<GrainSpec> grains;
  std::uint32_t row = 0;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const bool first = i == 0;
    const bool last = i + 1 == stretches.size();
    const auto kind =
        first ? (last ? GrainKind::kSingle : GrainKind::kFirst) : (last ? GrainKind::kLast : GrainKind::kMiddle);
    const auto frames = stretches[i].end - stretches[i].begin;
    const auto rows = 1 + frames + margins(kind);
    grains.push_back({.kind = kind, .row_begin = row, .row_end = row + rows, .samples = samples_of(kind, frames)});
    row += rows;
  }
  return grains;
}

std::uint32_t frames_of(GrainKind kind, std::uint32_t rows) {
  const auto besides = 1 + margins(kind);
  const auto frames = rows > besides ? rows - besides : 0;
  return frames <= kGrainFrames ? frames : 0;
}

std::uint32_t samples_of(GrainKind kind, std::uint32_t frames) {
  auto samples = frames * kHop;
  if (takes_state(kind)) samples += kFadeSamples / 2;
  if (goes_on(kind)) samples -= kFadeSamples / 2;
  return samples;
}

}  // namespace antiphon::engine::kokoro
