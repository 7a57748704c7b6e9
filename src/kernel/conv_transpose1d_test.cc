#include "kernel/conv_transpose1d.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/test_convolution.h"

namespace antiphon::kernel {
namespace {

class ConvTranspose1dTest : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!runs_here(GetParam())) GTEST_SKIP() << "this CPU lacks " << name_of(GetParam());
  }
  std::mt19937 random_{13};
};
INSTANTIATE_TEST_SUITE_P(Kernels, ConvTranspose1dTest, testing::ValuesIn(kInstructionSets),
                         [](const auto& param) { return std::string(name_of(param.param)); });

/// Row n of y, given that x[0] is at row `first` of the signal.
double reference(const ConvTransposeShape& shape, const ConvWeights& weights, const Signal& x, std::size_t first,
                 std::size_t n, std::size_t output) {
  double sum = weights.bias[output];
  for (std::size_t j = n % shape.stride; j < shape.kernel; j += shape.stride) {
    const auto row = first + n / shape.stride - j / shape.stride;
    for (std::size_t i = 0; i < shape.inputs; ++i) {
      const double value = x.at(row, i);
      sum += (value > 0 ? value : value * double{0.1F}) *
             weights.kernel[(i * shape.outputs + output) * shape.kernel + j] * weights.scale;
    }
  }
  return sum;
}

TEST_P(ConvTranspose1dTest, IsExactToRounding) {
  constexpr ConvTransposeShape kShapes[] = {{5, 3, 4, 2},    {16, 16, 16, 8}, {40, 20, 8, 4}, {8, 4, 11, 5},
                                            {64, 32, 16, 8}, {3, 7, 3, 3},    {4, 2, 7, 2},   {1, 1, 1, 1}};
  for (const auto& shape : kShapes) {
    auto kernel = noise(random_, std::size_t{shape.inputs} * shape.outputs * shape.kernel);
    for (auto& value : kernel) value /= std::sqrt(static_cast<float>(shape.inputs));
    const auto bias = noise(random_, shape.outputs);
    const ConvWeights weights{.kernel = kernel, .bias = bias, .scale = 1.0 / 3};
    for (const auto method : kMethods) {
      const auto taps = ConvTranspose1d::taps_of(shape);
      if (pieces_of(method, taps) == 0) continue;
      const auto conv = ConvTranspose1d::pack(shape, weights, method, GetParam());
      ASSERT_TRUE(conv) << conv.error().message;
      const auto rows = 5 * conv->phases().tile();
      const auto lead = conv->phases().lead();
      const auto input = noise(random_, lead + taps - 1 + rows, shape.inputs);
      Signal output(rows * shape.stride, shape.outputs);
      AlignedFloats workspace(conv->phases().workspace_floats());
      conv->run({.input = input.input().from(static_cast<std::ptrdiff_t>(lead)),
                 .output = output.output(),
                 .rows = rows,
                 .input_slope = 0.1F},
                workspace.span());
      for (std::size_t n = 0; n < output.rows(); ++n) {
        for (std::size_t o = 0; o < shape.outputs; ++o) {
          EXPECT_NEAR(output.at(n, o), reference(shape, weights, input, lead + taps - 1, n, o), 3e-5)
              << name_of(method) << ", stride " << shape.stride << ", row " << n;
        }
      }
    }
  }
}

TEST(ConvTranspose1d, RefusesWhatItCannotCompute) {
  const std::vector<float> weights(24);
  const auto code = [&](const ConvTransposeShape& shape, const ConvWeights& given, Method method = Method::kDirect) {
    return ConvTranspose1d::pack(shape, given, method, InstructionSet::kPortable).error().code;
  };
  EXPECT_EQ(code({2, 3, 4, 0}, {.kernel = weights}), Errc::kBadShape);
  EXPECT_EQ(code({2, 3, 4, 5}, {.kernel = weights}), Errc::kBadShape);
  EXPECT_EQ(code({2, 300, 16, 16}, {.kernel = weights}), Errc::kBadShape);
  EXPECT_EQ(code({2, 3, 3, 2}, {.kernel = weights}), Errc::kBadWeights);
  EXPECT_EQ(code({2, 3, 4, 2}, {.kernel = weights, .bias = weights}), Errc::kBadWeights);
  EXPECT_EQ(code({2, 3, 4, 2}, {.kernel = weights}, Method::kF6x7), Errc::kBadShape);
}

}  // namespace
}  // namespace antiphon::kernel
