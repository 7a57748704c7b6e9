#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/api/engine.h"
#include "engine/ort/session.h"
#include "engine/piper/speaker.h"

namespace antiphon::engine::piper {

/// What the planning graph needs to know besides the phonemes; from the voice's manifest.
struct PlanModel {
  std::uint32_t channels = 0;    ///< Width of one row of the prior.
  std::uint32_t max_frames = 0;  ///< Longest segment of the voice.
  float noise_scale = 0;
  float noise_w = 0;
  float length_scale = 0;
  Speaker speaker = Speaker::kNone;
};

struct PlanInput {
  std::span<const std::int64_t> ids;
  std::uint64_t seed = 0;
  std::uint32_t segment_index = 0;
  float speed = 1;
  std::uint32_t speaker = 0;
  std::uint32_t max_frames = 0;  ///< At most the model's.
};

/// The segment's prior: `frames` rows of `channels` floats.
struct Prior {
  std::uint32_t frames = 0;
  std::vector<std::uint32_t> frames_of;  ///< Number of frames of each id; their sum is `frames`.
  std::vector<std::byte> rows;
};

/// Phoneme ids to the prior of each frame: the graph up to the durations, then expansion and noise by our own hands.
class Planner {
 public:
  /// Error: kVoiceCorrupt where the graph does not fit the model.
  [[nodiscard]] static Result<Planner> make(ort::Session graph, const PlanModel& model);

  /// Errors: kSegmentTooLong, kNothingToSpeak (not one frame), kEngineFailure.
  [[nodiscard]] Result<Prior> plan(const PlanInput& input);

 private:
  Planner(ort::Session graph, const PlanModel& model) : graph_(std::move(graph)), model_(model) {}

  [[nodiscard]] Result<std::vector<ort::Tensor>> run(const PlanInput& input);

  ort::Session graph_;
  PlanModel model_;
};

}  // namespace antiphon::engine::piper
