#pragma once

#include <memory>

#include "engine/api/engine.h"
#include "engine/common/reading.h"
#include "engine/piper/phoneme_ids.h"
#include "engine/piper/planner.h"
#include "engine/piper/renderer.h"
#include "engine/piper/word_sounds.h"
#include "phonemizer/phonemizer.h"
#include "voice/manifest.h"

namespace antiphon::engine::piper {

/// The parts of a voice in memory.
struct PiperParts {
  voice::Manifest manifest;
  phonemizer::Phonemizer phonemizer;
  PhonemeIds ids;
  Planner planner;
  std::unique_ptr<Renderer> renderer;
};

/// See Voice: checks what comes from outside, and joins the parts.
class PiperVoice final : public Voice {
 public:
  explicit PiperVoice(PiperParts parts);

  [[nodiscard]] const VoiceInfo& info() const override { return info_; }
  [[nodiscard]] Result<SegmentPlan> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request) override;
  [[nodiscard]] std::size_t batch_size(GrainKind kind) const override { return parts_.renderer->batch_size(kind); }
  /// Where a batch of several fails, each is tried alone, so that one bad grain fails only itself.
  [[nodiscard]] std::vector<Result<RenderedGrain>> render_batch(std::span<const RenderRequest> requests) override;

 private:
  [[nodiscard]] bool knows(std::uint32_t speaker) const;
  [[nodiscard]] bool reads_characters() const { return parts_.manifest.phoneme_type == "text"; }
  [[nodiscard]] Result<std::u32string> read(std::string_view text) const;
  [[nodiscard]] Result<std::u32string> read_letters(std::string_view text) const;
  /// The words of `text` that are heard; none where that cannot be told. `phonemes`: as read() gave them.
  [[nodiscard]] std::vector<Word> words_of(std::string_view text, std::u32string_view phonemes);
  /// Whether so many phonemes have no room in the audio that the segment may become. Known before the plan costs
  /// anything.
  [[nodiscard]] bool is_too_long(std::size_t phonemes, const PlanRequest& request) const;
  [[nodiscard]] std::uint32_t max_frames(base::SampleCount wanted) const;
  [[nodiscard]] Result<void> check(const RenderRequest& request) const;
  /// Of requests that were checked; an error is that of all.
  [[nodiscard]] Result<std::vector<RenderedGrain>> render_sound(std::span<const RenderRequest> requests);

  PiperParts parts_;
  VoiceInfo info_;
  WordSounds word_sounds_;
};

}  // namespace antiphon::engine::piper
