#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "scheduler/scheduler.h"

namespace antiphon::scheduler {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): of tests alone

inline base::TimePoint at(base::Duration d) { return base::TimePoint{} + 1h + d; }

inline StreamSpec stream(std::uint64_t id, std::uint64_t user = 1) {
  return {.id = base::StreamId{id}, .user = base::UserId{user}, .voice = VoiceId{1}};
}

inline std::vector<Dispatch> dispatches(const std::vector<Action>& actions) {
  std::vector<Dispatch> found;
  for (const auto& action : actions) {
    if (const auto* dispatch = std::get_if<Dispatch>(&action)) found.push_back(*dispatch);
  }
  return found;
}

/// All grains of a render job come at `now`, each after `took`.
inline void render(Scheduler& scheduler, const Dispatch& job, base::Duration took, base::TimePoint now) {
  for (std::uint32_t i = 0; i < job.grains; ++i) scheduler.grain_rendered(job.job, took, now);
  scheduler.render_ended(job.job, now);
}

/// One worker that is driven by hand; every segment has five grains of 0.2 s.
class SchedulerTest : public testing::Test {
 protected:
  void SetUp() override { scheduler_.add_worker(base::WorkerId{1}); }

  Dispatch only_dispatch(base::TimePoint now) {
    const auto found = dispatches(scheduler_.poll(now));
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Dispatch{} : found.front();
  }

  void plan(const Dispatch& job, bool more_text, base::TimePoint now) {
    static const std::vector<base::Duration> five_grains(5, 200ms);
    scheduler_.planned(job.job, {.grains = five_grains, .more_text = more_text, .took = 20ms}, now);
  }

  void render(const Dispatch& job, base::TimePoint now) { scheduler::render(scheduler_, job, 20ms, now); }

  Scheduler scheduler_{Options{}};
};

}  // namespace antiphon::scheduler
