#include "api/preferences.h"

#include <gtest/gtest.h>

namespace antiphon::api {
namespace {

using namespace std::chrono_literals;

std::optional<base::Duration> wait_of(std::string_view prefer) { return parse_preferences(prefer).wait; }
std::optional<bool> pace_of(std::string_view prefer) { return parse_preferences(prefer).paced; }

TEST(PreferencesTest, ReadsSeconds) {
  EXPECT_EQ(wait_of("wait=5"), 5s);
  EXPECT_EQ(wait_of("respond-async, Wait = \"0.25\" ; x=y"), 250ms);
  EXPECT_EQ(wait_of("wait=0"), 0s);
}

TEST(PreferencesTest, ReadsChoices) {
  EXPECT_EQ(pace_of("pace, wait=1"), true);
  EXPECT_EQ(pace_of("wait=1,PACE=True"), true);
  EXPECT_EQ(pace_of("pace=false"), false);
  EXPECT_EQ(pace_of("pace=fast"), std::nullopt);
  EXPECT_EQ(pace_of("wait=1"), std::nullopt);
}

TEST(PreferencesTest, TheFirstCounts) {
  EXPECT_EQ(wait_of("wait=1, wait=2"), 1s);
  EXPECT_EQ(wait_of("wait=x, wait=2"), std::nullopt);
  EXPECT_EQ(pace_of("pace=false, pace"), false);
}

TEST(PreferencesTest, WhatIsNoWaitIsNoPreference) {
  for (const auto* prefer : {"", ",,,", "wait", "wait=", "wait=-1", "wait=x", "wait=1e3", "wait=nan", "wait=inf",
                             "wait=1s", "waits=3", "wait=86401", "return=minimal"}) {
    EXPECT_EQ(wait_of(prefer), std::nullopt) << prefer;
  }
}

}  // namespace
}  // namespace antiphon::api
