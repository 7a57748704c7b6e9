#include "engine/kokoro/planner.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/kokoro/row.h"

namespace antiphon::engine::kokoro {
namespace {

const std::vector<std::string> kOutputs = {"durations", "features", "pitch", "loudness"};

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

std::unexpected<Error> too_long(std::uint32_t max_frames) {
  return failure(Errc::kSegmentTooLong, "the segment would take more than " + std::to_string(max_frames) + " frames");
}

bool has(const std::vector<ort::TensorInfo>& tensors, const std::string& name) {
  return std::ranges::find(tensors, name, &ort::TensorInfo::name) != tensors.end();
}

Result<std::vector<std::uint32_t>> whole_frames(std::span<const float> durations, std::size_t frames) {
  std::uint64_t sum = 0;
  std::vector<std::uint32_t> whole;
  for (const float duration : durations) {
    if (!(duration >= 0 && duration <= static_cast<float>(frames))) {
      return failure(Errc::kEngineFailure, "the voice gave a duration that is none");
    }
    whole.push_back(static_cast<std::uint32_t>(duration));
    sum += whole.back();
  }
  if (sum != frames) return failure(Errc::kEngineFailure, "the voice gave durations that do not fit its frames");
  return whole;
}

}  // namespace

std::vector<float> loudness_of_frames(const Plan& plan) {
  std::vector<float> loudness;
  for (std::size_t frame = 0; frame < plan.frames(); ++frame) {
    const auto at = frame * kCurvePerFrame;
    const float louder = std::max(plan.loudness[at], plan.loudness[at + 1]);
    loudness.push_back(std::isnan(louder) ? 0.0F : louder);
  }
  return loudness;
}

std::vector<std::byte> rows_of(const Plan& plan, std::uint32_t channels, std::span<const Stretch> stretches,
                               std::span<const float, kStyleFloats> style) {
  const auto bytes = row_bytes(channels);
  const auto grains = grains_of(stretches);
  std::vector<std::byte> rows(grains.back().row_end * bytes);
  std::vector<float> values(frame_floats(channels));
  for (std::size_t i = 0; i < grains.size(); ++i) {
    const auto& grain = grains[i];
    GrainHead head = {.row = grain.row_begin, .frames = grain.row_end - grain.row_begin - 1};
    std::ranges::copy(style, head.style.begin());
    auto* row = rows.data() + grain.row_begin * bytes;
    std::memcpy(row, &head, sizeof(head));
    const auto begin = stretches[i].begin - (takes_state(grain.kind) ? kMarginFrames : 0);
    for (auto frame = begin; frame < begin + head.frames; ++frame) {
      auto value = values.begin();
      for (std::size_t channel = 0; channel < channels; ++channel) {
        *value++ = plan.features[channel * plan.frames() + frame];
      }
      for (const auto* const curve : {&plan.pitch, &plan.loudness}) {
        for (std::size_t part = 0; part < kCurvePerFrame; ++part) *value++ = (*curve)[frame * kCurvePerFrame + part];
      }
      row += bytes;
      std::memcpy(row, values.data(), values.size() * sizeof(float));
    }
  }
  return rows;
}

Result<Planner> Planner::make(ort::Session graph, std::uint32_t channels) {
  for (const auto& name : kOutputs) {
    if (!has(graph.outputs(), name)) return failure(Errc::kVoiceCorrupt, "plan.onnx has no output " + name);
  }
  if (graph.inputs().size() != 3 || !has(graph.inputs(), "tokens") || !has(graph.inputs(), "style") ||
      !has(graph.inputs(), "speed")) {
    return failure(Errc::kVoiceCorrupt, "plan.onnx has other inputs than tokens, style and speed");
  }
  return Planner(std::move(graph), channels);
}

Result<Plan> Planner::plan(const PlanInput& input) {
  // Every token takes a frame at least, so there is no need to ask the graph.
  if (input.tokens.size() > input.max_frames) return too_long(input.max_frames);
  const std::array<float, 1> speed = {input.speed};
  const std::vector<ort::Input> inputs = {
      {.name = "tokens", .shape = {1, static_cast<std::int64_t>(input.tokens.size())}, .values = input.tokens},
      {.name = "style",
       .shape = {1, static_cast<std::int64_t>(kStyleFloats)},
       .values = std::span<const float>(input.style)},
      {.name = "speed", .shape = {1}, .values = std::span<const float>(speed)}};
  auto results = graph_.run(inputs, kOutputs);
  if (!results) return failure(Errc::kEngineFailure, std::move(results.error().message));
  Plan plan = {.frames_of = {},
               .features = std::move((*results)[1].values),
               .pitch = std::move((*results)[2].values),
               .loudness = std::move((*results)[3].values)};
  const auto frames = plan.frames();
  const auto& durations = results->front().values;
  if (durations.size() != input.tokens.size() || frames == 0 || plan.pitch.size() != frames * kCurvePerFrame ||
      plan.loudness.size() != plan.pitch.size() || plan.features.size() != frames * channels_) {
    return failure(Errc::kEngineFailure, "plan.onnx gave tensors of another size than the manifest says");
  }
  auto whole = whole_frames(durations, frames);
  if (!whole) return std::unexpected(std::move(whole.error()));
  plan.frames_of = std::move(*whole);
  const auto spoken = heard(plan.frames_of);
  if (spoken.end - spoken.begin > input.max_frames) return too_long(input.max_frames);
  return plan;
}

}  // namespace antiphon::engine::kokoro
