#include "engine/common/noise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace antiphon::engine {
namespace {

TEST(Philox, GivesThePublishedValues) {
  // The known answers that come with the authors' own library, Random123.
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
  EXPECT_EQ(philox({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {0xFFFFFFFF, 0xFFFFFFFF}),
            (PhiloxCounter{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}));
  EXPECT_EQ(philox({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}),
            (PhiloxCounter{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}));
}

TEST(NormalQuantile, InvertsTheDistribution) {
  for (const double p : {1e-300, 1e-30, 1e-12, 0x1p-33, 1e-6, 0.001, 0.07, 0.0749999, 0.0750001, 0.2, 0.4, 0.5}) {
    const double z = normal_quantile(p);
    const double back = std::erfc(-z / std::sqrt(2.0)) / 2;
    EXPECT_NEAR(back / p, 1, 1e-11) << p;
    if (p > 0.001) EXPECT_NEAR(normal_quantile(1 - p), -z, 1e-12) << p;
  }
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_EQ(normal_quantile(0.5), 0);
}

TEST(NoiseSource, IsNormal) {
  const NoiseSource source{.seed = 5, .segment_index = 2};
  constexpr std::uint32_t kRows = 2000;
  std::vector<float> row(192);
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  double neighbours = 0;
  for (std::uint32_t r = 0; r < kRows; ++r) {
    source.fill(NoiseUse::kPrior, r, row);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto x = static_cast<double>(row[i]);
      sum += x;
      squares += x * x;
      fourth += x * x * x * x;
      if (i > 0) neighbours += x * static_cast<double>(row[i - 1]);
    }
  }
  const double n = kRows * static_cast<double>(row.size());
  EXPECT_NEAR(sum / n, 0, 0.008);
  EXPECT_NEAR(squares / n, 1, 0.012);
  EXPECT_NEAR(fourth / n, 3, 0.1);
  EXPECT_NEAR(neighbours / n, 0, 0.008);
}

TEST(NoiseSource, DependsOnAllOfItsPlaceAndOnNothingElse) {
  const auto draw = [](std::uint64_t seed, std::uint32_t segment, NoiseUse use, std::uint32_t row, std::size_t lanes) {
    std::vector<float> values(lanes);
    NoiseSource{.seed = seed, .segment_index = segment}.fill(use, row, values);
    return values;
  };
  const auto base = draw(1, 0, NoiseUse::kPrior, 0, 7);
  EXPECT_EQ(draw(1, 0, NoiseUse::kPrior, 0, 7), base);
  EXPECT_NE(draw(2, 0, NoiseUse::kPrior, 0, 7), base);
  EXPECT_NE(draw(1 + (1ULL << 32U), 0, NoiseUse::kPrior, 0, 7), base);
  EXPECT_NE(draw(1, 1, NoiseUse::kPrior, 0, 7), base);
  EXPECT_NE(draw(1, 0, NoiseUse::kDuration, 0, 7), base);
  EXPECT_NE(draw(1, 0, NoiseUse::kPrior, 1, 7), base);
  auto longer = draw(1, 0, NoiseUse::kPrior, 0, 192);
  longer.resize(7);
  EXPECT_EQ(longer, base);
}

TEST(NoiseSource, GivesTheSameBitsEverywhere) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  std::vector<float> row(192);
  for (std::uint32_t r = 0; r < 500; ++r) {
    NoiseSource{.seed = 42, .segment_index = 3}.fill(NoiseUse::kPrior, r, row);
    for (const float value : row) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001B3ULL;
  }
  EXPECT_EQ(hash, 0x21ABC4AFCC244CD7ULL);
}

}  // namespace
}  // namespace antiphon::engine
