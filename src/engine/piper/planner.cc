#include "engine/piper/planner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/common/noise.h"

namespace antiphon::engine::piper {
namespace {

constexpr std::size_t kDurationLanes = 2;
const std::vector<std::string> kOutputs = {"m_p", "std_p", "durations"};

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

std::unexpected<Error> too_long(std::uint32_t max_frames) {
  return failure(Errc::kSegmentTooLong, "the segment would take more than " + std::to_string(max_frames) + " frames");
}

/// Durations in frames as whole numbers, and their sum.
struct Durations {
  std::vector<std::uint32_t> of;
  std::uint32_t sum = 0;
};

Result<Durations> count_frames(std::span<const float> durations, std::uint32_t max_frames) {
  Durations counted;
  for (const float duration : durations) {
    if (!(duration >= 0)) return failure(Errc::kEngineFailure, "the voice gave a duration that is not a number");
    if (duration > static_cast<float>(max_frames)) return too_long(max_frames);
    const auto frames = static_cast<std::uint32_t>(std::ceil(duration));
    counted.of.push_back(frames);
    counted.sum += frames;
    if (counted.sum > max_frames) return too_long(max_frames);
  }
  return counted;
}

/// Means and deviations are given per channel and phoneme; the prior is frame by frame.
std::vector<std::byte> expand(const PlanModel& model, const PlanInput& input, const Durations& durations,
                              std::span<const float> means, std::span<const float> deviations) {
  const std::size_t channels = model.channels;
  const std::size_t phonemes = durations.of.size();
  const NoiseSource source{.seed = input.seed, .segment_index = input.segment_index};
  std::vector<std::byte> rows(durations.sum * channels * sizeof(float));
  std::vector<float> row(channels);
  std::uint32_t frame = 0;
  for (std::size_t p = 0; p < phonemes; ++p) {
    for (std::uint32_t i = 0; i < durations.of[p]; ++i, ++frame) {
      source.fill(NoiseUse::kPrior, frame, row);
      for (std::size_t c = 0; c < channels; ++c) {
        const auto at = c * phonemes + p;
        row[c] = row[c] * deviations[at] * model.noise_scale + means[at];
      }
      std::memcpy(rows.data() + frame * channels * sizeof(float), row.data(), channels * sizeof(float));
    }
  }
  return rows;
}

bool has(const std::vector<ort::TensorInfo>& tensors, const std::string& name) {
  return std::ranges::find(tensors, name, &ort::TensorInfo::name) != tensors.end();
}

}  // namespace

Result<Planner> Planner::make(ort::Session graph, const PlanModel& model) {
  for (const auto& name : kOutputs) {
    if (!has(graph.outputs(), name)) return failure(Errc::kVoiceCorrupt, "plan.onnx has no output " + name);
  }
  std::vector<std::string> inputs = {"input", "input_lengths", "scales", "noise_dp"};
  if (model.speaker == Speaker::kInput) inputs.emplace_back("sid");
  for (const auto& name : inputs) {
    if (!has(graph.inputs(), name)) return failure(Errc::kVoiceCorrupt, "plan.onnx has no input " + name);
  }
  if (graph.inputs().size() != inputs.size()) {
    return failure(Errc::kVoiceCorrupt, "plan.onnx has inputs that the manifest does not explain");
  }
  return Planner(std::move(graph), model);
}

Result<std::vector<ort::Tensor>> Planner::run(const PlanInput& input) {
  const auto phonemes = static_cast<std::int64_t>(input.ids.size());
  const std::array<std::int64_t, 1> length = {phonemes};
  const std::array<std::int64_t, 1> speaker = {input.speaker};
  const std::array<float, 3> scales = {model_.noise_scale, model_.length_scale / input.speed, model_.noise_w};
  const NoiseSource source{.seed = input.seed, .segment_index = input.segment_index};
  std::vector<float> noise(kDurationLanes * input.ids.size());
  for (std::uint32_t p = 0; p < input.ids.size(); ++p) {
    std::array<float, kDurationLanes> row{};
    source.fill(NoiseUse::kDuration, p, row);
    for (std::size_t lane = 0; lane < kDurationLanes; ++lane) noise[lane * input.ids.size() + p] = row[lane];
  }
  std::vector<ort::Input> inputs = {
      {.name = "input", .shape = {1, phonemes}, .values = input.ids},
      {.name = "input_lengths", .shape = {1}, .values = std::span<const std::int64_t>(length)},
      {.name = "scales", .shape = {3}, .values = std::span<const float>(scales)},
      {.name = "noise_dp", .shape = {1, kDurationLanes, phonemes}, .values = std::span<const float>(noise)}};
  if (model_.speaker == Speaker::kInput) {
    inputs.push_back({.name = "sid", .shape = {1}, .values = std::span<const std::int64_t>(speaker)});
  }
  auto results = graph_.run(inputs, kOutputs);
  if (!results) return failure(Errc::kEngineFailure, results.error().message);
  const auto rows = input.ids.size() * model_.channels;
  if ((*results)[0].values.size() != rows || (*results)[1].values.size() != rows ||
      (*results)[2].values.size() != input.ids.size()) {
    return failure(Errc::kEngineFailure, "plan.onnx gave tensors of another size than the manifest says");
  }
  return std::move(*results);
}

Result<Prior> Planner::plan(const PlanInput& input) {
  const auto max_frames = std::min(input.max_frames, model_.max_frames);
  // Every phoneme takes a frame at least, so there is no need to ask the graph.
  if (input.ids.size() > max_frames) return too_long(max_frames);
  const auto results = run(input);
  if (!results) return std::unexpected(results.error());
  auto durations = count_frames((*results)[2].values, max_frames);
  if (!durations) return std::unexpected(durations.error());
  if (durations->sum == 0) return failure(Errc::kNothingToSpeak, "the voice gives these phonemes no time");
  auto rows = expand(model_, input, *durations, (*results)[0].values, (*results)[1].values);
  return Prior{.frames = durations->sum, .frames_of = std::move(durations->of), .rows = std::move(rows)};
}

}  // namespace antiphon::engine::piper
