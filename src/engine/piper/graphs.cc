#include "engine/piper/graphs.h"

#include <utility>

#include "engine/piper/ort_renderer.h"

namespace antiphon::engine::piper {
namespace {

std::unexpected<Error> corrupt(std::string message) {
  return std::unexpected(Error{Errc::kVoiceCorrupt, std::move(message)});
}

Result<RenderGraphs> load_render_graphs(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                        bool windowed) {
  auto single = ort::Session::load(runtime, folder / voice::kRenderSingleFile);
  if (!single) return corrupt(std::move(single.error().message));
  RenderGraphs graphs{.single = std::move(*single)};
  if (!windowed) return graphs;
  for (const auto& [file, graph] :
       {std::pair(voice::kRenderFirstFile, &graphs.first), std::pair(voice::kRenderMiddleFile, &graphs.middle),
        std::pair(voice::kRenderLastFile, &graphs.last)}) {
    auto loaded = ort::Session::load(runtime, folder / file);
    if (!loaded) return corrupt(std::move(loaded.error().message));
    graph->emplace(std::move(*loaded));
  }
  return graphs;
}

}  // namespace

Result<Graphs> load_graphs(const ort::Runtime& runtime, const std::filesystem::path& folder,
                           const voice::Manifest& manifest) {
  auto plan = ort::Session::load(runtime, folder / voice::kPlanFile);
  if (!plan) return corrupt(std::move(plan.error().message));
  const auto speaker = manifest.speaker_input ? Speaker::kInput : Speaker::kNone;
  const auto max_samples = manifest.max_segment_seconds * manifest.sample_rate;
  auto planner =
      Planner::make(std::move(*plan), {.channels = manifest.prior_channels,
                                       .max_frames = static_cast<std::uint32_t>(max_samples / manifest.geometry.hop),
                                       .noise_scale = manifest.noise_scale,
                                       .noise_w = manifest.noise_w,
                                       .length_scale = manifest.length_scale,
                                       .speaker = speaker});
  if (!planner) return std::unexpected(std::move(planner.error()));
  auto render = load_render_graphs(runtime, folder, manifest.geometry.windowed);
  if (!render) return std::unexpected(std::move(render.error()));
  auto renderer = make_ort_renderer(std::move(*render), {.channels = manifest.prior_channels,
                                                         .state_floats = voice::state_bytes(manifest) / sizeof(float),
                                                         .speaker = speaker});
  if (!renderer) return std::unexpected(std::move(renderer.error()));
  return Graphs{.planner = std::move(*planner), .renderer = std::move(*renderer)};
}

}  // namespace antiphon::engine::piper
