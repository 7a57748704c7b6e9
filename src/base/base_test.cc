#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/check.h"
#include "base/result.h"
#include "base/units.h"

namespace antiphon::base {
namespace {

TEST(PlayingTime, IsExactForWholeSecondsAndDoesNotOverflow) {
  EXPECT_EQ(playing_time(SampleCount{22'050}, SampleRate{22'050}), std::chrono::seconds(1));
  EXPECT_EQ(playing_time(SampleCount{24'000ULL * 86'400 * 365}, SampleRate{24'000}), std::chrono::hours(24 * 365));
  EXPECT_EQ(playing_time(SampleCount{1}, SampleRate{24'000}), std::chrono::nanoseconds(41'666));
}

TEST(FromSeconds, SaturatesInsteadOfOverflowing) {
  EXPECT_EQ(from_seconds(0.5), std::chrono::milliseconds(500));
  EXPECT_GT(from_seconds(std::numeric_limits<double>::infinity()), std::chrono::hours(24 * 365 * 100));
  EXPECT_LT(from_seconds(-std::numeric_limits<double>::infinity()), -std::chrono::hours(24 * 365 * 100));
}

TEST(Result, CarriesAValueOrAnError) {
  const Result<int, std::string> good = 3;
  const Result<int, std::string> bad = std::unexpected(std::string("no"));
  EXPECT_EQ(good.value(), 3);
  EXPECT_EQ(bad.error(), "no");
}

TEST(CheckDeathTest, AbortsWithFileLineAndExpression) {
  EXPECT_DEATH(ANTIPHON_CHECK(1 == 2, "arithmetic"), "base_test.cc:[0-9]+: check failed: 1 == 2 \\(arithmetic\\)");
}

TEST(Time, MicrosecondsOfAnotherProcessAreSaturated) {
  EXPECT_EQ(from_microseconds(0), Duration{});
  EXPECT_EQ(from_microseconds(1'500), std::chrono::microseconds(1'500));
  EXPECT_GT(from_microseconds(UINT64_MAX), std::chrono::hours(24));
  EXPECT_EQ(to_microseconds(from_microseconds(1'500)), 1'500U);
  EXPECT_EQ(to_microseconds(std::chrono::nanoseconds(1'999)), 1U);
  EXPECT_EQ(to_microseconds(std::chrono::nanoseconds(-1'999)), 0U);
}

}  // namespace
}  // namespace antiphon::base
