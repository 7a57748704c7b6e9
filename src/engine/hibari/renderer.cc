#include "engine/hibari/renderer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <type_traits>

#include "engine/common/pcm.h"
#include "engine/hibari/row.h"

namespace antiphon::engine::hibari {
namespace {

static_assert(std::is_trivially_copyable_v<Carried>);

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

bool carries_on(GrainKind kind) { return kind == GrainKind::kFirst || kind == GrainKind::kMiddle; }

}  // namespace

Result<Renderer> Renderer::make(ort::Session graph, std::uint32_t features) {
  const auto& inputs = graph.inputs();
  const auto known = [&](const char* name) {
    return std::ranges::find(inputs, name, &ort::TensorInfo::name) != inputs.end();
  };
  if (inputs.size() != 3 || !known("features") || !known("scale") || !known("zero_point")) {
    return failure(Errc::kVoiceCorrupt, "head.onnx has other inputs than features, scale and zero_point");
  }
  if (graph.outputs().size() != 1 || graph.outputs().front().name != "spectrum") {
    return failure(Errc::kVoiceCorrupt, "head.onnx has another output than spectrum");
  }
  return Renderer(std::move(graph), features);
}

Result<void> Renderer::find_spectra(std::span<const std::byte> rows, std::size_t count) {
  const auto bytes = row_bytes(features_);
  const auto head = head_of(rows);
  inputs_.resize(count * features_);
  spectra_.resize(count * kSpectrumFloats);
  for (std::size_t row = 0; row < count; ++row) {
    const auto features = rows.subspan(row * bytes + sizeof(RowHead), features_);
    std::ranges::transform(features, inputs_.begin() + static_cast<std::ptrdiff_t>(row * features_),
                           [](std::byte value) { return static_cast<float>(value); });
  }
  const std::array<float, 1> scale = {head.scale};
  const std::array<float, 1> zero_point = {std::clamp(head.zero_point, 0.0F, 255.0F)};
  const auto frames = static_cast<std::int64_t>(count);
  const std::array<ort::Input, 3> inputs = {{
      {.name = "features", .shape = {1, frames, features_}, .values = std::span<const float>(inputs_)},
      {.name = "scale", .shape = {}, .values = std::span<const float>(scale)},
      {.name = "zero_point", .shape = {}, .values = std::span<const float>(zero_point)},
  }};
  const std::array<ort::Output, 1> outputs = {
      {{.name = "spectrum", .shape = {1, frames, kSpectrumFloats}, .values = spectra_}}};
  if (auto done = graph_.run_into(inputs, outputs); !done) {
    return failure(Errc::kEngineFailure, std::move(done.error().message));
  }
  return {};
}

Result<RenderedGrain> Renderer::render(const RenderRequest& request) {
  const auto& grain = request.grain;
  const std::size_t count = grain.row_end - grain.row_begin;
  if (auto found = find_spectra(request.rows, count); !found) return std::unexpected(std::move(found.error()));
  Carried carried;
  if (!request.state.empty()) std::memcpy(&carried, request.state.data(), sizeof(carried));
  if (!(carried.phase >= 0 && carried.phase < 1)) return failure(Errc::kStateMismatch, "the state's phase is no turn");
  std::vector<float> wave;
  wave.reserve(grain.samples);
  for (std::size_t row = 0; row < count; ++row) {
    const auto head = head_of(request.rows.subspan(row * row_bytes(features_)));
    if (head.frame != grain.row_begin + row) return failure(Errc::kStateMismatch, "the rows are of another place");
    const Frame frame = {
        .pitches = head.pitches,
        .noise = {.seed = head.seed, .segment_index = head.segment_index, .frame = head.frame},
        .spectrum = std::span(spectra_).subspan(row * kSpectrumFloats, kSpectrumFloats),
        .last = !carries_on(grain.kind) && row + 1 == count,
    };
    synthesizer_.add(frame, carried, wave);
  }
  RenderedGrain rendered = {.pcm = to_pcm(wave), .state = {}};
  if (rendered.pcm.size() != grain.samples) return failure(Errc::kEngineFailure, "a grain has another length");
  if (carries_on(grain.kind)) {
    rendered.state.resize(sizeof(carried));
    std::memcpy(rendered.state.data(), &carried, sizeof(carried));
  }
  return rendered;
}

}  // namespace antiphon::engine::hibari
