#include "engine/piper/kernel_renderer.h"

#include <array>
#include <string>
#include <utility>

#include "engine/piper/huge_pages.h"
#include "network/execution.h"

namespace antiphon::engine::piper {
namespace {

/// Changes whenever the kernels would round otherwise.
constexpr const char* kKernelVersion = "kernel-1";

std::unexpected<Error> corrupt(std::string message) {
  return std::unexpected(Error{Errc::kVoiceCorrupt, std::move(message)});
}

bool begins(GrainKind kind) { return kind == GrainKind::kSingle || kind == GrainKind::kFirst; }
bool ends(GrainKind kind) { return kind == GrainKind::kSingle || kind == GrainKind::kLast; }

class KernelRenderer final : public Renderer {
 public:
  KernelRenderer(network::Program program, std::optional<ort::Session> speaker_graph)
      : weights_(program.weight_floats()),
        program_(std::move(program)),
        workspace_(program_),
        speaker_graph_(std::move(speaker_graph)) {
    if (weights_.floats().size() >= program_.weight_floats()) program_.move_weights(weights_.floats());
    for (std::size_t i = 0; i < program_.speaker_channels().size(); ++i) outputs_.push_back("t" + std::to_string(i));
  }

  [[nodiscard]] std::size_t state_floats() const override { return program_.state_floats(); }
  [[nodiscard]] Result<std::vector<GrainOutput>> render_batch(std::span<const GrainInput> inputs) override;

  /// Computes what the network takes of a speaker, unless it is there from the last time.
  [[nodiscard]] Result<void> choose(std::uint32_t speaker);

 private:
  [[nodiscard]] Result<GrainOutput> render_one(const GrainInput& input);

  HugePages weights_;
  network::Program program_;
  network::Workspace workspace_;
  std::optional<ort::Session> speaker_graph_;
  std::vector<std::string> outputs_;
  std::optional<std::uint32_t> speaker_;
  std::vector<ort::Tensor> tensors_;            ///< Of that speaker.
  std::vector<std::span<const float>> values_;  ///< Of those.
};

Result<void> KernelRenderer::choose(std::uint32_t speaker) {
  if (outputs_.empty() || speaker_ == speaker) return std::expected<void, Error>();
  const std::array<std::int64_t, 1> number = {speaker};
  const std::array inputs = {ort::Input{.name = "sid", .shape = {1}, .values = std::span<const std::int64_t>(number)}};
  auto tensors = speaker_graph_->run(inputs, outputs_);
  if (!tensors) return std::unexpected(Error{Errc::kEngineFailure, std::move(tensors.error().message)});
  speaker_.reset();
  tensors_ = std::move(*tensors);
  values_.clear();
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (tensors_[i].values.size() != program_.speaker_channels()[i]) {
      return corrupt("the speaker's tensors have other sizes than the network takes");
    }
    values_.emplace_back(tensors_[i].values);
  }
  speaker_ = speaker;
  return std::expected<void, Error>();
}

Result<std::vector<GrainOutput>> KernelRenderer::render_batch(std::span<const GrainInput> inputs) {
  std::vector<GrainOutput> outputs;
  for (const auto& input : inputs) {
    auto done = render_one(input);
    if (!done) return std::unexpected(std::move(done.error()));
    outputs.push_back(std::move(*done));
  }
  return outputs;
}

Result<GrainOutput> KernelRenderer::render_one(const GrainInput& input) {
  if (auto chosen = choose(input.speaker); !chosen) return std::unexpected(std::move(chosen.error()));
  GrainOutput done;
  network::Grain grain{.begins = begins(input.kind),
                       .ends = ends(input.kind),
                       .prior = input.rows,
                       .state = input.state,
                       .speaker = values_,
                       .wave = {},
                       .next_state = {}};
  if (network::samples_of(program_, grain) != input.samples) {
    return std::unexpected(Error{Errc::kEngineFailure, "a grain of another length than the network renders"});
  }
  done.wave.resize(input.samples);
  if (!grain.ends) done.state.resize(program_.state_floats());
  grain.wave = done.wave;
  grain.next_state = done.state;
  network::run(program_, workspace_, grain);
  return done;
}

}  // namespace

Result<std::unique_ptr<Renderer>> make_kernel_renderer(const network::Network& network,
                                                       std::optional<ort::Session> speaker_graph,
                                                       const KernelModel& model,
                                                       const network::ProgramOptions& options) {
  auto program = network::Program::compile(network, options);
  if (!program) return corrupt(std::move(program.error().message));
  if (program->prior_channels() != model.channels || program->state_floats() != model.state_floats ||
      program->hop() != model.geometry.hop || program->delay_samples() != model.geometry.delay_samples) {
    return corrupt("the network is another one than the manifest says");
  }
  const bool speaks_as = !program->speaker_channels().empty();
  if (speaks_as && (model.speaker == Speaker::kNone || !speaker_graph))
    return corrupt("the speaker's graph is missing");
  auto renderer = std::make_unique<KernelRenderer>(std::move(*program), std::move(speaker_graph));
  if (auto chosen = renderer->choose(0); !chosen) return corrupt(std::move(chosen.error().message));
  return renderer;
}

std::string kernel_fingerprint() {
  return std::string(kKernelVersion) + "-" + std::string(kernel::name_of(kernel::best_instruction_set()));
}

}  // namespace antiphon::engine::piper
