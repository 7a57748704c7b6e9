// Streams whose text is written while they are spoken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::StreamId;
using base::TimePoint;
using base::UserId;
using base::WorkerId;

StreamSpec growing(std::uint64_t id, std::uint64_t user = 1) {
  return {.id = StreamId{id}, .user = UserId{user}, .voice = VoiceId{1}, .awaits_text = true};
}

class SchedulerTextTest : public testing::Test {
 protected:
  SchedulerTextTest() { scheduler_.add_worker(WorkerId{1}); }

  std::vector<Dispatch> dispatches(TimePoint now) {
    std::vector<Dispatch> found;
    for (const auto& action : scheduler_.poll(now)) {
      if (const auto* job = std::get_if<Dispatch>(&action)) found.push_back(*job);
      if (const auto* done = std::get_if<StreamDone>(&action)) done_.push_back(done->stream);
    }
    return found;
  }

  /// Performs jobs, each in no time, until there is none; all plans are of one second. Returns the streams served.
  std::vector<StreamId> work(TimePoint now, bool awaits_more = true) {
    std::vector<StreamId> served;
    for (auto jobs = dispatches(now); !jobs.empty(); jobs = dispatches(now)) {
      const auto& job = jobs.front();
      served.push_back(job.stream);
      if (job.kind == JobKind::kPlan) {
        scheduler_.planned(job.job, {.grains = kSecond, .awaits_text = awaits_more, .took = 1ms}, now);
      } else {
        render(scheduler_, job, 1ms, now);
      }
    }
    return served;
  }

  static inline const std::vector<Duration> kSecond = std::vector<Duration>(5, 200ms);
  Scheduler scheduler_{Options{}};
  std::vector<StreamId> done_;
};

TEST_F(SchedulerTextTest, WithoutTextThereIsNoJobAndNoDemand) {
  scheduler_.add_stream(growing(1), at(0s));
  EXPECT_TRUE(dispatches(at(0s)).empty());
  EXPECT_TRUE(scheduler_.demand().of(scheduler_.stream_table(), at(0s)).empty());
  EXPECT_EQ(scheduler_.accounts().streams_of_user(UserId{1}), 1U);
  scheduler_.text_arrived(StreamId{1}, 2s, at(5s));
  EXPECT_FALSE(scheduler_.demand().of(scheduler_.stream_table(), at(5s)).empty());
  const auto jobs = dispatches(at(5s));
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs.front().kind, JobKind::kPlan);
}

TEST_F(SchedulerTextTest, TextThatComesLateIsNoStall) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(0s));
  work(at(0s));
  EXPECT_TRUE(scheduler_.demand().of(scheduler_.stream_table(), at(1s)).empty()) << "all that was written is rendered";
  scheduler_.text_arrived(StreamId{1}, 1s, at(10s));
  EXPECT_FALSE(scheduler_.playback(StreamId{1})->started());
  work(at(10s) + 100ms);
  const auto* playback = scheduler_.playback(StreamId{1});
  EXPECT_EQ(playback->rendered(), 2s);
  EXPECT_EQ(playback->total_stall(), 0s);
  EXPECT_EQ(playback->first_audio_at(), at(0s));
}

TEST_F(SchedulerTextTest, TextThatComesInTimeGoesOn) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(0s));
  work(at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(500ms));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->underrun_at(), at(1s));
  work(at(600ms));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->underrun_at(), at(2s));
}

TEST_F(SchedulerTextTest, WhoComesBackWaitsLikeANewcomer) {
  scheduler_.add_stream(growing(1, 1), at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(0s));
  work(at(0s));
  // Stream 2 runs dry at 10.4 s. Stream 1 ran dry long ago, but nobody waits for it since.
  scheduler_.add_stream({.id = StreamId{2}, .user = UserId{2}, .voice = VoiceId{1}}, at(10s));
  auto job = dispatches(at(10s)).front();
  scheduler_.planned(job.job, {.grains = kSecond, .took = 1ms}, at(10s));
  job = dispatches(at(10s)).front();
  scheduler_.text_arrived(StreamId{1}, 1s, at(10s));
  for (std::uint32_t i = 0; i < job.grains; ++i) scheduler_.grain_rendered(job.job, 1ms, at(10s));
  scheduler_.render_ended(job.job, at(10s));
  const auto served = work(at(10s));
  ASSERT_FALSE(served.empty());
  EXPECT_EQ(served.front(), StreamId{2}) << "due at 10.15 s, before a newcomer's 10.5 s";
  EXPECT_THAT(served, testing::Contains(StreamId{1}));
}

TEST_F(SchedulerTextTest, EndsWhenItsTextHasEndedAndAllIsRendered) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(0s));
  work(at(0s));
  EXPECT_TRUE(done_.empty()) << "more may come";
  scheduler_.text_ended(StreamId{1}, at(1s));
  work(at(1s));
  EXPECT_THAT(done_, testing::ElementsAre(StreamId{1}));

  scheduler_.add_stream(growing(2), at(2s));
  scheduler_.text_arrived(StreamId{2}, 1s, at(2s));
  const auto plan = dispatches(at(2s));
  ASSERT_EQ(plan.size(), 1U);
  scheduler_.text_ended(StreamId{2}, at(2s));
  scheduler_.planned(plan.front().job, {.grains = kSecond, .took = 1ms}, at(2s));
  work(at(2s));
  EXPECT_THAT(done_, testing::ElementsAre(StreamId{1}, StreamId{2}));
  EXPECT_EQ(scheduler_.streams(), 0U);
}

TEST_F(SchedulerTextTest, OneThatNeverGetsAnyTextEndsToo) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.text_ended(StreamId{1}, at(1s));
  work(at(1s));
  EXPECT_THAT(done_, testing::ElementsAre(StreamId{1}));
}

TEST_F(SchedulerTextTest, ALostWorkersPlanIsAskedForAgainThoughNoMoreTextCame) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(0s));
  ASSERT_EQ(dispatches(at(0s)).size(), 1U);
  scheduler_.remove_worker(WorkerId{1}, at(0s));
  scheduler_.add_worker(WorkerId{2});
  const auto again = dispatches(at(0s));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.front().kind, JobKind::kPlan);
}

TEST_F(SchedulerTextTest, CanceledWhileItWaitsItIsForgotten) {
  scheduler_.add_stream(growing(1), at(0s));
  scheduler_.cancel_stream(StreamId{1}, at(1s));
  scheduler_.text_arrived(StreamId{1}, 1s, at(2s));
  scheduler_.text_ended(StreamId{1}, at(2s));
  work(at(2s));
  EXPECT_EQ(scheduler_.streams(), 0U);
  EXPECT_TRUE(done_.empty());
}

}  // namespace
}  // namespace antiphon::scheduler
