#include "dispatch/live_feed.h"

#include <gtest/gtest.h>

namespace antiphon::dispatch {
namespace {

LiveJob job(std::uint64_t stream) { return {.stream = {stream}, .worker = {1}}; }

TEST(LiveFeed, KeepsNothingWhileNobodyReads) {
  LiveFeed feed;
  feed.add(job(1));
  LiveFeed::Reader reader(feed);
  EXPECT_TRUE(reader.take_jobs().empty());
}

TEST(LiveFeed, EachReaderGetsWhatCameSinceItsLastCall) {
  LiveFeed feed;
  LiveFeed::Reader first(feed);
  feed.add(job(1));
  LiveFeed::Reader second(feed);
  feed.add(job(2));
  feed.add(LiveRefusal{.reason = name_of(scheduler::RefusalReason::kCapacity)});
  EXPECT_EQ(first.take_jobs().size(), 2U);
  EXPECT_EQ(first.take_jobs().size(), 0U);
  const auto late = second.take_jobs();
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late.front().stream, base::StreamId{2});
  EXPECT_EQ(second.take_refusals().front().reason, "capacity");
}

TEST(LiveFeed, WhenItIsFullTheOldestMakesRoom) {
  LiveFeed feed;
  LiveFeed::Reader reader(feed);
  for (std::uint64_t i = 1; i <= LiveFeed::kMostJobs + 10; ++i) feed.add(job(i));
  for (std::size_t i = 0; i < LiveFeed::kMostRefusals + 10; ++i) feed.add(LiveRefusal{});
  const auto jobs = reader.take_jobs();
  ASSERT_EQ(jobs.size(), LiveFeed::kMostJobs);
  EXPECT_EQ(jobs.front().stream, base::StreamId{11});
  EXPECT_EQ(jobs.back().stream, base::StreamId{LiveFeed::kMostJobs + 10});
  EXPECT_EQ(reader.take_refusals().size(), LiveFeed::kMostRefusals);
}

}  // namespace
}  // namespace antiphon::dispatch
