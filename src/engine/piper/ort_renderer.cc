#include "engine/piper/ort_renderer.h"

#include <algorithm>
#include <string>

#include "base/check.h"

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
    if (tensor.shape.empty()) return corrupt("state " + tensor.input + " has no size");
    if (tensor.shape.front() < 0) tensor.shape.front() = 1;  // grains at once
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

bool batched(GrainKind kind) { return kind == GrainKind::kFirst || kind == GrainKind::kMiddle; }

/// The values of all grains of a batch in one piece, those of each behind those of the one before; zeros where there
/// are fewer than that.
struct Batch {
  std::size_t grains = 1;
  std::vector<float> rows;
  std::vector<std::int64_t> speakers;
  std::vector<std::vector<float>> states;  ///< Of each tensor.
  std::vector<float> wave;
  std::vector<std::vector<float>> next_states;
};

/// Copies `values` to the place of grain number `grain` among pieces of their size.
void place(std::span<const float> values, std::size_t grain, std::vector<float>& pieces) {
  std::ranges::copy(values, std::span(pieces).subspan(grain * values.size()).begin());
}

class OrtRenderer final : public Renderer {
 public:
  OrtRenderer(RenderGraphs graphs, const RenderModel& model, std::vector<StateTensor> state)
      : graphs_(std::move(graphs)), model_(model), state_(std::move(state)) {}

  [[nodiscard]] std::size_t state_floats() const override { return model_.state_floats; }
  [[nodiscard]] std::size_t batch_size(GrainKind kind) const override { return batched(kind) ? model_.batch : 1; }
  [[nodiscard]] Result<std::vector<GrainOutput>> render_batch(std::span<const GrainInput> inputs) override;

 private:
  [[nodiscard]] ort::Session* graph_of(GrainKind kind);
  [[nodiscard]] Batch join(std::span<const GrainInput> inputs) const;
  [[nodiscard]] Result<void> run(ort::Session& graph, GrainKind kind, Batch& batch) const;
  [[nodiscard]] GrainOutput part(const Batch& batch, const GrainInput& input, std::size_t grain) const;

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

Batch OrtRenderer::join(std::span<const GrainInput> inputs) const {
  const auto& first = inputs.front();
  Batch batch{.grains = batch_size(first.kind)};
  batch.rows.resize(batch.grains * first.rows.size());
  batch.speakers.resize(batch.grains);
  batch.wave.resize(batch.grains * first.samples);
  for (const auto& tensor : state_) {
    if (takes_state(first.kind)) batch.states.emplace_back(batch.grains * tensor.floats);
    if (gives_state(first.kind)) batch.next_states.emplace_back(batch.grains * tensor.floats);
  }
  for (std::size_t grain = 0; grain < inputs.size(); ++grain) {
    const auto& input = inputs[grain];
    place(input.rows, grain, batch.rows);
    batch.speakers[grain] = input.speaker;
    std::size_t offset = 0;
    for (std::size_t i = 0; i < batch.states.size(); ++i) {
      place(input.state.subspan(offset, state_[i].floats), grain, batch.states[i]);
      offset += state_[i].floats;
    }
  }
  return batch;
}

Result<void> OrtRenderer::run(ort::Session& graph, GrainKind kind, Batch& batch) const {
  const auto grains = static_cast<std::int64_t>(batch.grains);
  const auto channels = static_cast<std::int64_t>(model_.channels);
  const auto rows = static_cast<std::int64_t>(batch.rows.size()) / grains / channels;
  const auto samples = static_cast<std::int64_t>(batch.wave.size()) / grains;
  const auto shape_of = [&](const StateTensor& tensor) {
    auto shape = tensor.shape;
    shape.front() = grains;
    return shape;
  };
  std::vector<ort::Input> inputs = {
      {.name = kRows, .shape = {grains, rows, channels}, .values = std::span<const float>(batch.rows)}};
  if (model_.speaker == Speaker::kInput) {
    inputs.push_back({.name = kSpeaker, .shape = {grains}, .values = std::span<const std::int64_t>(batch.speakers)});
  }
  std::vector<ort::Output> outputs = {{.name = kWave, .shape = {grains, samples}, .values = batch.wave}};
  for (std::size_t i = 0; i < state_.size(); ++i) {
    if (takes_state(kind)) {
      inputs.push_back(
          {.name = state_[i].input, .shape = shape_of(state_[i]), .values = std::span<const float>(batch.states[i])});
    }
    if (gives_state(kind)) {
      outputs.push_back({.name = state_[i].output, .shape = shape_of(state_[i]), .values = batch.next_states[i]});
    }
  }
  auto ran = graph.run_into(inputs, outputs);
  if (!ran) return std::unexpected(Error{Errc::kEngineFailure, std::move(ran.error().message)});
  return std::expected<void, Error>();
}

GrainOutput OrtRenderer::part(const Batch& batch, const GrainInput& input, std::size_t grain) const {
  GrainOutput done;
  const auto wave = std::span(batch.wave).subspan(grain * input.samples, input.samples);
  done.wave.assign(wave.begin(), wave.end());
  for (std::size_t i = 0; i < batch.next_states.size(); ++i) {
    const auto state = std::span(batch.next_states[i]).subspan(grain * state_[i].floats, state_[i].floats);
    done.state.insert(done.state.end(), state.begin(), state.end());
  }
  return done;
}

Result<std::vector<GrainOutput>> OrtRenderer::render_batch(std::span<const GrainInput> inputs) {
  const auto kind = inputs.front().kind;
  ANTIPHON_CHECK(inputs.size() <= batch_size(kind), "a batch has at most its size");
  auto* const graph = graph_of(kind);
  if (graph == nullptr) return std::unexpected(Error{Errc::kEngineFailure, "the voice has no such grain"});
  auto batch = join(inputs);
  if (auto ran = run(*graph, kind, batch); !ran) return std::unexpected(std::move(ran.error()));
  std::vector<GrainOutput> outputs;
  for (std::size_t grain = 0; grain < inputs.size(); ++grain) outputs.push_back(part(batch, inputs[grain], grain));
  return outputs;
}

/// Whether the graphs of batches take any number of grains.
bool takes_batches(const ort::Session& graph) {
  return std::ranges::all_of(graph.inputs(),
                             [](const auto& input) { return !input.shape.empty() && input.shape.front() < 0; });
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
  if (model.batch > 1 && graphs.middle && !(takes_batches(*graphs.first) && takes_batches(*graphs.middle))) {
    return corrupt("its graphs render one grain at a time: add the voice again");
  }
  return std::make_unique<OrtRenderer>(std::move(graphs), model, std::move(state));
}

}  // namespace antiphon::engine::piper
