#include "voice_import/seam.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

/// The factors of a product of products, from left to right, or none where they are more than anyone multiplies.
std::vector<std::string> factors_of(const GraphIndex& index, const std::string& tensor) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> factors;
  std::vector<std::string> open{tensor};
  while (!open.empty()) {
    const auto next = open.back();
    open.pop_back();
    const auto* product = index.producer(next, "Mul");
    if (product != nullptr && product->input_size() == 2) {
      open.push_back(product->input(1));
      open.push_back(product->input(0));
    } else {
      factors.push_back(next);
    }
    if (open.size() + factors.size() > kMost) return {};
  }
  return factors;
}

struct Deviation {
  std::string noise;
  std::string log_deviation;
};

/// noise * exp(log_deviation), times what else there may be.
std::optional<Deviation> deviation_of(const GraphIndex& index, const std::string& tensor) {
  Deviation found;
  for (const auto& factor : factors_of(index, tensor)) {
    if (index.producer(factor, "RandomNormalLike") != nullptr) {
      if (!found.noise.empty()) return std::nullopt;
      found.noise = factor;
    } else if (const auto* exp = index.producer(factor, "Exp"); exp != nullptr && exp->input_size() == 1) {
      if (!found.log_deviation.empty()) return std::nullopt;
      found.log_deviation = exp->input(0);
    }
  }
  if (found.noise.empty() || found.log_deviation.empty()) return std::nullopt;
  return found;
}

/// The input of a Transpose that swaps the last two of three dimensions; none for other tensors.
std::optional<std::string> swapped(const GraphIndex& index, const std::string& tensor) {
  const auto* node = index.producer(tensor, "Transpose");
  if (node == nullptr || node->input_size() != 1) return std::nullopt;
  if (list_attribute(*node, "perm") != std::vector<std::int64_t>{0, 2, 1}) return std::nullopt;
  return node->input(0);
}

struct Expansion {
  PhonemeTensor values;
  std::string alignment;
};

/// Reads a tensor of frames as the product of an alignment and a tensor of phonemes.
std::optional<Expansion> expansion_of(const GraphIndex& index, const std::string& tensor) {
  const auto inner = swapped(index, tensor);
  const auto* product = index.producer(inner.value_or(tensor), "MatMul");
  if (product == nullptr || product->input_size() != 2) return std::nullopt;
  Expansion expansion;
  // Either (alignment [frames, phonemes] * values [phonemes, channels])^T or values * alignment.
  const int values = inner ? 1 : 0;
  expansion.alignment = product->input(1 - values);
  expansion.values = {product->input(values), inner.has_value()};
  if (const auto straight = swapped(index, expansion.values.name)) {
    expansion.values = {*straight, !expansion.values.transposed};
  }
  return expansion;
}

bool is_random(const onnx::NodeProto& node) {
  constexpr std::array<std::string_view, 6> kRandom{"RandomNormal",      "RandomNormalLike", "RandomUniform",
                                                    "RandomUniformLike", "Bernoulli",        "Multinomial"};
  return std::ranges::find(kRandom, node.op_type()) != kRandom.end();
}

Result<void> find_durations(const GraphIndex& index, const std::string& alignment, Seam& seam) {
  for (const auto* node : index.ancestors({alignment}, {})) {
    if (node->op_type() != "Ceil" || node->output_size() != 1) continue;
    if (!seam.durations.empty()) return unsupported("the alignment depends on more than one rounding up");
    seam.durations = node->output(0);
  }
  if (seam.durations.empty()) return unsupported("the alignment depends on no durations that are rounded up");
  for (const auto* node : index.ancestors({seam.durations, seam.mean.name, seam.log_deviation.name}, {})) {
    if (!is_random(*node)) continue;
    const bool known = node->op_type() == "RandomNormalLike" && node->output_size() == 1;
    if (!known || !seam.duration_noise.empty()) return unsupported("the plan draws random numbers in an unknown way");
    seam.duration_noise = node->output(0);
  }
  return {};
}

std::string without_single_dimensions(const GraphIndex& index, std::string tensor) {
  constexpr int kMostSteps = 8;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto* node = index.producer(tensor);
    if (node == nullptr || node->input_size() == 0) break;
    if (node->op_type() != "Unsqueeze" && node->op_type() != "Identity") break;
    tensor = node->input(0);
  }
  return tensor;
}

/// Whether it counts 0, 1, 2, ... up to the greatest of `lengths`.
bool counts_to_longest(const GraphIndex& index, const std::string& tensor, const std::string& lengths) {
  const auto* range = index.producer(without_single_dimensions(index, tensor), "Range");
  if (range == nullptr || range->input_size() != 3) return false;
  const auto is_whole = [&](const std::string& name, std::int64_t value) {
    const auto* constant = index.constant(name);
    return constant != nullptr && whole_numbers(*constant) == std::vector{value};
  };
  const auto* longest = index.producer(range->input(1), "ReduceMax");
  return longest != nullptr && longest->input_size() == 1 && longest->input(0) == lengths &&
         is_whole(range->input(0), 0) && is_whole(range->input(2), 1);
}

}  // namespace

Result<Seam> find_seam(const GraphIndex& index) {
  std::vector<Seam> seams;
  std::string alignment;
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "Add" || node.input_size() != 2 || node.output_size() != 1) continue;
    for (const int mean : {0, 1}) {
      const auto deviation = deviation_of(index, node.input(1 - mean));
      if (!deviation) continue;
      const auto means = expansion_of(index, node.input(mean));
      const auto logs = expansion_of(index, deviation->log_deviation);
      if (!means || !logs || means->alignment != logs->alignment) continue;
      alignment = means->alignment;
      Seam seam;
      seam.prior = node.output(0);
      seam.mean = means->values;
      seam.log_deviation = logs->values;
      seam.noise = deviation->noise;
      seams.push_back(std::move(seam));
    }
  }
  if (seams.empty()) return unsupported("no prior (mean + noise * exp(log deviation)) was found: not a VITS voice");
  if (seams.size() > 1) return unsupported("more than one prior was found");
  if (auto found = find_durations(index, alignment, seams[0]); !found) return std::unexpected(found.error());
  return std::move(seams[0]);
}

bool is_frame_mask(const GraphIndex& index, const std::string& tensor) {
  const auto* cast = index.producer(without_single_dimensions(index, tensor), "Cast");
  if (cast == nullptr || cast->input_size() != 1) return false;
  if (whole_attribute(*cast, "to", 0) != onnx::TensorProto::FLOAT) return false;
  const auto* less = index.producer(without_single_dimensions(index, cast->input(0)), "Less");
  if (less == nullptr || less->input_size() != 2) return false;
  return counts_to_longest(index, less->input(0), without_single_dimensions(index, less->input(1)));
}

}  // namespace antiphon::voice_import
