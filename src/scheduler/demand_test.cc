#include "scheduler/demand.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kNow{100s};

Supply supply(double rate, base::Duration reserve = 0ms) { return {.now = kNow, .rate = rate, .reserve = reserve}; }

/// A stream as the account of chunks sees it: every `period` from `due` on a chunk that costs `cost`, `count` of them.
struct Chunks {
  base::TimePoint due;
  double period = 0.5;
  double cost = 0.05;
  int count = 1;

  [[nodiscard]] DemandLine line() const {
    return {.due = due,
            .first = base::from_seconds(cost),
            .rate = cost / period,
            .total = base::from_seconds(cost * count)};
  }
};

/// The test that the lines stand for: every chunk of every stream, in the order of their dues.
bool oracle(const std::vector<Chunks>& streams, const Supply& given) {
  struct Item {
    double due;
    double cost;
    bool counts;
  };
  std::vector<Item> items;
  const double reserve = base::to_seconds(given.reserve);
  const double begin =
      std::max(base::to_seconds(streams.back().due - kNow), (streams.back().cost + reserve) / given.rate);
  for (const auto& stream : streams) {
    const double soonest = (stream.cost + reserve) / given.rate;
    const double due = std::max(base::to_seconds(stream.due - kNow), soonest);
    for (int i = 0; i < stream.count; ++i) {
      const double at = due + i * stream.period;
      items.push_back({at, stream.cost, at >= begin - 1e-9});
    }
  }
  std::ranges::sort(items, {}, &Item::due);
  double sum = 0;
  for (const auto& item : items) {
    sum += item.cost;
    if (item.counts && sum > given.rate * item.due - reserve + 1e-6) return false;
  }
  return true;
}

std::vector<DemandLine> lines(const std::vector<Chunks>& streams) {
  std::vector<DemandLine> result;
  for (const auto& stream : streams) result.push_back(stream.line());
  return result;
}

TEST(Demand, AnEmptyCellTakesWhatOneWorkerCanDoAndNoMore) {
  const DemandCurve nothing({}, supply(1.0));
  const Chunks light{.due = kNow + 1s, .count = 100};
  EXPECT_TRUE(nothing.fits(std::vector{light.line()}));
  const Chunks heavy{.due = kNow + 1s, .period = 0.5, .cost = 0.6, .count = 100};
  EXPECT_FALSE(nothing.fits(std::vector{heavy.line()}));
}

TEST(Demand, RefusesTheStreamThatWouldBeOneTooMany) {
  std::vector<DemandLine> admitted;
  const Chunks stream{.due = kNow + 1s, .period = 0.5, .cost = 0.05, .count = 200};
  while (DemandCurve(admitted, supply(0.9)).fits(std::vector{stream.line()})) admitted.push_back(stream.line());
  EXPECT_EQ(admitted.size(), 9U) << "0.9 worker-seconds per second at 0.1 each";
}

TEST(Demand, ALateStreamIsNoReasonToRefuseEverybody) {
  const Chunks sick{.due = kNow - 60s, .period = 0.5, .cost = 0.05, .count = 20};
  const Chunks newcomer{.due = kNow + 900ms, .period = 0.5, .cost = 0.05, .count = 20};
  EXPECT_TRUE(DemandCurve(lines({sick}), supply(0.9)).fits(std::vector{newcomer.line()}));
}

TEST(Demand, TheReserveIsNotPromised) {
  const Chunks first{.due = kNow + 100ms, .period = 1, .cost = 0.05, .count = 1};
  const Chunks second{.due = kNow + 120ms, .period = 1, .cost = 0.05, .count = 1};
  EXPECT_TRUE(DemandCurve(lines({first}), supply(1.0)).fits(std::vector{second.line()}));
  EXPECT_FALSE(DemandCurve(lines({first}), supply(1.0, 40ms)).fits(std::vector{second.line()}));
}

TEST(Demand, WithoutWorkersNothingFits) {
  const Chunks any{.due = kNow + 1s, .count = 1};
  EXPECT_FALSE(DemandCurve({}, supply(0)).fits(std::vector{any.line()}));
  EXPECT_EQ(DemandCurve({}, supply(0)).earliest(std::vector{any.line()}, 100ms, 120s), 120s);
}

TEST(Demand, NeverAdmitsWhatTheAccountOfChunksRefuses) {
  int admitted = 0;
  int oracle_admitted = 0;
  for (std::uint32_t seed = 1; seed <= 20'000; ++seed) {
    std::mt19937 random(seed);
    const auto real = [&](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
    const auto given = supply(real(0.5, 4), base::from_seconds(real(0, 0.1)));
    std::vector<Chunks> streams;
    const int n = std::uniform_int_distribution(1, 24)(random);
    for (int i = 0; i < n; ++i) {
      const double period = real(0.1, 1);
      streams.push_back({.due = kNow + base::from_seconds(real(-0.5, 3)),
                         .period = period,
                         .cost = period * real(0.02, 0.4),
                         .count = std::uniform_int_distribution(1, 60)(random)});
    }
    auto others = streams;
    others.pop_back();
    const bool fits = DemandCurve(lines(others), given).fits(std::vector{streams.back().line()});
    const bool fits_oracle = oracle(streams, given);
    ASSERT_FALSE(fits && !fits_oracle) << "seed " << seed;
    admitted += fits ? 1 : 0;
    oracle_admitted += fits_oracle ? 1 : 0;
  }
  EXPECT_GT(admitted, 2'000) << "the test would prove nothing if it refused all";
  EXPECT_GT(admitted, oracle_admitted * 8 / 10) << "lines cost little against chunks";
}

TEST(Demand, TheEarliestDelayFitsAndASmallerOneDoesNot) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto real = [&](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
    std::vector<DemandLine> admitted;
    for (int i = 0; i < 40; ++i) {
      const Chunks stream{.due = kNow + base::from_seconds(real(0, 2)), .count = 1 + static_cast<int>(seed % 50)};
      if (DemandCurve(admitted, supply(0.9)).fits(std::vector{stream.line()})) admitted.push_back(stream.line());
    }
    const Chunks newcomer{.due = kNow + 900ms, .count = 40};
    const DemandCurve curve(admitted, supply(0.9));
    const std::vector more{newcomer.line()};
    const auto delay = curve.earliest(more, 50ms, 120s);
    EXPECT_TRUE(curve.fits(more, delay)) << "seed " << seed;
    if (delay > 0s) EXPECT_FALSE(curve.fits(more, delay * 9 / 10 - 50ms)) << "seed " << seed;
  }
}

TEST(Demand, LoadIsTheShareThatIsAskedFor) {
  const Chunks stream{.due = kNow + 1s, .period = 0.5, .cost = 0.05, .count = 10'000};
  const DemandCurve curve(std::vector(5, stream.line()), supply(1.0));
  EXPECT_NEAR(curve.load(60s), 0.5, 0.01);
  EXPECT_EQ(DemandCurve({}, supply(1.0)).load(1s), 0);
}

}  // namespace
}  // namespace antiphon::scheduler
