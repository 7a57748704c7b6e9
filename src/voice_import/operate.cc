#include "voice_import/operate.h"

#include <cstdint>
#include <string_view>

#include "network/codec.h"
#include "voice_import/network_writer.h"
#include "voice_import/render_writer.h"
#include "voice_import/tensors.h"
#include "voice_import/whole.h"

namespace antiphon::voice_import {
namespace {

std::vector<State> states_of(const StreamGraph& graph, const Schedule& schedule) {
  std::vector<State> states;
  for (std::size_t i = 0; i < graph.streams.size(); ++i) {
    if (schedule.live[i] == 0 || schedule.history[i] == 0) continue;
    states.push_back({.channels = static_cast<std::uint32_t>(graph.streams[i].channels),
                      .length = static_cast<std::uint32_t>(schedule.history[i])});
  }
  return states;
}

/// How many rows the table has that `input` picks rows of; 0 where there is no such table among the constants.
std::int64_t rows_picked_by(const GraphIndex& index, std::string_view input) {
  std::int64_t least = 0;
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "Gather" || node.input_size() != 2 || whole_attribute(node, "axis", 0) != 0) continue;
    const auto* cast = index.producer(node.input(1), "Cast");
    const auto& picked = cast != nullptr && cast->input_size() == 1 ? cast->input(0) : node.input(1);
    const auto* table = index.constant(node.input(0));
    if (picked != input || table == nullptr || table->dims_size() == 0) continue;
    if (least == 0 || table->dims(0) < least) least = table->dims(0);
  }
  return least;
}

void write_network(const onnx::ModelProto& original, const GraphIndex& index, const StreamGraph& graph,
                   const Schedule& schedule, Parts& parts) {
  NetworkWriter writer(index, graph, schedule);
  const auto network = writer.write();
  if (!network) {
    parts.no_network_because = network.error().message;
    return;
  }
  parts.network = network::encode(*network);
  if (!writer.speaker_tensors().empty()) parts.speaker = speaker_model(original, index, writer.speaker_tensors());
}

/// Error: kUnsupported where the renderer is of unknown structure.
Result<void> write_grains(const onnx::ModelProto& original, const GraphIndex& index, const Seam& seam,
                          const Options& options, Parts& parts) {
  const auto graph = read_streams(index, seam);
  if (!graph) return std::unexpected(graph.error());
  const auto plan = schedule(*graph, options.grain_frames);
  if (!plan) return std::unexpected(plan.error());
  const auto output = static_cast<std::size_t>(graph->output);
  parts.geometry = {.hop = static_cast<std::uint32_t>(graph->streams[output].rate),
                    .grain_frames = options.grain_frames,
                    .first_frames = static_cast<std::uint32_t>(plan->first_frames),
                    .delay_samples = static_cast<std::uint32_t>(plan->lag[output]),
                    .windowed = true};
  parts.prior_channels = static_cast<std::uint32_t>(graph->streams[0].channels);
  parts.states = states_of(*graph, *plan);
  Weights weights(options.weights_file);
  RenderWriter writer(original, index, *graph, *plan, weights);
  parts.single = writer.write({.begin = true, .end = true});
  parts.first = writer.write({.begin = true, .end = false});
  parts.middle = writer.write({.begin = false, .end = false});
  parts.last = writer.write({.begin = false, .end = true});
  parts.weights = weights.take();
  write_network(original, index, *graph, *plan, parts);
  return {};
}

Result<void> write_whole(const onnx::ModelProto& original, const GraphIndex& index, const Seam& seam,
                         const Options& options, Parts& parts) {
  Weights weights(options.weights_file);
  auto whole = whole_renderer(original, index, seam, weights);
  if (!whole) return std::unexpected(whole.error());
  parts.geometry = {.hop = static_cast<std::uint32_t>(whole->hop),
                    .grain_frames = options.grain_frames,
                    .first_frames = 0,
                    .delay_samples = 0,
                    .windowed = false};
  parts.prior_channels = static_cast<std::uint32_t>(whole->channels);
  parts.single = std::move(whole->model);
  parts.weights = weights.take();
  return {};
}

}  // namespace

Result<Parts> operate(std::string_view bytes, const Options& options) {
  const auto original = parse_model(bytes);
  if (!original) return std::unexpected(original.error());
  const auto index = GraphIndex::build(original->graph());
  if (!index) return std::unexpected(index.error());
  const auto seam = find_seam(*index);
  if (!seam) return std::unexpected(seam.error());
  Parts parts;
  auto plan = plan_model(*original, *index, *seam);
  if (!plan) return std::unexpected(plan.error());
  parts.plan = std::move(*plan);
  parts.speaker_input = index->is_input("sid");
  parts.phonemes = rows_picked_by(*index, "input");
  parts.speakers = rows_picked_by(*index, "sid");
  auto grains = write_grains(*original, *index, *seam, options, parts);
  if (grains) return parts;
  if (auto whole = write_whole(*original, *index, *seam, options, parts); !whole) {
    return unsupported(grains.error().message + "; and whole: " + whole.error().message);
  }
  parts.not_windowed_because = grains.error().message;
  parts.no_network_because = "the renderer's structure was not recognised";
  return parts;
}

}  // namespace antiphon::voice_import
