#include "scheduler/cost_estimator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr VoiceId kVoice{1};

/// A voice whose jobs take fixed + ratio * audio, with noise of 10 % and outliers.
struct Truth {
  double fixed = 0.002;
  double ratio = 0.1;
  double outlier_share = 0;
  double outlier_factor = 20;
};

/// Chunks as a busy cell renders them: mostly of half a second, sometimes shorter at an end or a start.
class Jobs {
 public:
  explicit Jobs(std::uint32_t seed) : random_(seed) {}

  void feed(LinearCost& cost, const Truth& truth, int count) {
    for (int i = 0; i < count; ++i) {
      const double audio = one_in(4) ? real(0.1, 0.4) : 0.42;
      double took = (truth.fixed + truth.ratio * audio) * std::lognormal_distribution(0.0, 0.1)(random_);
      if (real(0, 1) < truth.outlier_share) took *= truth.outlier_factor;
      cost.observe(audio, took);
    }
  }

 private:
  double real(double low, double high) { return std::uniform_real_distribution(low, high)(random_); }
  bool one_in(int n) { return std::uniform_int_distribution(1, n)(random_) == 1; }
  std::mt19937 random_;
};

void each_seed(const std::function<void(std::uint32_t)>& body) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    body(seed);
  }
}

TEST(LinearCost, FindsTheRatioAndTheFixedPartFromAPriorThatIsFarOff) {
  for (const Truth truth : {Truth{.fixed = 0.002, .ratio = 0.08}, Truth{.fixed = 0.04, .ratio = 0.2},
                            Truth{.fixed = 0.01, .ratio = 0.5}, Truth{.fixed = 0.001, .ratio = 0.01}}) {
    each_seed([&](std::uint32_t seed) {
      SCOPED_TRACE("fixed " + std::to_string(truth.fixed) + " ratio " + std::to_string(truth.ratio));
      LinearCost cost(0.002, 0.1);
      Jobs(seed).feed(cost, truth, 1000);
      EXPECT_NEAR(cost.expected(0.42), truth.fixed + truth.ratio * 0.42, 0.12 * (truth.fixed + truth.ratio * 0.42));
      EXPECT_NEAR(cost.expected(0.2), truth.fixed + truth.ratio * 0.2, 0.2 * (truth.fixed + truth.ratio * 0.2));
      EXPECT_NEAR(cost.fixed(), truth.fixed, std::max(0.006, 0.35 * truth.fixed));
    });
  }
}

TEST(LinearCost, IsRoughlyRightAfterTenJobs) {
  each_seed([](std::uint32_t seed) {
    LinearCost cost(0.002, 0.1);
    Jobs(seed).feed(cost, {.fixed = 0.002, .ratio = 0.4}, 10);
    EXPECT_NEAR(cost.expected(0.42), 0.17, 0.06);
  });
}

TEST(LinearCost, AFewOutliersAreNoTrend) {
  each_seed([](std::uint32_t seed) {
    LinearCost cost(0.002, 0.1);
    Jobs(seed).feed(cost, {.outlier_share = 0.02}, 2000);
    EXPECT_NEAR(cost.expected(0.42), 0.044, 0.2 * 0.044);
    const double before = cost.expected(0.42);
    cost.observe(0.42, 5.0);
    EXPECT_LE(cost.expected(0.42), 1.15 * before) << "a single job of a hundred times its cost";
  });
}

TEST(LinearCost, FollowsAMachineThatSlowsDownAndRecovers) {
  each_seed([](std::uint32_t seed) {
    Jobs jobs(seed);
    LinearCost cost(0.002, 0.1);
    jobs.feed(cost, {}, 500);
    const double fixed = cost.fixed();
    jobs.feed(cost, {.fixed = 0.004, .ratio = 0.2}, 25);
    EXPECT_GE(cost.expected(0.42), 1.6 * 0.044) << "25 jobs after it began";
    jobs.feed(cost, {.fixed = 0.004, .ratio = 0.2}, 600);
    EXPECT_NEAR(cost.expected(0.42), 0.088, 0.2 * 0.088) << "while it lasts";
    jobs.feed(cost, {}, 30);
    EXPECT_NEAR(cost.expected(0.42), 0.044, 0.25 * 0.044) << "30 jobs after it ended";
    EXPECT_NEAR(cost.fixed(), fixed, 0.006) << "what was learnt about the shape is kept";
  });
}

TEST(LinearCost, KnowsWhatOneJobInTwentyExceeds) {
  each_seed([](std::uint32_t seed) {
    Jobs jobs(seed);
    LinearCost steady(0.002, 0.1);
    jobs.feed(steady, {}, 1500);
    EXPECT_GE(steady.p95(), 1.05);
    EXPECT_LE(steady.p95(), 1.5);
    LinearCost wild(0.002, 0.1);
    jobs.feed(wild, {.outlier_share = 0.1, .outlier_factor = 4}, 1500);
    EXPECT_GE(wild.p95(), 1.6);
  });
}

TEST(LinearCost, IgnoresWhatIsNoTime) {
  LinearCost cost(0.002, 0.1);
  for (const double nothing :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    cost.observe(0.4, nothing);
    cost.observe(nothing, nothing);
  }
  EXPECT_EQ(cost.observations(), 0U);
  EXPECT_DOUBLE_EQ(cost.expected(1.0), 0.102);
}

TEST(LinearCost, StaysSaneWhateverItIsFed) {
  each_seed([](std::uint32_t seed) {
    std::mt19937 random(seed);
    LinearCost cost(0.002, 0.1);
    for (int i = 0; i < 5000; ++i) {
      const auto any = [&] { return std::pow(10.0, std::uniform_real_distribution(-9.0, 6.0)(random)); };
      cost.observe(any(), any());
      ASSERT_TRUE(std::isfinite(cost.fixed()) && cost.fixed() >= 0) << i;
      ASSERT_TRUE(std::isfinite(cost.ratio()) && cost.ratio() > 0) << i;
      ASSERT_GE(cost.p95(), 1.0);
    }
  });
}

TEST(CostBook, KeepsBusyWorkersDevicesAndVoicesApart) {
  CostBook book;
  const CostKey alone{.voice = kVoice, .busy = 1};
  const CostKey crowded{.voice = kVoice, .busy = 16};
  const CostKey card{.voice = kVoice, .device = DeviceId{7}, .busy = 1};
  for (int i = 0; i < 200; ++i) {
    book.observe_render(alone, 500ms, 50ms);
    book.observe_render(crowded, 500ms, 100ms);
    book.observe_render(card, 500ms, 5ms);
  }
  EXPECT_NEAR(base::to_seconds(book.model(alone).render_cost(500ms)), 0.05, 0.005);
  EXPECT_NEAR(base::to_seconds(book.model(crowded).render_cost(500ms)), 0.1, 0.01);
  EXPECT_NEAR(base::to_seconds(book.model(card).render_cost(500ms)), 0.005, 0.001);
  EXPECT_EQ(book.model({.voice = VoiceId{2}}).prior(), CostModel::Prior{}) << "another voice is not known";
  EXPECT_EQ(book.model({.voice = kVoice, .busy = 12}).render_cost(500ms), book.model(crowded).render_cost(500ms))
      << "9 to 16 count as one";
  EXPECT_EQ(book.model({.voice = kVoice, .busy = 2}).render_cost(500ms), book.model(alone).render_cost(500ms))
      << "the nearest that was seen";
}

TEST(CostBook, BeginsWithWhatAnEarlierRunLearnt) {
  CostBook first;
  for (int i = 0; i < 500; ++i) {
    first.observe_render({.voice = kVoice}, i % 2 == 0 ? 500ms : 200ms, i % 2 == 0 ? 240ms : 120ms);
    first.observe_plan({.voice = kVoice}, 4s, 80ms);
  }
  const auto kept = first.model({.voice = kVoice}).prior();
  CostBook second;
  second.set_prior(kVoice, kept);
  EXPECT_EQ(second.model({.voice = kVoice, .busy = 4}).prior(), kept);
  EXPECT_NEAR(kept.plan_ratio, 0.02, 0.002);
  EXPECT_NEAR(base::to_seconds(second.model({.voice = kVoice}).render_cost(500ms)), 0.24, 0.03);
}

TEST(CostBook, WhatWasLearntIsKeptOverARestart) {
  CostBook first;
  EXPECT_TRUE(first.learnt().empty());
  const CostKey alone{.voice = kVoice, .device = DeviceId{3}, .busy = 1};
  const CostKey crowded{.voice = kVoice, .device = DeviceId{3}, .busy = 7};
  for (int i = 0; i < 300; ++i) {
    first.observe_render(alone, 500ms, 50ms);
    if (i < 100) first.observe_render(crowded, 500ms, 100ms);
    first.observe_render({.voice = VoiceId{2}}, 500ms, 20ms);
  }
  const auto kept = first.learnt();
  ASSERT_EQ(kept.size(), 3U);
  CostBook second;
  EXPECT_EQ(second.restore(kept), 3U);
  for (const auto& key : {alone, crowded, CostKey{.voice = VoiceId{2}}}) {
    EXPECT_NEAR(second.model(key).ratio(), first.model(key).ratio(), 1e-9);
    EXPECT_EQ(second.model(key).fixed(), first.model(key).fixed());
  }
  EXPECT_EQ(second.model({.voice = kVoice, .device = DeviceId{9}}).ratio(), first.model(alone).ratio())
      << "a device that was not seen begins with what was learnt from most jobs";
  EXPECT_TRUE(second.learnt().empty()) << "nothing was observed yet";
  for (int i = 0; i < 30; ++i) second.observe_render(alone, 500ms, 100ms);
  EXPECT_NEAR(base::to_seconds(second.model(alone).render_cost(500ms)), 0.1, 0.02) << "and it goes on learning";
}

TEST(CostBook, RecordsThatCannotBeAreLeftOut) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<LearntCost> broken = {
      {.key = {.voice = kVoice}, .prior = {.ratio = 0}},         {.key = {.voice = kVoice}, .prior = {.ratio = kNan}},
      {.key = {.voice = kVoice}, .prior = {.ratio = 1e9}},       {.key = {.voice = kVoice}, .prior = {.fixed = -1ms}},
      {.key = {.voice = kVoice}, .prior = {.plan_ratio = kNan}}, {.key = {.voice = kVoice, .busy = 0}},
  };
  CostBook book;
  EXPECT_EQ(book.restore(broken), 0U);
  EXPECT_EQ(book.model({.voice = kVoice}).prior(), CostModel::Prior{});
}

TEST(CostBook, CountsCpuTimeApart) {
  CostBook book;
  const CostKey key{.voice = kVoice};
  EXPECT_EQ(book.render(key, 500ms).expected.cpu, book.render(key, 500ms).expected.wall) << "as long as it is unknown";
  for (int i = 0; i < 200; ++i) book.observe_render(key, 500ms, {100ms, 40ms});
  const auto times = book.render(key, 500ms);
  EXPECT_NEAR(base::to_seconds(times.expected.wall), 0.1, 0.01);
  EXPECT_NEAR(base::to_seconds(times.expected.cpu), 0.04, 0.004);
  EXPECT_GE(times.p95.wall, times.expected.wall);
}

TEST(CostBook, WhatIsFarAwayIsDearerUntilItIsKnown) {
  CostBook book;
  const CostKey near{.voice = kVoice, .device = DeviceId{1}, .busy = 1};
  const CostKey far{.voice = kVoice, .device = DeviceId{2}, .busy = 1};
  book.set_prior(kVoice, {.fixed = 2ms, .ratio = 0.1, .plan_ratio = 0.02});
  book.set_distance(far.device, {.fixed = 40ms, .ratio = 0.05});
  EXPECT_EQ(book.model(near).fixed(), 2ms);
  EXPECT_EQ(book.model(far).fixed(), 42ms);
  EXPECT_DOUBLE_EQ(book.model(far).ratio(), 0.15);
  for (int i = 0; i < 200; ++i) book.observe_render(far, 1s, 210ms);
  EXPECT_NEAR(base::to_seconds(book.model(far).render_cost(1s)), 0.21, 0.01) << "what was seen has the distance in it";
}

DeviceId nth(std::size_t n) { return DeviceId{100 + n}; }

/// A book that has learnt about as many devices as it remembers, the first one longest ago.
CostBook full_book() {
  CostBook book;
  for (std::size_t n = 0; n < CostBook::kMostDevices; ++n) {
    book.set_distance(nth(n), {.fixed = 40ms});
    for (int i = 0; i < 20; ++i) book.observe_render({.voice = kVoice, .device = nth(n)}, 1s, 200ms);
  }
  return book;
}

bool knows(const CostBook& book, DeviceId device) {
  return std::ranges::any_of(book.learnt(), [&](const LearntCost& one) { return one.key.device == device; });
}

TEST(CostBook, OfMoreDevicesThanItRemembersTheOneUsedLongestAgoIsForgotten) {
  auto book = full_book();
  EXPECT_EQ(book.learnt().size(), CostBook::kMostDevices);
  book.observe_plan({.voice = kVoice, .device = nth(0)}, 4s, 80ms);
  book.observe_render({.voice = kVoice, .device = nth(CostBook::kMostDevices)}, 1s, 200ms);
  EXPECT_EQ(book.learnt().size(), CostBook::kMostDevices);
  EXPECT_TRUE(knows(book, nth(0))) << "it was used since";
  EXPECT_FALSE(knows(book, nth(1)));
  EXPECT_EQ(book.model({.voice = kVoice, .device = nth(1)}).prior(), CostModel::Prior{}) << "nor how far it is";
  EXPECT_TRUE(knows(book, nth(2)));
  for (std::size_t n = 0; n < 10 * CostBook::kMostDevices; ++n) book.set_distance(nth(n), {});
  EXPECT_LE(book.learnt().size(), CostBook::kMostDevices);
}

TEST(CostBook, ADeviceWithWorkersIsNotForgotten) {
  auto book = full_book();
  book.add_worker(nth(0));
  book.add_worker(nth(0));
  for (std::size_t n = 0; n < CostBook::kMostDevices; ++n) book.set_distance(nth(1'000 + n), {});
  EXPECT_TRUE(knows(book, nth(0)));
  EXPECT_EQ(book.learnt().size(), 1U);
  book.remove_worker(nth(0));
  for (std::size_t n = 0; n < CostBook::kMostDevices; ++n) book.set_distance(nth(2'000 + n), {});
  EXPECT_TRUE(knows(book, nth(0))) << "one is left";
  book.remove_worker(nth(0));
  for (std::size_t n = 0; n < CostBook::kMostDevices; ++n) book.set_distance(nth(3'000 + n), {});
  EXPECT_FALSE(knows(book, nth(0)));
}

TEST(CostBook, WhereMoreDevicesAreInUseThanItRemembersTheyAreForgottenAsTheyGo) {
  CostBook book;
  constexpr std::size_t kMany = CostBook::kMostDevices + 50;
  for (std::size_t n = 0; n < kMany; ++n) {
    book.add_worker(nth(n));
    book.observe_render({.voice = kVoice, .device = nth(n)}, 1s, 200ms);
  }
  EXPECT_EQ(book.learnt().size(), kMany);
  for (std::size_t n = 0; n < kMany; ++n) book.remove_worker(nth(n));
  EXPECT_EQ(book.learnt().size(), CostBook::kMostDevices);
}

TEST(CostBook, WhatAnEarlierRunKeptFillsItNoFurther) {
  std::vector<LearntCost> kept;
  for (std::size_t n = 0; n < 2 * CostBook::kMostDevices; ++n) {
    kept.push_back({.key = {.voice = kVoice, .device = nth(n)}, .prior = {.ratio = 0.2}, .jobs = 1});
  }
  CostBook book;
  book.set_prior(kVoice, {.ratio = 0.1});
  EXPECT_EQ(book.restore(kept), kept.size());
  for (const auto& one : kept) book.observe_render(one.key, 1s, 200ms);
  EXPECT_EQ(book.learnt().size(), CostBook::kMostDevices);
}

}  // namespace
}  // namespace antiphon::scheduler
