#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/coordinator.h"

namespace antiphon::coordinator {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): of tests alone

inline scheduler::StreamSpec stream(std::uint64_t id, base::Duration expected = 4s) {
  return {.id = base::StreamId{id}, .user = base::UserId{id}, .voice = scheduler::VoiceId{1}, .expected = expected};
}

/// A coordinator on a clock that is moved by hand. The commands of each step are kept until they are asked for.
class CoordinatorTest : public testing::Test {
 protected:
  void with(Options options) {
    coordinator_.emplace(std::move(options));
    coordinator_->set_prior(scheduler::VoiceId{1}, {.fixed = 2ms, .ratio = 0.1, .plan_ratio = 0.01});
  }

  /// Posts the event, and appends what follows from it to commands_.
  void tell(Event event) {
    coordinator_->post(std::move(event));
    settle();
  }
  void settle() {
    for (auto more = coordinator_->run(now_); !more.empty(); more = coordinator_->run(now_)) {
      for (auto& command : more) commands_.push_back(std::move(command));
    }
  }
  /// Lets the time pass, with a tick whenever the coordinator wants one; no worker uses its processor meanwhile.
  void pass(base::Duration duration) {
    const auto end = now_ + duration;
    for (auto next = coordinator_->next_wakeup(); next && *next <= end; next = coordinator_->next_wakeup()) {
      now_ = std::max(now_, *next);
      tell(Tick{.readings = readings_});
    }
    now_ = end;
  }

  /// Starts the coordinator with as many workers as it wants, numbered by their slots from 1.
  void start() {
    tell(Started{});
    for (auto spawns = take<Spawn>(); !spawns.empty(); spawns = take<Spawn>()) {
      for (const auto& spawn : spawns) make_ready(spawn.slot);
    }
  }
  void make_ready(worker_pool::SlotIndex slot) {
    const base::WorkerId worker{++last_worker_};
    workers_.emplace_back(slot, worker);
    tell(WorkerReady{.slot = slot, .worker = {.id = worker, .voices = {{1}}}});
  }

  /// Returns the commands of that kind that were given since this was asked last.
  template <class Kind>
  std::vector<Kind> take() {
    std::vector<Kind> found;
    for (const auto& command : commands_) {
      if (const auto* const one = std::get_if<Kind>(&command)) found.push_back(*one);
    }
    std::erase_if(commands_, [](const auto& command) { return std::holds_alternative<Kind>(command); });
    return found;
  }
  template <class Kind>
  Kind only() {
    const auto found = take<Kind>();
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Kind{} : found.front();
  }

  /// Answers the plan job with so many grains of 0.2 s, after 20 ms.
  void plan(const Dispatch& command, std::size_t grains, bool more_text = false) {
    tell(JobStarted{.job = command.job.job});
    now_ += 20ms;
    tell(SegmentPlanned{.job = command.job.job,
                        .grains = std::vector<base::Duration>(grains, 200ms),
                        .more_text = more_text,
                        .took = 20ms});
  }
  /// Answers the render job with all its grains, each after 20 ms.
  void render(const Dispatch& command) {
    tell(JobStarted{.job = command.job.job});
    for (std::uint32_t i = 0; i < command.job.grains; ++i) {
      now_ += 20ms;
      tell(GrainRendered{.job = command.job.job, .took = 20ms});
    }
    tell(RenderEnded{.job = command.job.job});
  }

  std::optional<Coordinator> coordinator_;
  base::TimePoint now_ = base::TimePoint{} + 1h;
  std::vector<Command> commands_;
  std::vector<worker_pool::StallDetector::Reading> readings_;
  std::vector<std::pair<worker_pool::SlotIndex, base::WorkerId>> workers_;
  std::uint64_t last_worker_ = 0;
};

}  // namespace antiphon::coordinator
