#include "engine/kokoro/renderer.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/common/pcm.h"
#include "engine/kokoro/layout.h"
#include "engine/kokoro/row.h"

namespace antiphon::engine::kokoro {
namespace {

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// Goes from what the grain before has there to `wave`, which it changes.
void fade_in(std::span<const float, kFadeSamples> before, std::span<float> wave) {
  for (std::size_t i = 0; i < kFadeSamples; ++i) {
    const float share = (static_cast<float>(i) + 0.5F) / static_cast<float>(kFadeSamples);
    wave[i] = before[i] * (1.0F - share) + wave[i] * share;
  }
}

/// The frames of rows, apart as the decoder takes them.
struct Frames {
  std::vector<float> features;
  std::vector<float> pitch;
  std::vector<float> loudness;
};

Frames frames_in(std::span<const std::byte> rows, std::size_t row_size, std::uint32_t channels) {
  const auto count = rows.size() / row_size;
  Frames frames = {.features = std::vector<float>(count * channels),
                   .pitch = std::vector<float>(count * kCurvePerFrame),
                   .loudness = std::vector<float>(count * kCurvePerFrame)};
  std::vector<float> values(frame_floats(channels));
  for (std::size_t frame = 0; frame < count; ++frame) {
    std::memcpy(values.data(), rows.subspan(frame * row_size).data(), values.size() * sizeof(float));
    for (std::size_t channel = 0; channel < channels; ++channel) {
      frames.features[channel * count + frame] = values[channel];
    }
    for (std::size_t part = 0; part < kCurvePerFrame; ++part) {
      frames.pitch[frame * kCurvePerFrame + part] = values[channels + part];
      frames.loudness[frame * kCurvePerFrame + part] = values[channels + kCurvePerFrame + part];
    }
  }
  return frames;
}

}  // namespace

Result<Renderer> Renderer::make(ort::Session graph, std::uint32_t channels) {
  const auto& inputs = graph.inputs();
  const auto known = [&](const char* name) {
    return std::ranges::find(inputs, name, &ort::TensorInfo::name) != inputs.end();
  };
  if (inputs.size() != 4 || !known("features") || !known("pitch") || !known("loudness") || !known("style")) {
    return failure(Errc::kVoiceCorrupt, "render.onnx has other inputs than features, pitch, loudness and style");
  }
  if (graph.outputs().size() != 1 || graph.outputs().front().name != "audio") {
    return failure(Errc::kVoiceCorrupt, "render.onnx has another output than audio");
  }
  return Renderer(std::move(graph), channels);
}

Result<std::vector<float>> Renderer::decode(const DecoderInput& input) {
  const auto values = static_cast<std::int64_t>(input.pitch.size());
  const auto frames = values / static_cast<std::int64_t>(kCurvePerFrame);
  const std::array<ort::Input, 4> inputs = {{
      {.name = "features", .shape = {1, channels_, frames}, .values = input.features},
      {.name = "pitch", .shape = {1, values}, .values = input.pitch},
      {.name = "loudness", .shape = {1, values}, .values = input.loudness},
      {.name = "style",
       .shape = {1, static_cast<std::int64_t>(kStyleFloats)},
       .values = std::span<const float>(input.style)},
  }};
  const std::array<std::string, 1> outputs = {"audio"};
  auto results = graph_.run(inputs, outputs);
  if (!results) return failure(Errc::kEngineFailure, std::move(results.error().message));
  auto& wave = results->front().values;
  if (wave.size() != static_cast<std::size_t>(frames) * kHop) {
    return failure(Errc::kEngineFailure, "render.onnx gave audio of another length than its frames have");
  }
  return std::move(wave);
}

Result<RenderedGrain> Renderer::render(const RenderRequest& request) {
  const auto& grain = request.grain;
  const auto row_size = row_bytes(channels_);
  const auto head = read_as<GrainHead>(request.rows);
  if (head.row != grain.row_begin || head.frames != grain.row_end - grain.row_begin - 1) {
    return failure(Errc::kStateMismatch, "the rows are of another place");
  }
  const bool joins = takes_state(grain.kind);
  Carried carried;
  if (joins) carried = read_as<Carried>(request.state);
  if (joins && carried.row != grain.row_begin) {
    return failure(Errc::kStateMismatch, "the state is of another place");
  }
  const auto frames = frames_in(request.rows.subspan(row_size), row_size, channels_);
  auto wave = decode({.features = frames.features,
                      .pitch = frames.pitch,
                      .loudness = frames.loudness,
                      .style = std::span<const float, kStyleFloats>(head.style)});
  if (!wave) return std::unexpected(std::move(wave.error()));
  // The cut lies behind the margin, and the fade half before the cut.
  auto heard_wave = std::span<float>(*wave).subspan(joins ? kMarginFrames * kHop - kFadeSamples / 2 : 0);
  if (joins) fade_in(carried.fading, heard_wave);
  RenderedGrain rendered = {.pcm = to_pcm(heard_wave.first(grain.samples)), .state = {}};
  if (goes_on(grain.kind)) {
    carried.row = grain.row_end;
    std::ranges::copy(heard_wave.subspan(grain.samples, kFadeSamples), carried.fading.begin());
    rendered.state.resize(sizeof(carried));
    std::memcpy(rendered.state.data(), &carried, sizeof(carried));
  }
  return rendered;
}

}  // namespace antiphon::engine::kokoro
