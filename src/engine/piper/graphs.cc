#include "engine/piper/graphs.h"

#include <array>
#include <fstream>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/piper/kernel_renderer.h"
#include "engine/piper/ort_renderer.h"
#include "network/codec.h"

namespace antiphon::engine::piper {
namespace {

std::unexpected<Error> corrupt(std::string message) {
  return std::unexpected(Error{Errc::kVoiceCorrupt, std::move(message)});
}

Result<ort::Session> load_graph(const ort::Runtime& runtime, const std::filesystem::path& file,
                                const device::Device& on = {}) {
  auto graph = ort::Session::load(runtime, file, on);
  if (graph) return std::move(*graph);
  const bool blame_device = graph.error().code == ort::Errc::kDeviceUnusable;
  return std::unexpected(
      Error{blame_device ? Errc::kEngineFailure : Errc::kVoiceCorrupt, std::move(graph.error().message)});
}

/// Single and last grains stay on the processor: a device would have to choose its code anew for each of their lengths,
/// which takes longer than computing them.
Result<RenderGraphs> load_render_graphs(const ort::Runtime& runtime, const std::filesystem::path& folder, bool windowed,
                                        const device::Device& on) {
  auto single = load_graph(runtime, folder / voice::kRenderSingleFile);
  if (!single) return std::unexpected(std::move(single.error()));
  RenderGraphs graphs{.single = std::move(*single)};
  if (!windowed) return graphs;
  const std::array all = {std::tuple(voice::kRenderFirstFile, &graphs.first, on),
                          std::tuple(voice::kRenderMiddleFile, &graphs.middle, on),
                          std::tuple(voice::kRenderLastFile, &graphs.last, device::Device{})};
  for (const auto& [file, graph, place] : all) {
    auto loaded = load_graph(runtime, folder / file, place);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    graph->emplace(std::move(*loaded));
  }
  return graphs;
}

Result<std::unique_ptr<Renderer>> load_ort_renderer(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                                    const voice::Manifest& manifest, Speaker speaker,
                                                    const Batching& batching) {
  auto render = load_render_graphs(runtime, folder, manifest.geometry.windowed, batching.device);
  if (!render) return std::unexpected(std::move(render.error()));
  return make_ort_renderer(std::move(*render), {.channels = manifest.prior_channels,
                                                .state_floats = voice::state_bytes(manifest) / sizeof(float),
                                                .speaker = speaker,
                                                .batch = batching.size});
}

Result<network::Network> read_network(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return corrupt(file.string() + ": " + error.message());
  std::vector<std::byte> bytes(size);
  std::ifstream in(file, std::ios::binary);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return corrupt(file.string() + " cannot be read");
  }
  auto network = network::decode(bytes);
  if (!network) return corrupt(file.string() + ": " + network.error().message);
  return std::move(*network);
}

Result<std::unique_ptr<Renderer>> load_kernel_renderer(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                                       const voice::Manifest& manifest, Speaker speaker,
                                                       network::Methods methods) {
  if (!voice::has_network(manifest)) {
    return std::unexpected(Error{Errc::kEngineFailure,
                                 manifest.id + " cannot be rendered by our own kernels: " + manifest.not_fast_because});
  }
  const auto network = read_network(folder / voice::kNetworkFile);
  if (!network) return std::unexpected(network.error());
  std::optional<ort::Session> speaker_graph;
  if (!network->speaker_channels.empty()) {
    auto graph = ort::Session::load(runtime, folder / voice::kSpeakerFile);
    if (!graph) return corrupt(std::move(graph.error().message));
    speaker_graph = std::move(*graph);
  }
  return make_kernel_renderer(*network, std::move(speaker_graph),
                              {.channels = manifest.prior_channels,
                               .state_floats = voice::state_bytes(manifest) / sizeof(float),
                               .geometry = manifest.geometry,
                               .speaker = speaker},
                              network::options_for(kernel::best_instruction_set(), methods));
}

}  // namespace

Result<Graphs> load_graphs(const ort::Runtime& runtime, const std::filesystem::path& folder,
                           const voice::Manifest& manifest, voice::Kernel kernel, const Batching& batching) {
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
  auto renderer =
      kernel == voice::Kernel::kOrt
          ? load_ort_renderer(runtime, folder, manifest, speaker, batching)
          : load_kernel_renderer(runtime, folder, manifest, speaker,
                                 kernel == voice::Kernel::kFast ? network::Methods::kFast : network::Methods::kDirect);
  if (!renderer) return std::unexpected(std::move(renderer.error()));
  return Graphs{.planner = std::move(*planner), .renderer = std::move(*renderer)};
}

}  // namespace antiphon::engine::piper
