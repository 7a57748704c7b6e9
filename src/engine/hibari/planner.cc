#include "engine/hibari/planner.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <tuple>

#include "engine/hibari/row.h"

namespace antiphon::engine::hibari {
namespace {

const std::vector<std::string> kOutputs = {"durations", "pitch", "features", "scale", "zero_point"};

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

std::unexpected<Error> too_long(std::uint32_t max_frames) {
  return failure(Errc::kSegmentTooLong, "the segment would take more than " + std::to_string(max_frames) + " frames");
}

bool has(const std::vector<ort::TensorInfo>& tensors, const std::string& name) {
  return std::ranges::find(tensors, name, &ort::TensorInfo::name) != tensors.end();
}

/// How many of `frames` each phoneme has. Durations are whole numbers of steps, of which all have the same number of
/// frames (two, as the voices are).
Result<std::vector<std::uint32_t>> share_out(std::span<const float> durations, std::uint32_t frames) {
  std::uint32_t steps = 0;
  std::vector<std::uint32_t> shares;
  for (const float duration : durations) {
    if (!(duration >= 0 && duration <= static_cast<float>(frames))) {
      return failure(Errc::kEngineFailure, "the voice gave a duration that is none");
    }
    shares.push_back(static_cast<std::uint32_t>(duration));
    steps += shares.back();
  }
  if (steps == 0 || frames % steps != 0) {
    return failure(Errc::kEngineFailure, "the voice gave durations that do not fit its frames");
  }
  for (auto& share : shares) share *= frames / steps;
  return shares;
}

/// A pitch that is no number is none: no voice.
float pitch_at(std::span<const float> pitch, std::size_t frame) {
  constexpr float kMost = 2'000;
  const float hertz = pitch[std::min(frame, pitch.size() - 1)];
  return hertz >= 0 ? std::min(hertz, kMost) : std::max(hertz, -kMost);
}

}  // namespace

Result<Planner> Planner::make(ort::Session graph, std::uint32_t features) {
  for (const auto& name : kOutputs) {
    if (!has(graph.outputs(), name)) return failure(Errc::kVoiceCorrupt, "plan.onnx has no output " + name);
  }
  if (graph.inputs().size() != 2 || !has(graph.inputs(), "ids") || !has(graph.inputs(), "speed")) {
    return failure(Errc::kVoiceCorrupt, "plan.onnx has other inputs than ids and speed");
  }
  return Planner(std::move(graph), features);
}

Result<Prior> Planner::plan(const PlanInput& input) {
  // Every phoneme takes a frame at least, so there is no need to ask the graph.
  if (input.ids.size() > input.max_frames) return too_long(input.max_frames);
  const std::array<float, 1> speed = {input.speed};
  const std::vector<ort::Input> inputs = {
      {.name = "ids", .shape = {1, static_cast<std::int64_t>(input.ids.size())}, .values = input.ids},
      {.name = "speed", .shape = {1}, .values = std::span<const float>(speed)}};
  const auto results = graph_.run(inputs, kOutputs);
  if (!results) return failure(Errc::kEngineFailure, results.error().message);
  const auto& [durations, pitch, features, scale, zero_point] = std::tie(
      (*results)[0].values, (*results)[1].values, (*results)[2].values, (*results)[3].values, (*results)[4].values);
  const std::size_t frames = pitch.size();
  if (frames > input.max_frames) return too_long(input.max_frames);
  if (durations.size() != input.ids.size() || frames == 0 || features.size() != frames * features_ ||
      scale.size() != 1 || zero_point.size() != 1) {
    return failure(Errc::kEngineFailure, "plan.onnx gave tensors of another size than the manifest says");
  }
  auto shares = share_out(durations, static_cast<std::uint32_t>(frames));
  if (!shares) return std::unexpected(std::move(shares.error()));
  Prior prior = {.frames = static_cast<std::uint32_t>(frames), .frames_of = std::move(*shares), .rows = {}};
  prior.rows.resize(frames * row_bytes(features_));
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const RowHead head = {.seed = input.seed,
                          .segment_index = input.segment_index,
                          .frame = static_cast<std::uint32_t>(frame),
                          .pitches = {pitch_at(pitch, frame == 0 ? 0 : frame - 1), pitch_at(pitch, frame),
                                      pitch_at(pitch, frame + 1), pitch_at(pitch, frame + 2)},
                          .scale = scale.front(),
                          .zero_point = zero_point.front()};
    auto* const row = prior.rows.data() + frame * row_bytes(features_);
    std::memcpy(row, &head, sizeof(head));
    for (std::size_t i = 0; i < features_; ++i) {
      const float feature = std::clamp(features[frame * features_ + i], 0.0F, 255.0F);
      row[sizeof(head) + i] = static_cast<std::byte>(static_cast<std::uint8_t>(feature));
    }
  }
  return prior;
}

}  // namespace antiphon::engine::hibari
