#include "scheduler/applicants.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::StreamId;
using base::UserId;

Applicant applicant(std::uint64_t stream, std::uint64_t account, std::uint64_t user, double weight = 1) {
  return {.spec = {.id = StreamId{stream}, .user = UserId{user}, .account = UserId{account}, .weight = weight}};
}

std::vector<std::uint64_t> order_of(Applicants& applicants) {
  std::vector<std::uint64_t> order;
  for (const auto* waiting : applicants.in_order()) order.push_back(waiting->spec.id.value);
  return order;
}

TEST(Applicants, AccountsAlternateAndWithinOneItsUsers) {
  Applicants applicants;
  applicants.add(applicant(1, 100, 1), 50ms);
  applicants.add(applicant(2, 100, 1), 50ms);
  applicants.add(applicant(3, 100, 1), 50ms);
  applicants.add(applicant(4, 100, 2), 50ms);
  applicants.add(applicant(5, 200, 3), 50ms);
  applicants.add(applicant(6, 200, 3), 50ms);
  EXPECT_EQ(order_of(applicants), (std::vector<std::uint64_t>{1, 5, 4, 6, 2, 3}));
}

TEST(Applicants, WeightSpacesAnAccountsTags) {
  Applicants applicants;
  for (std::uint64_t i = 1; i <= 4; ++i) applicants.add(applicant(i, 100, 1, 2), 50ms);
  for (std::uint64_t i = 5; i <= 8; ++i) applicants.add(applicant(i, 200, 2, 1), 50ms);
  EXPECT_EQ(order_of(applicants), (std::vector<std::uint64_t>{1, 5, 2, 3, 6, 4, 7, 8}));
}

TEST(Applicants, WhoLeavesGivesHisAccountsLastPlaceBack) {
  Applicants applicants;
  for (std::uint64_t i = 1; i <= 3; ++i) applicants.add(applicant(i, 100, i), 50ms);
  applicants.add(applicant(4, 200, 9), 50ms);
  applicants.remove(StreamId{1});
  applicants.remove(StreamId{1});
  EXPECT_EQ(order_of(applicants), (std::vector<std::uint64_t>{2, 4, 3}));
  EXPECT_EQ(applicants.of_account(UserId{100}), 2U);
  EXPECT_EQ(applicants.of_user({.account = UserId{100}, .user = UserId{1}}), 0U);
  applicants.add(applicant(5, 100, 1), 50ms);
  EXPECT_EQ(order_of(applicants).back(), 5U);
}

TEST(Applicants, StandsWhateverIsAdmittedOrLeavesInAnyOrder) {
  std::mt19937 random(11);
  Applicants applicants;
  const Accounts accounts;
  std::uint64_t last = 0;
  std::size_t expected = 0;
  for (int step = 0; step < 20'000; ++step) {
    for (auto more = random() % 3; more > 0; --more, ++expected) {
      ++last;
      const auto account = random() % 3;
      applicants.add(applicant(last, account, 10 * account + random() % 2), 50ms);
    }
    const auto waiting = applicants.in_order();
    ASSERT_EQ(waiting.size(), expected);
    // Some of one pass are admitted and some leave, in the pass's order and out of it.
    for (const auto* applicant : waiting) {
      const auto what = random() % 8;
      if (what > 3) continue;
      if (what < 2) {
        applicants.admit(applicant->spec.id);
      } else {
        applicants.remove(applicant->spec.id);
      }
      --expected;
    }
    if (step % 50 == 0) applicants.forget(accounts);
    ASSERT_EQ(applicants.size(), expected);
  }
}

}  // namespace
}  // namespace antiphon::scheduler
