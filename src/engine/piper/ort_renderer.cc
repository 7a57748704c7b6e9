#include "engine/piper/ort_renderer.h"

#include <algorithm>
#include <array>
#include <string>

namespace antiphon::engine::piper {
namespace {

const std::string kRows = "prior";
const std::string kSpeaker = "sid";
const std::string kWave = "wav";

std::unexpected<Error> corrupt(std::string message) {
  return std::unexpected(Error{Errc::kVoiceCorrupt, std::move(message)});
}

/// One tensor of the carried state.
struct StateTensor {
  std::string input;   ///< Its name as an input, s0, s1, ...
  std::string output;  ///< Its name as an output, o0, o1, ...
  ort::Shape shape;
  std::size_t floats = 0;
};

bool takes_state(GrainKind kind) { return kind == GrainKind::kMiddle || kind == GrainKind::kLast; }
bool gives_state(GrainKind kind) { return kind == GrainKind::kFirst || kind == GrainKind::kMiddle; }

const ort::TensorInfo* find(const std::vector<ort::TensorInfo>& tensors, const std::string& name) {
  const auto found = std::ranges::find(tensors, name, &ort::TensorInfo::name);
  return found == tensors.end() ? nullptr : &*found;
}

/// The state tensors that a graph takes: s0, s1, ... as many as there are.
Result<std::vector<StateTensor>> state_of(const ort::Session& graph) {
  constexpr std::int64_t kMostFloats = 1 << 24;
  std::vector<StateTensor> tensors;
  while (true) {
    const auto number = std::to_string(tensors.size());
    const auto* const info = find(graph.inputs(), "s" + number);
    if (info == nullptr) return tensors;
    StateTensor tensor{.input = "s" + number, .output = "o" + number, .shape = info->shape};
    if (!tensor.shape.empty() && tensor.shape.front() < 0) tensor.shape.front() = 1;
    std::int64_t floats = 1;
    for (const auto size : tensor.shape) {
      if (size < 1 || size > kMostFloats || floats * size > kMostFloats) {
        return corrupt("state " + tensor.input + " has no fixed size");
      }
      floats *= size;
    }
    tensor.floats = static_cast<std::size_t>(floats);
    tensors.push_back(std::move(tensor));
  }
}

class OrtRenderer final : public Renderer {
 public:
  OrtRenderer(RenderGraphs graphs, const RenderModel& model, std::vector<StateTensor> state)
      : graphs_(std::move(graphs)), model_(model), state_(std::move(state)) {}

  [[nodiscard]] std::size_t state_floats() const override { return model_.state_floats; }
  [[nodiscard]] Result<GrainOutput> render(const GrainInput& input) override;

 private:
  [[nodiscard]] ort::Session* graph_of(GrainKind kind);

  RenderGraphs graphs_;
  RenderModel model_;
  std::vector<StateTensor> state_;
};

ort::Session* OrtRenderer::graph_of(GrainKind kind) {
  const auto pointer = [](std::optional<ort::Session>& session) { return session ? &*session : nullptr; };
  switch (kind) {
    case GrainKind::kSingle:
      return &graphs_.single;
    case GrainKind::kFirst:
      return pointer(graphs_.first);
    case GrainKind::kMiddle:
      return pointer(graphs_.middle);
    case GrainKind::kLast:
      return pointer(graphs_.last);
  }
  return nullptr;
}

Result<GrainOutput> OrtRenderer::render(const GrainInput& input) {
  auto* const graph = graph_of(input.kind);
  if (graph == nullptr) return std::unexpected(Error{Errc::kEngineFailure, "the voice has no such grain"});
  const auto channels = static_cast<std::int64_t>(model_.channels);
  const std::array<std::int64_t, 1> speaker = {input.speaker};
  std::vector<ort::Input> inputs = {{.name = kRows,
                                     .shape = {1, static_cast<std::int64_t>(input.rows.size()) / channels, channels},
                                     .values = input.rows}};
  if (model_.speaker == Speaker::kInput) {
    inputs.push_back({.name = kSpeaker, .shape = {1}, .values = std::span<const std::int64_t>(speaker)});
  }
  GrainOutput done;
  done.wave.resize(input.samples);
  if (gives_state(input.kind)) done.state.resize(model_.state_floats);
  std::vector<ort::Output> outputs = {{.name = kWave, .shape = {1, input.samples}, .values = done.wave}};
  std::size_t offset = 0;
  for (const auto& tensor : state_) {
    if (takes_state(input.kind)) {
      inputs.push_back(
          {.name = tensor.input, .shape = tensor.shape, .values = input.state.subspan(offset, tensor.floats)});
    }
    if (gives_state(input.kind)) {
      outputs.push_back({.name = tensor.output,
                         .shape = tensor.shape,
                         .values = std::span(done.state).subspan(offset, tensor.floats)});
    }
    offset += tensor.floats;
  }
  if (auto ran = graph->run_into(inputs, outputs); !ran) {
    return std::unexpected(Error{Errc::kEngineFailure, std::move(ran.error().message)});
  }
  return done;
}

/// Whether a graph has exactly the inputs and at least the outputs of its kind.
Result<void> check(const ort::Session& graph, GrainKind kind, const RenderModel& model,
                   const std::vector<StateTensor>& state) {
  std::size_t inputs = model.speaker == Speaker::kInput ? 2 : 1;
  bool complete = find(graph.inputs(), kRows) != nullptr && find(graph.outputs(), kWave) != nullptr;
  if (model.speaker == Speaker::kInput) complete = complete && find(graph.inputs(), kSpeaker) != nullptr;
  for (const auto& tensor : state) {
    if (takes_state(kind)) {
      ++inputs;
      complete = complete && find(graph.inputs(), tensor.input) != nullptr;
    }
    if (gives_state(kind)) complete = complete && find(graph.outputs(), tensor.output) != nullptr;
  }
  if (!complete || graph.inputs().size() != inputs) {
    return corrupt("the graph of grain kind " + std::to_string(static_cast<int>(kind)) +
                   " has other inputs or outputs than the manifest says");
  }
  return std::expected<void, Error>();
}

}  // namespace

Result<std::unique_ptr<Renderer>> make_ort_renderer(RenderGraphs graphs, const RenderModel& model) {
  std::vector<StateTensor> state;
  if (graphs.middle) {
    auto found = state_of(*graphs.middle);
    if (!found) return std::unexpected(std::move(found.error()));
    state = std::move(*found);
  }
  std::size_t floats = 0;
  for (const auto& tensor : state) floats += tensor.floats;
  if (floats != model.state_floats) return corrupt("the state of the graphs has another size than the manifest says");
  const auto checked = [&](const ort::Session& graph, GrainKind kind) { return check(graph, kind, model, state); };
  if (auto ok = checked(graphs.single, GrainKind::kSingle); !ok) return std::unexpected(std::move(ok.error()));
  if (graphs.first && graphs.middle && graphs.last) {
    if (auto ok = checked(*graphs.first, GrainKind::kFirst); !ok) return std::unexpected(std::move(ok.error()));
    if (auto ok = checked(*graphs.middle, GrainKind::kMiddle); !ok) return std::unexpected(std::move(ok.error()));
    if (auto ok = checked(*graphs.last, GrainKind::kLast); !ok) return std::unexpected(std::move(ok.error()));
  }
  return std::make_unique<OrtRenderer>(std::move(graphs), model, std::move(state));
}

}  // namespace antiphon::engine::piper
