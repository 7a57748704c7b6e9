#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/api/engine.h"
#include "engine/ort/session.h"

namespace antiphon::engine::hibari {

struct PlanInput {
  std::span<const std::int64_t> ids;
  std::uint64_t seed = 0;
  std::uint32_t segment_index = 0;
  float speed = 1;
  std::uint32_t max_frames = 0;
};

struct Prior {
  std::uint32_t frames = 0;
  std::vector<std::uint32_t> frames_of;  ///< Number of frames of each id; their sum is `frames`.
  std::vector<std::byte> rows;           ///< See row.h.
};

/// The graph from phonemes to the features of frames. One thread at a time.
class Planner {
 public:
  /// Error: kVoiceCorrupt where the graph is another one.
  [[nodiscard]] static Result<Planner> make(ort::Session graph, std::uint32_t features);

  /// Errors: kSegmentTooLong; kEngineFailure where the graph fails or gives what it should not.
  [[nodiscard]] Result<Prior> plan(const PlanInput& input);

 private:
  Planner(ort::Session graph, std::uint32_t features) : graph_(std::move(graph)), features_(features) {}

  ort::Session graph_;
  std::uint32_t features_;
};

}  // namespace antiphon::engine::hibari
