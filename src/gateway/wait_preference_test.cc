#include "gateway/wait_preference.h"

#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

TEST(WaitPreferenceTest, ReadsSeconds) {
  EXPECT_EQ(wait_preference("wait=5"), 5s);
  EXPECT_EQ(wait_preference("respond-async, Wait = \"0.25\" ; x=y"), 250ms);
  EXPECT_EQ(wait_preference("wait=0"), 0s);
}

TEST(WaitPreferenceTest, TheFirstCounts) { EXPECT_EQ(wait_preference("wait=1, wait=2"), 1s); }

TEST(WaitPreferenceTest, WhatIsNoWaitIsNoPreference) {
  for (const auto* prefer : {"", ",,,", "wait", "wait=", "wait=-1", "wait=x", "wait=1e3", "wait=nan", "wait=inf",
                             "wait=1s", "waits=3", "wait=86401", "return=minimal"}) {
    EXPECT_EQ(wait_preference(prefer), std::nullopt) << prefer;
  }
}

}  // namespace
}  // namespace antiphon::gateway
