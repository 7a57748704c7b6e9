#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "simulator/simulation.h"

// What the scheduler and admission promise (docs/scheduler.md), on random traces. A failure prints its seed.

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ANTIPHON_SANITIZED
#endif
#endif

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;
using base::Duration;

/// All together more than 100,000 where nothing slows them down.
constexpr std::uint32_t traces(std::uint32_t count) {
#ifdef ANTIPHON_SANITIZED
  return count / 50;
#elif !defined(NDEBUG)
  return count / 10;
#else
  return count;
#endif
}

/// What is drawn for one trace.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}
  double real(double low, double high) { return std::uniform_real_distribution(low, high)(random_); }
  int whole(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  bool one_in(int n) { return whole(1, n) == 1; }
  Duration time(double low, double high) { return base::from_seconds(real(low, high)); }

 private:
  std::mt19937_64 random_;
};

Machine any_machine(Draw& draw) {
  Machine machine;
  machine.workers = static_cast<std::uint32_t>(draw.one_in(50) ? draw.whole(5, 16) : draw.whole(1, 4));
  machine.voices = {
      {.fixed = draw.time(0, 0.015), .ratio = draw.real(0.04, 0.2), .plan_ratio = draw.real(0.001, 0.018)}};
  machine.grain = draw.time(0.1, 0.25);
  machine.segment_max = draw.time(2, 8);
  machine.noise = draw.real(0, 0.05);
  return machine;
}

std::vector<Length> any_lengths(Draw& draw) {
  const auto least = draw.time(0.2, 2);
  return {{.share = draw.real(0.1, 1), .least = least, .most = least + draw.time(0, 2)},
          {.share = draw.real(0, 0.15), .least = 3s, .most = 3s + draw.time(0, 9)}};
}

Arrivals any_arrivals(Draw& draw) {
  if (draw.one_in(3)) return Poisson{.load = draw.real(0.3, 2)};
  if (draw.one_in(2)) {
    return Bursts{
        .size = static_cast<std::uint32_t>(draw.whole(1, 10)), .first = draw.time(0, 1), .every = draw.time(1, 4)};
  }
  return ClosedLoop{.parallel = static_cast<std::uint32_t>(draw.whole(1, 3)), .think = draw.time(0, 1)};
}

Scenario any_scenario(std::uint32_t seed, Draw& draw) {
  Scenario scenario;
  scenario.seed = seed;
  scenario.machine = any_machine(draw);
  scenario.warm_up = 0s;
  scenario.duration = draw.time(1, 2.5);
  scenario.length_error = draw.real(0, 0.05);
  scenario.groups.clear();
  for (int i = draw.whole(1, 2); i > 0; --i) {
    scenario.groups.push_back({.users = static_cast<std::uint32_t>(draw.whole(1, 6)),
                               .arrivals = any_arrivals(draw),
                               .lengths = any_lengths(draw),
                               .weight = draw.one_in(4) ? draw.real(0.5, 4) : 1.0,
                               .wait = draw.one_in(2) ? 2s : draw.time(0, 4),
                               .retry = static_cast<Retry>(draw.whole(0, 2)),
                               .leave_share = draw.one_in(4) ? draw.real(0, 0.5) : 0});
    if (draw.one_in(3)) scenario.groups.back().account = 1;
  }
  return scenario;
}

bool is_complete(const Request& request) { return request.end == Request::End::kComplete; }

TEST(Properties, WhoIsLetInIsHeardInTimeAndAsGoodAsNeverWithAGap) {
  std::uint64_t heard = 0;
  std::uint64_t refused = 0;
  std::uint64_t gaps = 0;
  for (std::uint32_t seed = 1; seed <= traces(60'000); ++seed) {
    Draw draw(seed);
    const auto scenario = any_scenario(seed, draw);
    const auto trace = Simulation(scenario).run();
    for (const auto& request : trace.requests) {
      if (request.end == Request::End::kRefused) ++refused;
      if (!request.admitted) continue;
      ASSERT_NE(request.end, Request::End::kFailed) << "seed " << seed;
      ASSERT_LE(request.worst_gap, scenario.scheduling.guard * 11 / 10)
          << "seed " << seed << " gap of " << base::to_seconds(request.worst_gap);
      if (request.worst_gap > 0s) ++gaps;
      if (!is_complete(request)) continue;
      ++heard;
      ASSERT_LE(*request.first_audio - request.waited, scenario.scheduling.first_audio_target) << "seed " << seed;
    }
  }
  // Starts that come earlier than was promised bring the deadlines behind them forward: once in a thousand traces or
  // more seldom that makes a gap, of about the guard at most.
  EXPECT_LE(gaps, heard / 5000 + 1);
  EXPECT_GT(heard, traces(60'000)) << "it would prove nothing if it let nobody in";
  EXPECT_GT(refused, traces(6'000)) << "nor if everybody";
}

TEST(Properties, EveryRequestEndsOnceWhateverBreaksUnderEveryPolicy) {
  for (std::uint32_t seed = 1; seed <= traces(20'000); ++seed) {
    SCOPED_TRACE(seed);
    Draw draw(seed);
    auto scenario = any_scenario(seed, draw);
    scenario.scheduling.policy = static_cast<scheduler::Policy>(draw.whole(0, 4));
    scenario.scheduling.admission = static_cast<scheduler::Admission>(draw.whole(0, 1));
    scenario.machine.noise = draw.real(0, 0.5);
    scenario.machine.known_costs = draw.one_in(2);
    scenario.machine.outlier_share = draw.one_in(2) ? draw.real(0, 0.1) : 0;
    scenario.machine.hang_share = draw.one_in(2) ? draw.real(0, 0.1) : 0;
    scenario.machine.losses_per_hour = draw.one_in(2) ? draw.real(0, 3600) : 0;
    scenario.machine.slow_downs = {{.at = draw.time(0, 2), .lasts = draw.time(0, 2), .factor = draw.real(0.5, 4)}};
    std::uint64_t admitted = 0;
    Simulation simulation(scenario);
    simulation.watch([&](const Simulation&, base::StreamId) { ++admitted; });
    const auto trace = simulation.run();  // it checks its books after every event
    const auto ended = [&](Request::End how) {
      return static_cast<std::uint64_t>(std::ranges::count_if(
          trace.requests, [&](const Request& request) { return request.admitted && request.end == how; }));
    };
    using enum Request::End;
    EXPECT_EQ(admitted, ended(kComplete) + ended(kFailed) + ended(kLeft));
    EXPECT_EQ(std::ranges::count(trace.requests, kOpen, &Request::end), 0);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Properties, AJobThatHangsCostsNobodyMoreThanItsTimeLimitAReplacementAndAJob) {
  std::uint64_t seen = 0;
  for (std::uint32_t seed = 1; seed <= traces(12'000); ++seed) {
    Draw draw(seed);
    auto scenario = any_scenario(seed, draw);
    scenario.machine.hang_share = 0.01;
    scenario.machine.noise = 0;
    const auto trace = Simulation(scenario).run();
    if (trace.kills != 1) continue;
    ++seen;
    const auto longest = scenario.scheduling.longest_job;
    const auto bound = 2 * longest + scenario.machine.replacement + longest;
    for (const auto& request : trace.requests) {
      ASSERT_NE(request.end, Request::End::kFailed) << "seed " << seed;
      ASSERT_LE(base::to_seconds(request.worst_gap), base::to_seconds(bound)) << "seed " << seed;
    }
  }
  EXPECT_GT(seen, traces(1'200));
}

TEST(Properties, AnAccountsFirstStreamFindsRoomAtOnceWhateverOneOtherAccountDoes) {
  std::uint64_t refused = 0;
  for (std::uint32_t seed = 1; seed <= traces(12'000); ++seed) {
    Draw draw(seed);
    Scenario scenario;
    scenario.seed = seed;
    scenario.machine = any_machine(draw);
    scenario.machine.voices.front().ratio = draw.real(0.04, 0.1);
    scenario.machine.workers = static_cast<std::uint32_t>(draw.whole(1, 3));
    scenario.machine.noise = 0;
    scenario.length_error = 0;
    scenario.warm_up = 0s;
    scenario.duration = 4s;
    const auto users = static_cast<std::uint32_t>(draw.one_in(2) ? 1 : draw.whole(2, 8));
    const Group heavy{.name = "heavy",
                      .users = users,
                      .arrivals = ClosedLoop{.parallel = static_cast<std::uint32_t>(draw.whole(2, 24)) / users + 1},
                      .lengths = any_lengths(draw),
                      .account = 1,
                      .wait = draw.time(0, 3),
                      .retry = static_cast<Retry>(draw.whole(0, 2)),
                      .retries = 1000};
    scenario.groups = {heavy};
    for (std::uint32_t i = 0; i < scenario.scheduling.headroom_streams; ++i) {
      scenario.groups.push_back({.name = "first",
                                 .arrivals = Bursts{.size = 1, .first = draw.time(0.2, 4)},
                                 .lengths = {{.share = 1, .least = 1s, .most = 3300ms}},
                                 .wait = 300ms});
    }
    const auto trace = Simulation(scenario).run();
    for (const auto& request : trace.requests) {
      if (request.group == 0) refused += request.end == Request::End::kRefused ? 1 : 0;
      if (request.group == 0) continue;
      ASSERT_TRUE(request.admitted) << "seed " << seed;
      ASSERT_EQ(request.worst_gap, 0s) << "seed " << seed;
    }
  }
  EXPECT_GT(refused, traces(12'000)) << "the other user takes what he gets";
}

TEST(Properties, TheSameSeedGivesTheSameTrace) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    Draw draw(seed);
    const auto scenario = any_scenario(seed, draw);
    const auto one = Simulation(scenario).run();
    const auto other = Simulation(scenario).run();
    ASSERT_EQ(one.chunks, other.chunks);
    ASSERT_EQ(one.ended_at, other.ended_at);
    ASSERT_EQ(one.requests.size(), other.requests.size());
    for (std::size_t i = 0; i < one.requests.size(); ++i) {
      ASSERT_EQ(one.requests[i].first_audio, other.requests[i].first_audio);
      ASSERT_EQ(one.requests[i].end, other.requests[i].end);
    }
  }
}

}  // namespace
}  // namespace antiphon::simulator
