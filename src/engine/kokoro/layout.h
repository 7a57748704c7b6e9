#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/api/engine.h"

/// How a segment of Kokoro's is laid out in grains. The decoder takes its statistics over all that it renders at once,
/// so a grain has to be about as long as a clause, and each length sounds a little otherwise: the cuts are part of what
/// decides the bytes. They follow from the plan alone.
namespace antiphon::engine::kokoro {

/// Where grains meet both are rendered kMarginFrames further, and one is faded into the other.
inline constexpr std::uint32_t kMarginFrames = 1;
/// Length of the fade: half of it before the cut, half behind it. At most two margins.
inline constexpr std::uint32_t kFadeSamples = 600;

/// Frames [begin, end) of the plan that a grain is heard for.
struct Stretch {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// The frames without most of the silence at the ends, since the model begins each segment with a third of a second of
/// it and more. `frames_of`: the frames of each token with the silence at both ends, at least two tokens. What remains
/// has at least one frame.
[[nodiscard]] Stretch heard(std::span<const std::uint32_t> frames_of);

/// Whether speech begins with this segment: then the first grains are short, so that it is heard soon, and each is a
/// little longer than the one before it, so that it is rendered while that one plays.
enum class Start : std::uint8_t { kOfSpeech, kWithin };

/// Cuts `whole` where it is quietest, within the lengths that are allowed. `loudness` has a value for each frame of the
/// plan. Returns at least one stretch; they are in order and without a gap.
[[nodiscard]] std::vector<Stretch> cut_into_grains(const Stretch& whole, std::span<const float> loudness, Start start);

/// The longest grain, in frames, without its margins.
[[nodiscard]] std::uint32_t longest_grain();

/// Rows of a grain: one that has what all its frames share, then its frames and their margins.
[[nodiscard]] std::vector<GrainSpec> grains_of(std::span<const Stretch> stretches);

/// The frames of a grain that has so many rows, without its margins; 0 where that is no grain.
[[nodiscard]] std::uint32_t frames_of(GrainKind kind, std::uint32_t rows);
/// The samples that it yields.
[[nodiscard]] std::uint32_t samples_of(GrainKind kind, std::uint32_t frames);

[[nodiscard]] constexpr bool takes_state(GrainKind kind) {
  return kind == GrainKind::kMiddle || kind == GrainKind::kLast;
}
[[nodiscard]] constexpr bool goes_on(GrainKind kind) { return kind == GrainKind::kFirst || kind == GrainKind::kMiddle; }

}  // namespace antiphon::engine::kokoro
