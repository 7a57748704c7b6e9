#include "voice_import/cut.h"
#include "voice_import/operate.h"

namespace antiphon::voice_import {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr auto kInt64 = onnx::TensorProto::INT64;

/// Declares those inputs of the original that a plan or reference may have. Error: kUnsupported for any other.
Result<void> declare_inputs(const GraphIndex& index, const TensorNames& used, onnx::GraphProto& graph) {
  for (const auto& name : used) {
    if (name != "input" && name != "input_lengths" && name != "scales" && name != "sid") {
      return unsupported("the graph has an input of unknown meaning: " + name);
    }
  }
  describe(*graph.add_input(), "input", kInt64, {"1", "phonemes"});
  describe(*graph.add_input(), "input_lengths", kInt64, {"1"});
  describe(*graph.add_input(), "scales", kFloat, {"3"});
  if (index.is_input("sid")) describe(*graph.add_input(), "sid", kInt64, {"1"});
  return {};
}

/// How many channels the noise of the durations has: 2 in every VITS.
constexpr const char* kDurationNoiseChannels = "2";

}  // namespace

Result<std::string> plan_model(const onnx::ModelProto& original, const GraphIndex& index, const Seam& seam) {
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  std::map<std::string, std::string, std::less<>> given;
  if (!seam.duration_noise.empty()) given.emplace(seam.duration_noise, "noise_dp");
  const Cut cut(index, std::move(given));
  const auto inputs = cut.copy({seam.mean.name, seam.log_deviation.name, seam.durations}, graph);
  if (auto declared = declare_inputs(index, inputs, graph); !declared) return std::unexpected(declared.error());
  describe(*graph.add_input(), "noise_dp", kFloat, {"1", kDurationNoiseChannels, "phonemes"});

  const auto straight = [&](const PhonemeTensor& tensor, const std::string& name) {
    auto& node = add_node(graph, tensor.transposed ? "Transpose" : "Identity", {cut.name_of(tensor.name)}, name);
    if (tensor.transposed) set_list(node, "perm", {0, 2, 1});
  };
  straight(seam.mean, "m_p");
  straight(seam.log_deviation, "logs_p");
  add_node(graph, "Exp", {"logs_p"}, "std_p");
  add_node(graph, "Identity", {cut.name_of(seam.durations)}, "durations");
  describe(*graph.add_output(), "m_p", kFloat, {"1", "channels", "phonemes"});
  describe(*graph.add_output(), "std_p", kFloat, {"1", "channels", "phonemes"});
  describe(*graph.add_output(), "durations", kFloat, {"1", "1", "phonemes"});
  return model.SerializeAsString();
}

Result<std::string> reference_model(std::string_view bytes, Reference kind) {
  auto original = parse_model(bytes);
  if (!original) return std::unexpected(original.error());
  auto index = GraphIndex::build(original->graph());
  if (!index) return std::unexpected(index.error());
  auto seam = find_seam(*index);
  if (!seam) return std::unexpected(seam.error());
  if (original->graph().output_size() == 0) return invalid("the graph has no output");
  const bool durations_given = kind == Reference::kGivenDurations;
  std::map<std::string, std::string, std::less<>> given{{seam->noise, "noise"}};
  if (durations_given) {
    given.emplace(seam->durations, "durations");
  } else if (!seam->duration_noise.empty()) {
    given.emplace(seam->duration_noise, "noise_dp");
  }
  auto model = model_like(*original);
  auto& graph = *model.mutable_graph();
  const Cut cut(*index, std::move(given));
  const auto& output = original->graph().output(0).name();
  const auto inputs = cut.copy({output}, graph);
  if (auto declared = declare_inputs(*index, inputs, graph); !declared) return std::unexpected(declared.error());
  describe(*graph.add_input(), "noise", kFloat, {"1", "channels", "frames"});
  if (durations_given) {
    describe(*graph.add_input(), "durations", kFloat, {"1", "1", "phonemes"});
  } else {
    describe(*graph.add_input(), "noise_dp", kFloat, {"1", kDurationNoiseChannels, "phonemes"});
  }
  add_node(graph, "Identity", {cut.name_of(output)}, "output");
  describe(*graph.add_output(), "output", kFloat, {"1", "1", "1", "samples"});
  return model.SerializeAsString();
}

}  // namespace antiphon::voice_import
