#include "kernel/map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "kernel/test_convolution.h"

namespace antiphon::kernel {
namespace {

double leaky(double x, double slope) { return x > 0 ? x : x * slope; }

double expected(Function function, double a, double b, double slope) {
  switch (function) {
    case Function::kLeaky:
      return leaky(a, slope);
    case Function::kTanh:
      return std::tanh(a);
    case Function::kSigmoid:
      return 1 / (1 + std::exp(-a));
    case Function::kExp:
      return std::exp(a);
    case Function::kAdd:
      return a + b;
    case Function::kSubtract:
      return a - b;
    case Function::kMultiply:
      return a * b;
    case Function::kGate:
      return std::tanh(a) / (1 + std::exp(-b));
  }
  return 0;
}

class EachFunction : public testing::TestWithParam<std::tuple<InstructionSet, Function>> {
 protected:
  void SetUp() override {
    if (!runs_here(set())) GTEST_SKIP() << "this CPU lacks " << name_of(set());
  }
  static InstructionSet set() { return std::get<0>(GetParam()); }
  static Function function() { return std::get<1>(GetParam()); }
  static Signal computed(const Signal& a, const Signal& b, float slope = 0.25F, std::size_t misaligned = 0) {
    Signal output(a.rows(), a.channels(), misaligned);
    map(kernels_of(set()), function(),
        {.a = a.input(),
         .b = b.input(),
         .output = output.output(),
         .rows = a.rows(),
         .width = padded(a.channels()),
         .slope = slope});
    return output;
  }
  std::mt19937 random_{11};
};

INSTANTIATE_TEST_SUITE_P(Kernels, EachFunction,
                         testing::Combine(testing::ValuesIn(kInstructionSets), testing::ValuesIn(kFunctions)),
                         [](const auto& param) {
                           return std::string(name_of(std::get<0>(param.param))) + "_" +
                                  std::string(name_of(std::get<1>(param.param)));
                         });

TEST_P(EachFunction, IsExactToRounding) {
  for (const double scale : {1e-30, 1e-6, 1e-3, 0.3, 1.0, 8.0, 30.0}) {
    for (const std::size_t channels : {1U, 16U, 40U}) {
      const std::size_t rows = 50;
      auto a = noise(random_, rows, channels);
      auto b = noise(random_, rows, channels, 3);
      for (std::size_t t = 0; t < rows; ++t) {
        for (std::size_t c = 0; c < channels; ++c) {
          a.at(t, c) = static_cast<float>(a.at(t, c) * scale);
          b.at(t, c) = static_cast<float>(b.at(t, c) * scale);
        }
      }
      const auto output = computed(a, b, 0.25F, 5);
      for (std::size_t t = 0; t < rows; ++t) {
        for (std::size_t c = 0; c < channels; ++c) {
          const double x = function() == Function::kExp ? std::clamp<double>(a.at(t, c), -87, 88) : a.at(t, c);
          const double wanted = expected(function(), x, b.at(t, c), 0.25);
          EXPECT_NEAR(output.at(t, c), wanted, 0x1p-21 * std::abs(wanted) + 1e-37) << x << ", " << b.at(t, c);
        }
      }
    }
  }
}

TEST_P(EachFunction, NaNStaysAndTheGreatestNumbersAreInOrder) {
  Signal a(1, 16);
  const Signal b(1, 16);
  constexpr auto kHuge = std::numeric_limits<float>::max();
  a.at(0, 0) = std::numeric_limits<float>::quiet_NaN();
  a.at(0, 1) = kHuge;
  a.at(0, 2) = -kHuge;
  a.at(0, 3) = std::numeric_limits<float>::denorm_min();
  const auto output = computed(a, b);
  EXPECT_TRUE(std::isnan(output.at(0, 0)));
  for (int c = 1; c < 4; ++c) EXPECT_TRUE(std::isfinite(output.at(0, static_cast<std::size_t>(c)))) << c;
  if (function() == Function::kTanh) {
    EXPECT_EQ(output.at(0, 1), 1);
    EXPECT_EQ(output.at(0, 2), -1);
  }
  if (function() == Function::kSigmoid) {
    EXPECT_EQ(output.at(0, 1), 1);
    EXPECT_LT(output.at(0, 2), 1e-37F);
  }
}

TEST_P(EachFunction, TakesOneRowForAllAndWorksInPlace) {
  auto a = noise(random_, 9, 32);
  const auto b = noise(random_, 1, 32);
  Signal repeated(9, 32);
  for (std::size_t t = 0; t < 9; ++t)
    for (std::size_t c = 0; c < 32; ++c) repeated.at(t, c) = b.at(0, c);
  const auto wanted = computed(a, repeated);
  map(kernels_of(set()), function(),
      {.a = a.input(), .b = {b.input().data, 0}, .output = a.output(), .rows = 9, .width = 32, .slope = 0.25F});
  EXPECT_EQ(a.values(), wanted.values());
}

TEST(Map, Avx2AndAvx512AgreeToTheBit) {
  if (!runs_here(InstructionSet::kAvx512)) GTEST_SKIP() << "this CPU lacks AVX-512";
  std::mt19937 random(3);
  for (const auto function : kFunctions) {
    const auto a = noise(random, 100, 48);
    const auto b = noise(random, 100, 48);
    const auto computed = [&](InstructionSet set) {
      Signal output(100, 48);
      map(kernels_of(set), function,
          {.a = a.input(), .b = b.input(), .output = output.output(), .rows = 100, .width = 48, .slope = 0.1F});
      return output.values();
    };
    EXPECT_EQ(computed(InstructionSet::kAvx2), computed(InstructionSet::kAvx512)) << name_of(function);
  }
}

}  // namespace
}  // namespace antiphon::kernel
