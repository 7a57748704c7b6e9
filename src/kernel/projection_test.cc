#include "kernel/projection.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernel/test_convolution.h"

namespace antiphon::kernel {
namespace {

class ProjectionTest : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!runs_here(GetParam())) GTEST_SKIP() << "this CPU lacks " << name_of(GetParam());
  }
  std::mt19937 random_{5};
};
INSTANTIATE_TEST_SUITE_P(Kernels, ProjectionTest, testing::ValuesIn(kInstructionSets),
                         [](const auto& param) { return std::string(name_of(param.param)); });

Projection pack(const Layer& layer, InstructionSet set) {
  auto projection = Projection::pack(layer.shape, layer.weights(), set);
  EXPECT_TRUE(projection.has_value());
  return std::move(*projection);
}

TEST_P(ProjectionTest, IsExactToRoundingAndTheSameInAnyCalls) {
  for (const std::uint32_t channels : {1, 3, 16, 33, 64}) {
    for (const std::uint32_t kernel : {1, 2, 7}) {
      for (const std::uint32_t dilation : {1, 3}) {
        const auto layer = random_layer(random_, {channels, 1, kernel, dilation});
        const auto projection = pack(layer, GetParam());
        constexpr std::size_t kRows = 23;
        const auto input = noise(random_, kRows + projection.reach(), channels, channels % 7);
        std::vector<float> output(kRows);
        projection.run({.input = input.input(), .output = output.data(), .rows = kRows, .input_slope = 0.01F});
        const auto wanted = reference(layer, input, kRows, {.input_slope = double{0.01F}});
        const auto bound = 4 * (2 + std::sqrt(double{1} * channels * kernel)) * 0x1p-24;
        for (std::size_t t = 0; t < kRows; ++t) EXPECT_NEAR(output[t], wanted[t], bound * 4) << channels;
        std::vector<float> pieces(kRows);
        for (std::size_t t = 0; t < kRows; t += 5) {
          projection.run({.input = input.input().from(static_cast<std::ptrdiff_t>(t)),
                          .output = pieces.data() + t,
                          .rows = std::min<std::size_t>(5, kRows - t),
                          .input_slope = 0.01F});
        }
        EXPECT_EQ(pieces, output);
      }
    }
  }
}

TEST_P(ProjectionTest, NaNReachesWhatDependsOnItAlone) {
  const auto projection = pack(random_layer(random_, {8, 1, 3, 2}), GetParam());
  auto input = noise(random_, 24, 8);
  input.at(10, 7) = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> output(20);
  projection.run({.input = input.input(), .output = output.data(), .rows = 20, .input_slope = 0.1F});
  for (std::size_t t = 0; t < 20; ++t) EXPECT_EQ(std::isnan(output[t]), t == 6 || t == 8 || t == 10) << t;
}

TEST(Projection, Avx2AndAvx512AgreeToTheBit) {
  if (!runs_here(InstructionSet::kAvx512)) GTEST_SKIP() << "this CPU lacks AVX-512";
  std::mt19937 random(3);
  const auto layer = random_layer(random, {32, 1, 7, 1});
  const auto input = noise(random, 106, 32);
  const auto computed = [&](InstructionSet set) {
    std::vector<float> output(100);
    pack(layer, set).run({.input = input.input(), .output = output.data(), .rows = 100, .input_slope = 0.1F});
    return output;
  };
  EXPECT_EQ(computed(InstructionSet::kAvx2), computed(InstructionSet::kAvx512));
}

TEST(Projection, RefusesWhatItCannotCompute) {
  const std::vector<float> weights(6);
  const auto code = [&](const ConvShape& shape, std::span<const float> kernel) {
    return Projection::pack(shape, {.kernel = kernel}, InstructionSet::kPortable).error().code;
  };
  EXPECT_EQ(code({3, 2, 1, 1}, weights), Errc::kBadShape);
  EXPECT_EQ(code({3, 1, 0, 1}, weights), Errc::kBadShape);
  EXPECT_EQ(code({3, 1, 1, 1}, weights), Errc::kBadWeights);
}

}  // namespace
}  // namespace antiphon::kernel
