#include "kernel/conv1d.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "kernel/test_convolution.h"

namespace antiphon::kernel {
namespace {

/// By how much the transforms multiply the rounding errors of a sum, measured; the points decide it.
double amplification(Method method) {
  switch (method) {
    case Method::kDirect:
    case Method::kF3x2:
      return 1;
    case Method::kF4x3:
      return 2;
    case Method::kF6x3:
    case Method::kF3x5:
    case Method::kF4x5:
      return 4;
    case Method::kF6x5:
    case Method::kF4x7:
      return 10;
    case Method::kF6x6:
    case Method::kF6x7:
      return 25;
  }
  return 1;
}

/// Of a sum of so many products in one chain of float32, whose rounding errors add up like a random walk: the greatest
/// of some thousands of errors, over the root of the mean square of the sums.
double error_bound(const ConvShape& shape, Method method) {
  const auto products = static_cast<double>(std::size_t{shape.inputs} * shape.kernel);
  return 5 * (2 + std::sqrt(products)) * 0x1p-24 * amplification(method);
}

Conv1d pack(const Layer& layer, Method method, InstructionSet set) {
  auto conv = Conv1d::pack(layer.shape, layer.weights(), method, set);
  EXPECT_TRUE(conv.has_value());
  return std::move(*conv);
}

/// A signal with all that `rows` rows of output are made from; the first tap of row 0 is at row lead().
Signal noise_for(std::mt19937& random, const Conv1d& conv, std::size_t rows) {
  return noise(random, conv.lead() + rows + conv.reach(), conv.shape().inputs);
}

Signal convolve(const Conv1d& conv, const Signal& input, std::size_t rows, ConvCall call = {}) {
  Signal output(rows, conv.shape().outputs);
  AlignedFloats workspace(conv.workspace_floats());
  call.input = input.input().from(static_cast<std::ptrdiff_t>(conv.lead()));
  call.output = output.output();
  call.rows = rows;
  conv.run(call, workspace.span());
  return output;
}

std::string words(const Conv1d& conv) {
  const auto& shape = conv.shape();
  return std::string(name_of(conv.method())) + ", " + std::to_string(shape.inputs) + " to " +
         std::to_string(shape.outputs) + " channels, kernel " + std::to_string(shape.kernel) + ", dilation " +
         std::to_string(shape.dilation);
}

class EachKernel : public testing::TestWithParam<std::tuple<InstructionSet, Method>> {
 protected:
  void SetUp() override {
    if (!runs_here(set())) GTEST_SKIP() << "this CPU lacks " << name_of(set());
  }
  static InstructionSet set() { return std::get<0>(GetParam()); }
  static Method method() { return std::get<1>(GetParam()); }
  /// Kernels that the method takes; by the direct one, and in pieces, several.
  static std::vector<std::uint32_t> kernels() {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t kernel : {1, 2, 3, 5, 7, 11, 13})
      if (pieces_of(method(), kernel) != 0) out.push_back(kernel);
    return out;
  }
  Conv1d random_conv(const ConvShape& shape) {
    layer_ = random_layer(random_, shape);
    return pack(layer_, method(), set());
  }

  std::mt19937 random_{7};
  Layer layer_;
};

std::string test_name(const testing::TestParamInfo<std::tuple<InstructionSet, Method>>& param) {
  std::string name(name_of(std::get<0>(param.param)));
  for (const char c : name_of(std::get<1>(param.param)))
    if (std::isalnum(c) != 0) name += c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, EachKernel,
                         testing::Combine(testing::ValuesIn(kInstructionSets), testing::ValuesIn(kMethods)), test_name);

TEST_P(EachKernel, IsExactToRounding) {
  constexpr std::pair<std::uint32_t, std::uint32_t> kChannels[] = {{1, 1}, {3, 17}, {16, 16}, {33, 50}, {64, 32}};
  for (const auto kernel : kernels()) {
    for (const std::uint32_t dilation : {1, 2, 3, 5, 12}) {
      for (const auto& [inputs, outputs] : kChannels) {
        const auto conv = random_conv({inputs, outputs, kernel, dilation});
        for (const std::size_t tiles : {1U, 5U, 13U}) {
          const auto rows = tiles * conv.tile();
          const auto input = noise_for(random_, conv, rows);
          EXPECT_LT(relative_error(convolve(conv, input, rows), reference(layer_, input, rows, {.lead = conv.lead()})),
                    error_bound(conv.shape(), method()))
              << words(conv) << ", rows " << rows;
        }
      }
    }
  }
}

TEST_P(EachKernel, ActivatesAndAddsAsAsked) {
  const auto conv = random_conv({20, 24, kernels().back(), 2});
  const auto rows = (2 * kActivatedRows / conv.tile() + 1) * conv.tile();
  const auto input = noise_for(random_, conv, rows);
  const auto residual = noise(random_, rows, 24);
  const auto addend = noise(random_, rows, 24);
  const auto output =
      convolve(conv, input, rows,
               {.residual = residual.input(), .addend = addend.input(), .input_slope = 0.1F, .output_slope = 0.25F});
  auto expected = reference(layer_, input, rows, {.lead = conv.lead(), .input_slope = double{0.1F}});
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t c = 0; c < 24; ++c) {
      auto& value = expected[t * 24 + c];
      value += residual.at(t, c) + addend.at(t, c);
      if (value < 0) value *= 0.25;
    }
  }
  EXPECT_LT(relative_error(output, expected), error_bound(conv.shape(), method()));
}

TEST_P(EachKernel, SumsUpInPlace) {
  const auto conv = random_conv({16, 16, kernels().back(), 3});
  const auto rows = 7 * conv.tile();
  const auto input = noise_for(random_, conv, rows);
  auto sum = noise(random_, rows, 16);
  const auto expected = convolve(conv, input, rows, {.addend = sum.input()});
  AlignedFloats workspace(conv.workspace_floats());
  conv.run({.input = input.input().from(static_cast<std::ptrdiff_t>(conv.lead())),
            .output = sum.output(),
            .rows = rows,
            .addend = sum.input()},
           workspace.span());
  EXPECT_EQ(sum.values(), expected.values());
}

TEST_P(EachKernel, ARowIsTheSameInWhicheverCallAndAtWhateverAddress) {
  const auto conv = random_conv({40, 48, kernels().back(), 3});
  const auto tiles = std::size_t{600} / conv.tile();
  const auto rows = tiles * conv.tile();
  const auto input = noise_for(random_, conv, rows);
  const auto whole = convolve(conv, input, rows, {.input_slope = 0.1F}).values();
  AlignedFloats workspace(conv.workspace_floats());
  for (const std::size_t misaligned : {0U, 1U, 5U}) {
    Signal pieces(rows, 48, misaligned);
    std::uniform_int_distribution<std::size_t> piece(1, tiles / 4);
    for (std::size_t t = 0; t < rows;) {
      const auto count = std::min(piece(random_) * conv.tile(), rows - t);
      const auto at = static_cast<std::ptrdiff_t>(t);
      conv.run({.input = input.input().from(at + static_cast<std::ptrdiff_t>(conv.lead())),
                .output = pieces.output().from(at),
                .rows = count,
                .input_slope = 0.1F},
               workspace.span());
      t += count;
    }
    EXPECT_EQ(pieces.values(), whole) << "misaligned by " << misaligned;
  }
}

TEST_P(EachKernel, ComputesTheSameWithMovedWeights) {
  auto conv = random_conv({20, 40, kernels().back(), 2});
  const auto rows = 3 * conv.tile();
  const auto input = noise_for(random_, conv, rows);
  const auto before = convolve(conv, input, rows).values();
  AlignedFloats memory(conv.weight_floats());
  conv.move_weights(memory.data());
  const auto moved = std::move(conv);
  EXPECT_EQ(convolve(moved, input, rows).values(), before);
}

TEST_P(EachKernel, PadsRowsWithZeros) {
  const auto conv = random_conv({4, 5, kernels().back(), 1});
  const auto rows = 4 * conv.tile();
  const auto output = convolve(conv, noise_for(random_, conv, rows), rows);
  for (std::size_t t = 0; t < rows; ++t)
    for (std::size_t c = 5; c < kBlock; ++c) EXPECT_EQ(output.at(t, c), 0.0F);
}

TEST_P(EachKernel, NaNReachesWhatDependsOnItAndNoTileBeyond) {
  const auto conv = random_conv({8, 8, kernels().back(), 4});
  const auto rows = 30 * conv.tile();
  auto input = noise_for(random_, conv, rows);
  const auto poisoned = rows / 2;  // Counted from the first tap of row 0.
  input.at(poisoned + conv.lead(), 3) = std::numeric_limits<float>::quiet_NaN();
  const auto output = convolve(conv, input, rows, {.input_slope = 0.1F});
  for (std::size_t t = 0; t < rows; ++t) {
    const bool depends = poisoned >= t && poisoned - t <= conv.reach() && (poisoned - t) % 4 == 0;
    const bool near = poisoned + conv.tile() + conv.lead() >= t && t + conv.reach() + conv.tile() >= poisoned;
    if (depends) EXPECT_TRUE(std::isnan(output.at(t, 0))) << t;
    if (!near) EXPECT_FALSE(std::isnan(output.at(t, 0))) << t;
  }
}

TEST_P(EachKernel, DenormalsVanishAndHugeNumbersStayInOrder) {
  const auto conv = random_conv({32, 32, kernels().back(), 1});
  for (auto& bias : layer_.bias) bias = 0;
  const auto unbiased = pack(layer_, method(), set());
  const auto rows = 5 * conv.tile();
  for (const float loudness : {1e-40F, 1e-30F, 1e30F}) {
    auto input = noise_for(random_, unbiased, rows);
    for (std::size_t t = 0; t < input.rows(); ++t)
      for (std::size_t c = 0; c < 32; ++c) input.at(t, c) *= loudness;
    const auto output = convolve(unbiased, input, rows, {.input_slope = 0.1F});
    if (loudness < std::numeric_limits<float>::min()) {
      for (const float value : output.values()) EXPECT_EQ(value, 0.0F);
    } else {
      const auto expected = reference(layer_, input, rows, {.lead = conv.lead(), .input_slope = double{0.1F}});
      EXPECT_LT(relative_error(output, expected), error_bound(conv.shape(), method())) << loudness;
    }
  }
}

TEST(Conv1d, Avx2AndAvx512AgreeToTheBit) {
  if (!runs_here(InstructionSet::kAvx512)) GTEST_SKIP() << "this CPU lacks AVX-512";
  std::mt19937 random(3);
  for (const auto method : kMethods) {
    const auto taps = scheme_of(method).taps;
    const auto layer = random_layer(random, {48, 80, method == Method::kF6x6 ? 11 : taps == 0 ? 7 : taps, 3});
    const auto conv = pack(layer, method, InstructionSet::kAvx2);
    const auto rows = 31 * conv.tile();
    const auto input = noise_for(random, conv, rows);
    const auto other = convolve(pack(layer, method, InstructionSet::kAvx512), input, rows, {.input_slope = 0.1F});
    EXPECT_EQ(convolve(conv, input, rows, {.input_slope = 0.1F}).values(), other.values()) << name_of(method);
  }
}

TEST(Conv1d, RefusesWhatItCannotCompute) {
  const std::vector<float> weights(6);
  const auto code = [&](const ConvShape& shape, const ConvWeights& given, Method method = Method::kDirect) {
    return Conv1d::pack(shape, given, method, InstructionSet::kPortable).error().code;
  };
  EXPECT_EQ(code({0, 1, 1, 1}, {}), Errc::kBadShape);
  EXPECT_EQ(code({1, 5'000, 1, 1}, {}), Errc::kBadShape);
  EXPECT_EQ(code({1, 1, 65, 1}, {}), Errc::kBadShape);
  EXPECT_EQ(code({1, 1, 1, 0}, {}), Errc::kBadShape);
  EXPECT_EQ(code({1, 2, 4, 1}, {.kernel = weights}), Errc::kBadWeights);
  EXPECT_EQ(code({1, 2, 3, 1}, {.kernel = weights, .bias = weights}), Errc::kBadWeights);
  EXPECT_EQ(code({1, 2, 3, 1}, {.kernel = weights}, Method::kF4x5), Errc::kBadShape);
  EXPECT_EQ(code({1, 2, 3, 1}, {.kernel = weights}, Method::kF6x6), Errc::kBadShape);
}

}  // namespace
}  // namespace antiphon::kernel
