#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/api/engine.h"
#include "engine/hibari/synthesizer.h"
#include "engine/ort/session.h"

namespace antiphon::engine::hibari {

/// Rows to sound. One thread at a time.
class Renderer {
 public:
  /// Error: kVoiceCorrupt where the graph is another one.
  [[nodiscard]] static Result<Renderer> make(ort::Session graph, std::uint32_t features);

  /// Size of what is carried from grain to grain.
  [[nodiscard]] static constexpr std::size_t state_bytes() { return sizeof(Carried); }

  /// Renders a grain whose rows and state have their sizes. Errors: kStateMismatch where the rows are not those of
  /// their places; kEngineFailure.
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request);

 private:
  Renderer(ort::Session graph, std::uint32_t features) : graph_(std::move(graph)), features_(features) {}
  [[nodiscard]] Result<void> find_spectra(std::span<const std::byte> rows, std::size_t count);

  ort::Session graph_;
  std::uint32_t features_;
  Synthesizer synthesizer_;
  std::vector<float> inputs_;
  std::vector<float> spectra_;
};

}  // namespace antiphon::engine::hibari
