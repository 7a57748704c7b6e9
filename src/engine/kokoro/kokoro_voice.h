#pragma once

#include <cstdint>
#include <memory>

#include "engine/api/engine.h"
#include "engine/kokoro/manifest.h"
#include "engine/kokoro/planner.h"
#include "engine/kokoro/reader.h"
#include "engine/kokoro/renderer.h"

namespace antiphon::engine::kokoro {

struct KokoroParts {
  Manifest manifest;
  std::unique_ptr<Reader> reader;  ///< Not null.
  Planner planner;
  Renderer renderer;
};

/// A prepared Kokoro voice in memory.
class KokoroVoice final : public Voice {
 public:
  explicit KokoroVoice(KokoroParts parts);

  [[nodiscard]] const VoiceInfo& info() const override { return info_; }
  [[nodiscard]] Result<SegmentPlan> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request) override;

 private:
  [[nodiscard]] std::uint32_t max_frames(base::SampleCount wanted) const;
  [[nodiscard]] Result<void> check(const RenderRequest& request) const;

  KokoroParts parts_;
  VoiceInfo info_;
};

}  // namespace antiphon::engine::kokoro
