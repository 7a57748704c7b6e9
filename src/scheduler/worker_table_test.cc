#include "scheduler/worker_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::JobId;
using base::WorkerId;

constexpr base::TimePoint kNow{1h};
constexpr VoiceId kVoice{7};

records::Stream stream(std::optional<WorkerId> last_worker = std::nullopt) {
  records::Stream result;
  result.spec.voice = kVoice;
  result.last_worker = last_worker;
  return result;
}

TEST(WorkerTable, AffinityPrefersTheVoiceThenTheLastWorkerThenTheFewestJobs) {
  WorkerTable workers(Placement::kAffinity);
  for (std::uint64_t id = 1; id <= 3; ++id) workers.add(WorkerId{id}, 4, {}, 1);
  workers.begin_job(WorkerId{1}, JobId{1}, JobKind::kRender);
  EXPECT_EQ(workers.place(stream(), JobKind::kRender), WorkerId{2});
  EXPECT_EQ(workers.place(stream(WorkerId{3}), JobKind::kRender), WorkerId{3});
  workers.voice_loaded(WorkerId{1}, kVoice);
  EXPECT_EQ(workers.place(stream(WorkerId{3}), JobKind::kRender), WorkerId{1});
  workers.voice_unloaded(WorkerId{1}, kVoice);
  workers.voice_lacking(WorkerId{3}, kVoice);
  EXPECT_EQ(workers.place(stream(WorkerId{3}), JobKind::kRender), WorkerId{2});
}

TEST(WorkerTable, RoundRobinPlacesEachJobAtTheNextWorker) {
  WorkerTable workers(Placement::kRoundRobin);
  for (std::uint64_t id = 1; id <= 3; ++id) workers.add(WorkerId{id}, 9, {}, 1);
  std::vector<std::uint64_t> placed;
  for (std::uint64_t job = 1; job <= 4; ++job) {
    const auto worker = workers.place(stream(), JobKind::kRender);
    ASSERT_TRUE(worker.has_value());
    workers.begin_job(*worker, JobId{job}, JobKind::kRender);
    placed.push_back(worker->value);
  }
  EXPECT_EQ(placed, (std::vector<std::uint64_t>{1, 2, 3, 1}));
}

TEST(WorkerTable, WhileAWorkerWithPlacesMakesAPlanItTakesOnlyChunksBeside) {
  WorkerTable workers(Placement::kAffinity);
  workers.add(WorkerId{1}, 3, {}, 3);
  EXPECT_TRUE(workers.any_idle());
  workers.begin_job(WorkerId{1}, JobId{1}, JobKind::kPlan);
  EXPECT_FALSE(workers.place(stream(), JobKind::kPlan).has_value());
  EXPECT_EQ(workers.place(stream(), JobKind::kRender), WorkerId{1});
  EXPECT_TRUE(workers.has_room_for_chunks());
  workers.begin_job(WorkerId{1}, JobId{2}, JobKind::kRender);
  workers.begin_job(WorkerId{1}, JobId{3}, JobKind::kRender);
  EXPECT_FALSE(workers.has_room_for_chunks());
  EXPECT_FALSE(workers.place(stream(), JobKind::kRender).has_value());
  workers.end_job(WorkerId{1}, JobId{1}, JobKind::kPlan, kNow);
  EXPECT_EQ(workers.place(stream(), JobKind::kPlan), WorkerId{1});
  EXPECT_EQ(workers.at(WorkerId{1}).free_since, kNow);
}

TEST(WorkerTable, AWorkerThatRetiresGetsNoJobsAndIsCountedUntilItIsRemovedByItsDeviceAlone) {
  WorkerTable workers(Placement::kAffinity);
  workers.add(WorkerId{1}, 4, DeviceId{5}, 4);
  workers.add(WorkerId{2}, 1, DeviceId{6}, 1);
  workers.begin_job(WorkerId{1}, JobId{1}, JobKind::kRender);
  workers.retire(WorkerId{1});
  workers.retire(WorkerId{1});
  EXPECT_EQ(workers.size(), 1U);
  EXPECT_EQ(workers.places(), 1U);
  EXPECT_EQ(workers.busy(), 1U);
  EXPECT_EQ(workers.devices().size(), 2U);
  const auto removed = workers.remove(WorkerId{1});
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->jobs.size(), 1U);
  EXPECT_FALSE(workers.remove(WorkerId{1}).has_value());
  EXPECT_EQ(workers.devices().size(), 1U);
  ASSERT_TRUE(workers.remove(WorkerId{2}).has_value());
  EXPECT_EQ(workers.size(), 0U);
  EXPECT_EQ(workers.count(), 1U) << "it may be divided by";
  EXPECT_EQ(workers.places(), 0U);
}

}  // namespace
}  // namespace antiphon::scheduler
