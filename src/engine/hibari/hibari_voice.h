#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/api/engine.h"
#include "engine/hibari/manifest.h"
#include "engine/hibari/planner.h"
#include "engine/hibari/reader.h"
#include "engine/hibari/renderer.h"

namespace antiphon::engine::hibari {

struct HibariParts {
  Manifest manifest;
  Reader reader;
  Planner planner;
  Renderer renderer;
};

/// A prepared hibari voice in memory.
class HibariVoice final : public Voice {
 public:
  explicit HibariVoice(HibariParts parts);

  [[nodiscard]] const VoiceInfo& info() const override { return info_; }
  [[nodiscard]] Result<SegmentPlan> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request) override;

  /// The phonemes of a text, as plan() reads it. Errors: kSegmentTooLong, kEngineFailure.
  [[nodiscard]] Result<Reading> read(std::string_view text) { return parts_.reader.read(text); }

 private:
  [[nodiscard]] std::uint32_t max_frames(base::SampleCount wanted) const;
  [[nodiscard]] Result<void> check(const RenderRequest& request) const;

  HibariParts parts_;
  VoiceInfo info_;
  std::unordered_map<char32_t, std::int64_t> ids_;
};

}  // namespace antiphon::engine::hibari
