#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::StreamId;
using base::UserId;
using base::WorkerId;

/// Users whose streams come, are worked on and leave in any order; it counts whose starts were begun.
class Crowd {
 public:
  /// `per_account`: so many users in a row share an account.
  Crowd(std::uint32_t seed, std::uint32_t workers, std::uint64_t per_account = 1)
      : random_(seed), per_account_(per_account) {
    for (std::uint32_t i = 1; i <= workers; ++i) scheduler_.add_worker(WorkerId{i});
  }

  [[nodiscard]] int any(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  void arrive(std::uint64_t user) {
    const StreamId id{++last_};
    scheduler_.add_stream({.id = id,
                           .user = UserId{user},
                           .account = UserId{1000 + account_of(user)},
                           .voice = VoiceId{1},
                           .expected = 3s},
                          now_);
    waiting_[id] = user;
  }
  void leave() {
    if (waiting_.empty()) return;
    const auto gone = std::next(waiting_.begin(), any(0, static_cast<int>(waiting_.size()) - 1));
    scheduler_.cancel_stream(gone->first, now_);
    waiting_.erase(gone);
  }
  /// The users whose starts are begun now, in order.
  std::vector<std::uint64_t> poll() {
    std::vector<std::uint64_t> begun;
    for (const auto& action : scheduler_.poll(now_)) {
      const auto* job = std::get_if<Dispatch>(&action);
      if (job == nullptr) continue;
      jobs_.push_back(*job);
      const auto it = waiting_.find(job->stream);
      if (it == waiting_.end()) continue;
      begun.push_back(it->second);
      waiting_.erase(it);
    }
    return begun;
  }
  /// One of the jobs ends.
  void work() {
    if (jobs_.empty()) return;
    const auto it = jobs_.begin() + any(0, static_cast<int>(jobs_.size()) - 1);
    const auto job = *it;
    jobs_.erase(it);
    now_ += std::chrono::milliseconds(any(1, 60));
    if (job.kind == JobKind::kPlan) {
      const std::vector<base::Duration> grains(static_cast<std::size_t>(any(1, 15)), 200ms);
      scheduler_.planned(job.job, {.grains = grains, .took = 20ms}, now_);
      return;
    }
    render(scheduler_, job, 10ms, now_);
  }
  [[nodiscard]] bool waits(std::uint64_t user) const {
    return std::ranges::any_of(waiting_, [&](const auto& entry) { return entry.second == user; });
  }
  [[nodiscard]] std::uint64_t account_of(std::uint64_t user) const { return (user - 1) / per_account_ + 1; }
  [[nodiscard]] bool account_waits(std::uint64_t account) const {
    return std::ranges::any_of(waiting_, [&](const auto& entry) { return account_of(entry.second) == account; });
  }

 private:
  std::mt19937 random_;
  std::uint64_t per_account_;
  Scheduler scheduler_{Options{.admission = Admission::kOff}};
  base::TimePoint now_{1h};
  std::uint64_t last_ = 0;
  std::map<StreamId, std::uint64_t> waiting_;  ///< Streams that were not begun yet, and whose they are.
  std::vector<Dispatch> jobs_;
};

/// Checks that of two who wait, one has begun at most one start more than the other.
class Leads {
 public:
  static constexpr std::uint64_t kMost = 6;

  template <class Waits>
  void before_poll(const Waits& waits) {
    forget(waits);
    for (std::uint64_t one = 1; one <= kMost; ++one) waited_.at(one) = waits(one);
  }
  template <class Waits>
  void begun(std::uint64_t who, const Waits& waits) {
    for (std::uint64_t other = 1; other <= kMost; ++other) {
      if (other == who || !waited_.at(other)) continue;
      ++lead_.at(who).at(other);
      --lead_.at(other).at(who);
      if (!waits(other)) continue;
      ++compared_;
      worst_ = std::max(worst_, lead_.at(who).at(other));
    }
  }
  template <class Waits>
  void forget(const Waits& waits) {
    for (std::uint64_t one = 1; one <= kMost; ++one) {
      for (std::uint64_t other = 1; other <= kMost; ++other) {
        if (!waits(one) || !waits(other)) lead_.at(one).at(other) = 0;
      }
    }
  }
  [[nodiscard]] int worst() const { return worst_; }
  [[nodiscard]] std::uint64_t compared() const { return compared_; }

 private:
  std::array<std::array<int, kMost + 1>, kMost + 1> lead_{};  ///< Starts of one since both wait, less the other's.
  std::array<bool, kMost + 1> waited_{};
  std::uint64_t compared_ = 0;
  int worst_ = 0;
};

/// Something happens to a crowd of so many users.
void any_event(Crowd& crowd, std::uint64_t users) {
  const int what = crowd.any(0, 9);
  if (what < 3) {
    const auto user = static_cast<std::uint64_t>(crowd.any(1, static_cast<int>(users)));
    for (int burst = crowd.any(1, 5); burst > 0; --burst) crowd.arrive(user);
  } else if (what == 3) {
    crowd.leave();
  } else {
    crowd.work();
  }
}

TEST(Fairness, WhileTwoUsersWaitTheStartsThatWereBegunDifferByAtMostOne) {
  std::uint64_t compared = 0;
  for (std::uint32_t seed = 1; seed <= 4'000; ++seed) {
    Crowd crowd(seed, 1 + seed % 3);
    const auto waits = [&](std::uint64_t user) { return crowd.waits(user); };
    Leads users;
    for (int step = 0; step < 120; ++step) {
      any_event(crowd, 3);
      users.before_poll(waits);  // within one poll several may be begun: those waited before it
      for (const auto user : crowd.poll()) users.begun(user, waits);
      users.forget(waits);
      ASSERT_LE(users.worst(), 1) << "seed " << seed << " step " << step;
    }
    compared += users.compared();
  }
  EXPECT_GT(compared, 50'000U);
}

TEST(Fairness, WhileTwoAccountsWaitTheirStartsDifferByAtMostOneHoweverManyUsersEachHas) {
  std::uint64_t compared = 0;
  for (std::uint32_t seed = 1; seed <= 2'000; ++seed) {
    Crowd crowd(seed, 1 + seed % 3, 3);
    const auto waits = [&](std::uint64_t account) { return crowd.account_waits(account); };
    Leads accounts;
    for (int step = 0; step < 120; ++step) {
      any_event(crowd, step % 40 < 20 ? 6 : 4);  // the second account has one user or three
      accounts.before_poll(waits);
      for (const auto user : crowd.poll()) accounts.begun(crowd.account_of(user), waits);
      accounts.forget(waits);
      ASSERT_LE(accounts.worst(), 1) << "seed " << seed << " step " << step;
    }
    compared += accounts.compared();
  }
  EXPECT_GT(compared, 20'000U);
}

TEST(Fairness, AUserWhoLeavesTheQueueDoesNotPayForTurnsHeDidNotTake) {
  Crowd crowd(1, 1);
  crowd.arrive(2);
  crowd.poll();
  for (int i = 0; i < 10; ++i) crowd.arrive(1);
  for (int i = 0; i < 10; ++i) crowd.leave();
  EXPECT_FALSE(crowd.waits(1));
  for (int i = 0; i < 4; ++i) crowd.arrive(2);
  crowd.arrive(1);
  std::vector<std::uint64_t> begun;
  while (begun.size() < 2) {
    crowd.work();
    for (const auto user : crowd.poll()) begun.push_back(user);
  }
  EXPECT_NE(std::ranges::find(begun, 1U), begun.end()) << "he is among the first two";
}

}  // namespace
}  // namespace antiphon::scheduler
