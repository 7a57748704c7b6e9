#include "worker_pool/link_quality.h"

#include <gtest/gtest.h>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;

TEST(LinkQuality, NothingMeasuredAddsNothing) {
  const LinkQuality link;
  EXPECT_EQ(link.round_trip(), 0ns);
  EXPECT_EQ(link.bytes_per_second(), 0);
  EXPECT_EQ(link.depth(50ms), 1U);
  EXPECT_EQ(link.cost(50ms).fixed, 0ns);
  EXPECT_EQ(link.cost(50ms).ratio, 0);
}

TEST(LinkQuality, AnAnswerThatWaitedBehindAJobIsNotTheRoundTrip) {
  LinkQuality link;
  link.answered(20ms);
  for (int i = 0; i < 10; ++i) link.answered(90ms);
  EXPECT_EQ(link.round_trip(), 20ms);
  for (std::size_t i = 0; i < LinkQuality::kSamples; ++i) link.answered(40ms);
  EXPECT_EQ(link.round_trip(), 40ms) << "a link that became slower is seen";
}

TEST(LinkQuality, AWorkerHoldsAsManyJobsMoreAsFitIntoARoundTripUpToFive) {
  LinkQuality link;
  link.answered(300us);
  EXPECT_EQ(link.depth(50ms), 1U);
  LinkQuality far;
  far.answered(60ms);
  EXPECT_EQ(far.depth(50ms), 2U);
  EXPECT_EQ(far.depth(20ms), 4U);
  EXPECT_EQ(far.depth(1ms), LinkQuality::kDeepest);
  EXPECT_EQ(far.depth(0ms), 1U);
  EXPECT_EQ(far.cost(50ms).fixed, 5ms) << "of 60 ms the most is hidden behind the other job";
  EXPECT_EQ(far.cost(20ms).fixed, 0ms);
}

TEST(LinkQuality, TheRateFollowsTheLinkAndMakesAudioDearer) {
  LinkQuality link;
  link.answered(10ms);
  link.carried(0, 1s);
  link.carried(1'000, 0s);
  EXPECT_EQ(link.bytes_per_second(), 0);
  link.carried(5'000'000, 500ms);
  EXPECT_DOUBLE_EQ(link.bytes_per_second(), 10e6);
  EXPECT_EQ(link.cost(50ms).fixed, 10ms + 20ms);
  EXPECT_NEAR(link.cost(50ms).ratio, 0.111, 0.001);
  for (int i = 0; i < 20; ++i) link.carried(1'000'000, 1s);
  EXPECT_NEAR(link.bytes_per_second(), 1e6, 1e4);
}

TEST(LinkQuality, OfAHopelessLinkNoMoreIsSaidThanThatItIsBad) {
  LinkQuality link;
  link.answered(1h);
  link.carried(1, 300h);
  EXPECT_LE(link.cost(50ms).fixed, 4s);
  EXPECT_LE(link.cost(50ms).ratio, 2);
}

}  // namespace
}  // namespace antiphon::worker_pool
