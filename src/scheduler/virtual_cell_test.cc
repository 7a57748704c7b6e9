// Whole cells of virtual workers and listeners.
#include "scheduler/virtual_cell.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::StreamId;

TEST(VirtualCell, EightListenersOnTwoWorkersOfRtfAFifthHearNoGap) {
  VirtualCell cell({.workers = 2, .ratio = 0.2});
  for (std::uint64_t id = 1; id <= 8; ++id) cell.arrive(stream(id, id), 20s, at(id * 30ms));
  cell.run();
  ASSERT_EQ(cell.done().size(), 8U);
  for (const auto& [id, heard] : cell.done()) {
    EXPECT_EQ(heard.stall, 0s) << "stream " << id.value;
    EXPECT_LE(heard.first_audio, 1s) << "stream " << id.value;
  }
}

TEST(VirtualCell, ThePlansOrderMakesANewcomerWaitWhereOursDoesNot) {
  const auto newcomers_wait = [](Policy policy) {
    VirtualCell cell({.options = {.policy = policy}, .workers = 1, .ratio = 0.1});
    for (std::uint64_t id = 1; id <= 5; ++id) cell.arrive(stream(id, id), 30s, at(0s));
    cell.arrive(stream(6, 6), 5s, at(2s));
    cell.run();
    return cell.done().at(StreamId{6}).first_audio;
  };
  const auto ours = newcomers_wait(Policy::kOurs);
  EXPECT_LE(ours, 600ms);
  EXPECT_GE(newcomers_wait(Policy::kPlan), 2 * ours);
  EXPECT_GE(newcomers_wait(Policy::kFifo), 2 * ours);
}

TEST(VirtualCell, RandomTracesKeepTheBooksUnderEveryPolicy) {
  for (const auto policy : {Policy::kFifo, Policy::kRoundRobin, Policy::kPlan, Policy::kEdf, Policy::kOurs}) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
      SCOPED_TRACE(std::string(policy_name(policy)) + " seed " + std::to_string(seed));
      std::mt19937 random(seed);
      const auto any = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
      VirtualCell cell({.options = {.policy = policy},
                        .workers = static_cast<std::uint32_t>(any(1, 4)),
                        .ratio = any(5, 40) / 100.0,
                        .worker_loss_every = any(0, 2) == 0 ? 40U : 0U,
                        .cancel_every = any(0, 2) == 0 ? 30U : 0U,
                        .seed = seed});
      const int count = any(1, 20);
      for (int id = 1; id <= count; ++id) {
        const auto user = static_cast<std::uint64_t>(any(1, 4));
        cell.arrive(stream(static_cast<std::uint64_t>(id), user), any(50, 9000) * 1ms, at(any(0, 4000) * 1ms));
      }
      cell.run();
      EXPECT_EQ(cell.done().size() + cell.failed() + cell.cancelled(), static_cast<std::size_t>(count));
      EXPECT_EQ(cell.live_streams(), 0U);
      EXPECT_EQ(cell.jobs_in_flight(), 0U);
    }
  }
}

}  // namespace
}  // namespace antiphon::scheduler
