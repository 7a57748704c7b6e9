#include "worker_pool/backoff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesToTheCapAndStartsAnewAfterAHealthyTime) {
  Backoff backoff({.first = 100ms, .cap = 500ms, .healthy_after = 10s});
  base::TimePoint now{};
  std::vector<base::Duration> pauses;
  for (int i = 0; i < 6; ++i) {
    backoff.started(now);
    now += 9s;
    pauses.push_back(backoff.ended(now));
  }
  EXPECT_THAT(pauses, testing::ElementsAre(0ms, 100ms, 200ms, 400ms, 500ms, 500ms));
  backoff.started(now);
  EXPECT_EQ(backoff.ended(now + 10s), 0ms);
  backoff.started(now + 10s);
  EXPECT_EQ(backoff.ended(now + 11s), 100ms);
}

}  // namespace
}  // namespace antiphon::worker_pool
