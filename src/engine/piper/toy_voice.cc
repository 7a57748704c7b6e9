#include "engine/piper/toy_voice.h"

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "engine/common/pcm.h"
#include "engine/ort/graph_writer.h"
#include "voice/sha256.h"

namespace antiphon::engine::piper {
namespace {

constexpr std::array kRamp = {0.1F, 0.2F, 0.3F, 0.4F};
static_assert(kRamp.size() == kToyHop);
constexpr float kSumWeight = 0.001F;
constexpr float kSpeakerWeight = 0.01F;
constexpr std::int64_t kToEnd = std::numeric_limits<std::int64_t>::max();

using ort::GraphWriter;

/// Durations (id / 10 + 1/2 + |noise| noise_w) length_scale, rounded up; means in proportion to the id.
void write_plan(const std::filesystem::path& file, ToyKind kind) {
  GraphWriter g;
  g.input("input", onnx::TensorProto::INT64, {1, -1});
  g.input("input_lengths", onnx::TensorProto::INT64, {1});
  g.input("scales", onnx::TensorProto::FLOAT, {3});
  g.input("noise_dp", onnx::TensorProto::FLOAT, {1, 2, -1});
  const auto id = g.node_with("Cast", {"input"}, "to", onnx::TensorProto::FLOAT);
  auto mean = g.node("Mul", {g.node("Unsqueeze", {id, g.ints({1})}), g.floats({0.01F, -0.02F}, {1, 2, 1})});
  if (kind == ToyKind::kTwoSpeakers) {
    g.input("sid", onnx::TensorProto::INT64, {1});
    mean = g.node("Add", {mean, g.node_with("Cast", {"sid"}, "to", onnx::TensorProto::FLOAT)});
  }
  g.node("Identity", {mean}, "m_p");
  g.node("Add", {g.node("Mul", {mean, g.floats({0}, {1})}), g.floats({0.1F}, {1})}, "std_p");
  const auto noise = g.node("Abs", {g.slice("noise_dp", 0, 1, 1)});
  const auto base = g.node(
      "Add", {g.node("Mul", {g.node("Unsqueeze", {id, g.ints({1})}), g.floats({0.1F}, {1})}), g.floats({0.5F}, {1})});
  const auto varied = g.node("Add", {base, g.node("Mul", {noise, g.slice("scales", 2, 3, 0)})});
  g.node("Ceil", {g.node("Mul", {varied, g.slice("scales", 1, 2, 0)})}, "durations");
  g.output("m_p", {1, kToyChannels, -1});
  g.output("std_p", {1, kToyChannels, -1});
  g.output("durations", {1, 1, -1});
  g.save(file);
}

constexpr std::int64_t kAsItIs = 0;  // in the shape of a Reshape

/// All of them take several grains at once.
void write_render(const std::filesystem::path& file, GrainKind grain, ToyKind kind) {
  const bool takes = grain == GrainKind::kMiddle || grain == GrainKind::kLast;
  const bool gives = grain == GrainKind::kFirst || grain == GrainKind::kMiddle;
  GraphWriter g;
  g.input("prior", onnx::TensorProto::FLOAT, {-1, -1, kToyChannels});
  const auto level = g.node("Tanh", {g.node("ReduceSum", {"prior", g.ints({2})})});
  const auto sounding = g.node("Mul", {level, g.floats({kRamp.begin(), kRamp.end()}, {1, 1, kToyHop})});
  const auto fresh = g.node("Reshape", {sounding, g.ints({kAsItIs, -1})});
  auto wave = takes ? "" : fresh;
  auto sum = g.node("ReduceSum", {fresh, g.ints({1})});
  if (takes) {
    g.input("s0", onnx::TensorProto::FLOAT, {-1, 1, 1, kToyDelay});
    g.input("s1", onnx::TensorProto::FLOAT, {-1, 1, 1, 1});
    const auto held = g.node("Reshape", {"s0", g.ints({kAsItIs, kToyDelay})});
    const auto before = g.node("Reshape", {"s1", g.ints({kAsItIs, 1})});
    wave = g.node_with("Concat", {held, fresh}, "axis", 1);
    sum = g.node("Add", {sum, before});
    if (!gives) wave = g.node("Add", {wave, g.node("Mul", {before, g.floats({kSumWeight}, {1})})});
  }
  if (gives) {
    const auto hold = -static_cast<std::int64_t>(kToyDelay);
    g.node("Reshape", {g.slice(wave, hold, kToEnd, 1), g.ints({kAsItIs, 1, 1, kToyDelay})}, "o0");
    g.node("Reshape", {sum, g.ints({kAsItIs, 1, 1, 1})}, "o1");
    wave = g.slice(wave, 0, hold, 1);
  }
  if (kind == ToyKind::kTwoSpeakers) {
    g.input("sid", onnx::TensorProto::INT64, {-1});
    const auto number = g.node_with("Cast", {"sid"}, "to", onnx::TensorProto::FLOAT);
    const auto speaker = g.node("Unsqueeze", {number, g.ints({1})});
    wave = g.node("Add", {wave, g.node("Mul", {speaker, g.floats({kSpeakerWeight}, {1})})});
  }
  g.node("Identity", {wave}, "wav");
  g.output("wav", {-1, -1});
  if (gives) {
    g.output("o0", {-1, 1, 1, kToyDelay});
    g.output("o1", {-1, 1, 1, 1});
  }
  g.save(file);
}

}  // namespace

void seal_toy_voice(const std::filesystem::path& folder, voice::Manifest& manifest) {
  for (auto& file : manifest.files) {
    file.bytes = std::filesystem::file_size(folder / file.name);
    file.sha256 = voice::sha256_of_file(folder / file.name).value();
  }
  std::ofstream(folder / voice::kManifestFile) << voice::to_json(manifest);
}

voice::Manifest write_toy_voice(const std::filesystem::path& folder, ToyKind kind) {
  std::filesystem::create_directories(folder);
  const bool windowed = kind != ToyKind::kWhole;
  voice::Manifest manifest{
      .id = "toy",
      .language = "en",
      .sample_rate = kToyRate,
      .phoneme_type = "text",
      .phoneme_id_map = {{"_", {0}},
                         {"^", {1}},
                         {"$", {2}},
                         {"a", {3}},
                         {"b", {5}},
                         {"c", {9}},
                         {"d", {17}},
                         {"e", {33, 4}},
                         {".", {7}}},
      .noise_scale = 0.5F,
      .noise_w = 0.25F,
      .length_scale = 1,
      .speaker_input = kind == ToyKind::kTwoSpeakers,
      .prior_channels = kToyChannels,
      .geometry = {.hop = kToyHop, .windowed = windowed},
      .max_segment_seconds = 0.5,
      .source_sha256 = std::string(64, '0'),
      .files = {{.name = voice::kPlanFile}, {.name = voice::kRenderSingleFile}, {.name = voice::kRenderWeightsFile}}};
  if (kind == ToyKind::kTwoSpeakers) manifest.speakers = {"low", "high"};
  write_plan(folder / voice::kPlanFile, kind);
  write_render(folder / voice::kRenderSingleFile, GrainKind::kSingle, kind);
  std::ofstream(folder / voice::kRenderWeightsFile) << "";
  if (windowed) {
    manifest.geometry = {
        .hop = kToyHop, .grain_frames = kToyGrainFrames, .first_frames = kToyFirstFrames, .delay_samples = kToyDelay};
    manifest.states = {{.channels = 1, .length = kToyDelay}, {.channels = 1, .length = 1}};
    for (const auto& [file, grain] : {std::pair(voice::kRenderFirstFile, GrainKind::kFirst),
                                      std::pair(voice::kRenderMiddleFile, GrainKind::kMiddle),
                                      std::pair(voice::kRenderLastFile, GrainKind::kLast)}) {
      write_render(folder / file, grain, kind);
      manifest.files.push_back({.name = file});
    }
  } else {
    manifest.not_windowed_because = "a toy";
  }
  seal_toy_voice(folder, manifest);
  return manifest;
}

std::vector<std::int16_t> toy_speech(std::span<const std::byte> prior, std::span<const GrainSpec> grains,
                                     std::uint32_t speaker) {
  std::vector<float> held;
  std::vector<float> wave;
  float sum = 0;
  for (const auto& grain : grains) {
    auto sounding = held;
    float grain_sum = 0;
    for (auto row = grain.row_begin; row < grain.row_end; ++row) {
      std::array<float, kToyChannels> values{};
      std::memcpy(values.data(), prior.data() + row * sizeof values, sizeof values);
      for (const float step : kRamp) {
        sounding.push_back(std::tanh(values[0] + values[1]) * step);
        grain_sum += sounding.back();
      }
    }
    if (grain.kind == GrainKind::kLast) {
      for (auto& sample : sounding) sample += sum * kSumWeight;
    }
    held.clear();
    if (grain.kind == GrainKind::kFirst || grain.kind == GrainKind::kMiddle) {
      held.assign(sounding.end() - kToyDelay, sounding.end());
      sounding.resize(sounding.size() - kToyDelay);
    }
    sum += grain_sum;
    for (const float sample : sounding) wave.push_back(sample + static_cast<float>(speaker) * kSpeakerWeight);
  }
  return to_pcm(wave);
}

}  // namespace antiphon::engine::piper
