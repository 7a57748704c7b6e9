#include "scheduler/pending_requests.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::StreamId;
using base::UserId;

PendingRequest pending(std::uint64_t stream, std::uint64_t account, std::uint64_t user, double weight = 1) {
  return {.spec = {.id = StreamId{stream}, .user = UserId{user}, .account = UserId{account}, .weight = weight}};
}

std::vector<std::uint64_t> order_of(PendingRequests& pending_requests) {
  std::vector<std::uint64_t> order;
  for (const auto* waiting : pending_requests.in_order()) order.push_back(waiting->spec.id.value);
  return order;
}

TEST(PendingRequests, AccountsAlternateAndWithinOneItsUsers) {
  PendingRequests pending_requests;
  pending_requests.add(pending(1, 100, 1), 50ms);
  pending_requests.add(pending(2, 100, 1), 50ms);
  pending_requests.add(pending(3, 100, 1), 50ms);
  pending_requests.add(pending(4, 100, 2), 50ms);
  pending_requests.add(pending(5, 200, 3), 50ms);
  pending_requests.add(pending(6, 200, 3), 50ms);
  EXPECT_EQ(order_of(pending_requests), (std::vector<std::uint64_t>{1, 5, 4, 6, 2, 3}));
}

TEST(PendingRequests, WeightSpacesAnAccountsTags) {
  PendingRequests pending_requests;
  for (std::uint64_t i = 1; i <= 4; ++i) pending_requests.add(pending(i, 100, 1, 2), 50ms);
  for (std::uint64_t i = 5; i <= 8; ++i) pending_requests.add(pending(i, 200, 2, 1), 50ms);
  EXPECT_EQ(order_of(pending_requests), (std::vector<std::uint64_t>{1, 5, 2, 3, 6, 4, 7, 8}));
}

TEST(PendingRequests, WhoLeavesGivesHisAccountsLastPlaceBack) {
  PendingRequests pending_requests;
  for (std::uint64_t i = 1; i <= 3; ++i) pending_requests.add(pending(i, 100, i), 50ms);
  pending_requests.add(pending(4, 200, 9), 50ms);
  pending_requests.remove(StreamId{1});
  pending_requests.remove(StreamId{1});
  EXPECT_EQ(order_of(pending_requests), (std::vector<std::uint64_t>{2, 4, 3}));
  EXPECT_EQ(pending_requests.of_account(UserId{100}), 2U);
  EXPECT_EQ(pending_requests.of_user({.account = UserId{100}, .user = UserId{1}}), 0U);
  pending_requests.add(pending(5, 100, 1), 50ms);
  EXPECT_EQ(order_of(pending_requests).back(), 5U);
}

TEST(PendingRequests, StandsWhateverIsAdmittedOrLeavesInAnyOrder) {
  std::mt19937 random(11);
  PendingRequests pending_requests;
  const Accounts accounts;
  std::uint64_t last = 0;
  std::size_t expected = 0;
  for (int step = 0; step < 20'000; ++step) {
    for (auto more = random() % 3; more > 0; --more, ++expected) {
      ++last;
      const auto account = random() % 3;
      pending_requests.add(pending(last, account, 10 * account + random() % 2), 50ms);
    }
    const auto waiting = pending_requests.in_order();
    ASSERT_EQ(waiting.size(), expected);
    // Some of one pass are admitted and some leave, in the pass's order and out of it.
    for (const auto* pending : waiting) {
      const auto what = random() % 8;
      if (what > 3) continue;
      if (what < 2) {
        pending_requests.admit(pending->spec.id);
      } else {
        pending_requests.remove(pending->spec.id);
      }
      --expected;
    }
    if (step % 50 == 0) pending_requests.forget(accounts);
    ASSERT_EQ(pending_requests.size(), expected);
  }
}

}  // namespace
}  // namespace antiphon::scheduler
