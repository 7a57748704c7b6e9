#include "voice_import/toy_kokoro.h"

#include <cstdint>
#include <random>
#include <vector>

#include "engine/kokoro/model.h"
#include "engine/ort/graph_writer.h"

namespace antiphon::voice_import {
namespace {

using engine::ort::GraphWriter;
using Sizes = GraphWriter::Sizes;

constexpr std::int64_t kChannels = kToyKokoroChannels;
constexpr std::int64_t kHop = engine::kokoro::kHop;
constexpr std::int64_t kStyle = engine::kokoro::kStyleFloats;

std::vector<float> random_floats(std::int64_t count, float least, float most, std::uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto share = static_cast<float>(random() % 1'000) / 1'000.0F;
    values.push_back(least + share * (most - least));
  }
  return values;
}

/// Frames of each token as whole numbers, int64 [1, P].
std::string write_durations(GraphWriter& g) {
  const auto table = g.floats(random_floats(kToyKokoroTokens, 2, 8, 1), {kToyKokoroTokens});
  const auto divided = g.node("Div", {g.node("Gather", {table, "tokens"}), "speed"});
  const auto clipped = g.node("Clip", {g.node("Round", {divided}), g.number(1)});
  return g.node_with("Cast", {clipped}, "to", onnx::TensorProto::INT64);
}

/// One where a frame belongs to a token, else zero: float [1, P, T].
std::string write_alignment(GraphWriter& g, const std::string& durations) {
  const auto ends = g.node("CumSum", {durations, g.scalar(1)});
  const auto begins = g.node("Sub", {ends, durations});
  const auto all = g.node("Squeeze", {g.node("ReduceSum", {durations})});
  const auto frames = g.node("Unsqueeze", {g.node("Range", {g.scalar(0), all, g.scalar(1)}), g.ints({0, 1})});
  const auto begun = g.node("GreaterOrEqual", {frames, g.node("Unsqueeze", {begins, g.ints({2})})});
  const auto not_ended = g.node("Less", {frames, g.node("Unsqueeze", {ends, g.ints({2})})});
  return g.node_with("Cast", {g.node("And", {begun, not_ended})}, "to", onnx::TensorProto::FLOAT);
}

/// A value of each token, twice for each of its frames: float [1, 2 T].
std::string write_curve(GraphWriter& g, const std::string& alignment, float least, float most, std::uint32_t seed) {
  const auto table = g.floats(random_floats(kToyKokoroTokens, least, most, seed), {kToyKokoroTokens});
  const auto values = g.node("Unsqueeze", {g.node("Gather", {table, "tokens"}), g.ints({1})});
  const auto frames = g.node("Unsqueeze", {g.node("MatMul", {values, alignment}), g.ints({3})});
  const auto twice = g.node_with("Concat", {frames, frames}, "axis", std::int64_t{3});
  return g.node("Reshape", {twice, g.ints({1, -1})});
}

/// A convolution that gives a value of a curve for each frame: float [1, 1, T].
std::string write_convolved(GraphWriter& g, const std::string& curve, std::uint32_t seed) {
  const auto opened = g.node("Unsqueeze", {curve, g.ints({1})});
  const auto made = g.node("Conv", {opened, g.floats(random_floats(3, 0.1F, 1, seed), {1, 1, 3})});
  g.also("strides", Sizes{2}).also("pads", Sizes{1, 1});
  return made;
}

/// Taken relative to its mean over all frames, and scaled by the first part of the style.
std::string write_normalised(GraphWriter& g, const std::string& frames, std::int64_t channels) {
  const auto mean = g.node_with("ReduceMean", {frames}, "axes", Sizes{2});
  const auto scale = g.node("Unsqueeze", {g.slice("style", 0, channels, 1), g.ints({2})});
  return g.node("Mul", {g.node("Sub", {frames, mean}), g.node("Add", {scale, g.number(1)})});
}

void write_decoder(GraphWriter& g, const std::string& features, const std::string& pitch, const std::string& loudness) {
  constexpr std::int64_t kNarrow = 4;
  const auto narrow =
      g.node("Conv", {features, g.floats(random_floats(kNarrow * kChannels, -1, 1, 6), {kNarrow, kChannels, 1})});
  const auto side_by_side = g.node_with(
      "Concat", {features, write_convolved(g, pitch, 7), write_convolved(g, loudness, 8)}, "axis", std::int64_t{1});
  const auto wide = g.node_with("Concat", {side_by_side, narrow}, "axis", std::int64_t{1});
  constexpr std::int64_t kWide = kChannels + 2 + kNarrow;
  const auto weights = g.floats(random_floats(kWide * kHop, -0.02F, 0.02F, 9), {kWide, 1, kHop});
  const auto sound = g.node_with("ConvTranspose", {write_normalised(g, wide, kWide), weights}, "strides", Sizes{kHop});
  g.node("Reshape", {sound, g.ints({-1})}, "audio");
}

}  // namespace

std::string toy_kokoro_model() {
  GraphWriter g;
  g.input("tokens", onnx::TensorProto::INT64, {1, -1});
  g.input("style", onnx::TensorProto::FLOAT, {1, kStyle});
  g.input("speed", onnx::TensorProto::FLOAT, {1});
  const auto alignment = write_alignment(g, write_durations(g));
  const auto table = g.floats(random_floats(kToyKokoroTokens * kChannels, -1, 1, 2), {kToyKokoroTokens, kChannels});
  const auto sounds = g.node_with("Transpose", {g.node("Gather", {table, "tokens"})}, "perm", Sizes{0, 2, 1});
  const auto pitch = write_curve(g, alignment, 0, 3, 4);
  const auto loudness = write_curve(g, alignment, -2, 2, 5);
  write_decoder(g, g.node("MatMul", {sounds, alignment}), pitch, loudness);
  g.output("audio", {-1});
  return g.bytes();
}

}  // namespace antiphon::voice_import
