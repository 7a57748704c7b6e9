#include "runtime/handshake_limit.h"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/manual_clock.h"

namespace antiphon::runtime {
namespace {

using namespace std::chrono_literals;

class HandshakeLimitTest : public testing::Test {
 protected:
  /// How many places there are for `address`, of which all are kept.
  std::size_t fill(const std::string& address) {
    std::size_t given = 0;
    while (auto place = limit_.take(address)) {
      places_.push_back(std::move(*place));
      ++given;
    }
    return given;
  }

  ManualClock clock_;
  HandshakeLimit limit_{clock_, {.most = 5, .most_per_address = 3, .hold = 500ms}};
  std::vector<HandshakeLimit::Place> places_;
};

TEST_F(HandshakeLimitTest, BoundsThoseOfAnAddressAndAllOfThem) {
  EXPECT_EQ(fill("a"), 3U);
  EXPECT_EQ(limit_.refused(), 1U);
  EXPECT_EQ(fill("b"), 2U) << "5 in all";
  EXPECT_EQ(fill(""), 0U) << "who is counted to no address counts in all";
  EXPECT_EQ(limit_.refused(), 3U);
}

TEST_F(HandshakeLimitTest, WhoCountsToNoAddressHasAllThePlaces) { EXPECT_EQ(fill(""), 5U); }

TEST_F(HandshakeLimitTest, APlaceIsFreeWhenTheHandshakeIsOverButNotBeforeItsHold) {
  fill("a");
  places_.clear();
  clock_.advance(499ms);
  EXPECT_FALSE(limit_.take("a")) << "three in half a second";
  EXPECT_TRUE(limit_.take("b"));
  clock_.advance(1ms);
  EXPECT_EQ(fill("a"), 3U);
  clock_.advance(10s);
  EXPECT_FALSE(limit_.take("a")) << "those under way keep theirs";
  places_.clear();
  EXPECT_EQ(fill("a"), 3U) << "a slow one is free at its end";
}

}  // namespace
}  // namespace antiphon::runtime
