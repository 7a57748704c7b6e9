#include "audio/playback_lag.h"

#include <gtest/gtest.h>

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint at(base::Duration since_start) { return base::TimePoint(100s) + since_start; }

TEST(PlaybackLag, WhoTakesAllAtOnceIsNeverBehind) {
  PlaybackLag lag;
  lag.took(30s, at(0s), at(0s));
  EXPECT_EQ(lag.at(at(0s), at(0s)), -30s);
  EXPECT_EQ(lag.at(at(0s), at(29s)), -1s) << "he has still a second to hear";
  EXPECT_EQ(lag.worst(), 0s);
}

TEST(PlaybackLag, WhoTakesAtTheSpeedOfHearingStaysWhereHeIs) {
  PlaybackLag lag;
  for (int i = 0; i < 100; ++i) lag.took(1s, at(1s * i), at(1s * (i + 1)));
  EXPECT_EQ(lag.at(at(100s), at(100s)), 0s);
  EXPECT_EQ(lag.worst(), 0s);
}

TEST(PlaybackLag, WhoTakesAtHalfThatSpeedFallsBehindByHalfOfTheTime) {
  PlaybackLag lag;
  for (int i = 0; i < 60; ++i) lag.took(500ms, at(1s * i), at(1s * (i + 1)));
  EXPECT_EQ(lag.at(at(60s), at(60s)), 30s);
}

TEST(PlaybackLag, WhoTakesNothingIsAsFarBehindAsHeWasWaitedFor) {
  PlaybackLag lag;
  EXPECT_EQ(lag.at(at(5s), at(65s)), 60s) << "also before he took anything";
  lag.took(10s, at(5s), at(5s));
  EXPECT_EQ(lag.at(at(5s), at(75s)), 60s) << "after he heard what he had";
}

TEST(PlaybackLag, TenSecondsAtOnceAndThenEightOfNothingAreInTime) {
  PlaybackLag lag;
  for (int i = 0; i < 20; ++i) lag.took(10s, at(i == 0 ? 0s : 8s * (i - 1)), at(8s * i));
  EXPECT_EQ(lag.worst(), 0s);
}

TEST(PlaybackLag, APauseIsMadeGoodByTakingFaster) {
  PlaybackLag lag;
  lag.took(1s, at(0s), at(0s));
  lag.took(1s, at(0s), at(9s));
  EXPECT_EQ(lag.worst(), 7s);
  EXPECT_EQ(lag.at(at(9s), at(9s)), 7s);
  for (int i = 0; i < 7; ++i) lag.took(1s, at(9s), at(9s));
  EXPECT_EQ(lag.at(at(9s), at(9s)), 0s);
}

TEST(PlaybackLag, WhileNothingWaitsForHimHeFallsNoFartherBehindAndGainsNothing) {
  PlaybackLag lag;
  lag.took(1s, at(0s), at(9s));
  EXPECT_EQ(lag.at(at(30s), at(30s)), 8s) << "what he is behind stays";
  EXPECT_EQ(lag.at(at(30s), at(31s)), 9s);
  PlaybackLag ahead;
  ahead.took(5s, at(0s), at(0s));
  EXPECT_EQ(ahead.at(at(30s), at(31s)), 1s) << "he has long heard it";
}

}  // namespace
}  // namespace antiphon::audio
