#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "scheduler/scheduler.h"

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::StreamId;
using base::UserId;
using base::WorkerId;

/// Users whose streams come, are worked on and leave in any order; it counts whose starts were begun.
class Crowd {
 public:
  Crowd(std::uint32_t seed, std::uint32_t workers) : random_(seed) {
    for (std::uint32_t i = 1; i <= workers; ++i) scheduler_.add_worker(WorkerId{i});
  }

  [[nodiscard]] int any(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  void arrive(std::uint64_t user) {
    const StreamId id{++last_};
    scheduler_.add_stream({.id = id, .user = UserId{user}, .voice = VoiceId{1}, .expected = 3s}, now_);
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
    for (std::uint32_t i = 0; i < job.grains; ++i) scheduler_.grain_rendered(job.job, 10ms, now_);
    scheduler_.render_ended(job.job, now_);
  }
  [[nodiscard]] bool waits(std::uint64_t user) const {
    return std::ranges::any_of(waiting_, [&](const auto& entry) { return entry.second == user; });
  }

 private:
  std::mt19937 random_;
  Scheduler scheduler_{Options{.admission = Admission::kOff}};
  base::TimePoint now_{1h};
  std::uint64_t last_ = 0;
  std::map<StreamId, std::uint64_t> waiting_;  ///< Streams that were not begun yet, and whose they are.
  std::vector<Dispatch> jobs_;
};

TEST(Fairness, WhileTwoUsersWaitTheStartsThatWereBegunDifferByAtMostOne) {
  constexpr std::uint64_t kUsers = 3;
  std::uint64_t compared = 0;
  for (std::uint32_t seed = 1; seed <= 4'000; ++seed) {
    Crowd crowd(seed, 1 + seed % 3);
    std::array<std::array<int, kUsers + 1>, kUsers + 1> lead{};  // starts of one since both wait, less the other's
    const auto forget_those_who_do_not_wait = [&] {
      for (std::uint64_t one = 1; one <= kUsers; ++one) {
        for (std::uint64_t other = 1; other <= kUsers; ++other) {
          if (!crowd.waits(one) || !crowd.waits(other)) lead.at(one).at(other) = 0;
        }
      }
    };
    for (int step = 0; step < 120; ++step) {
      const int what = crowd.any(0, 9);
      if (what < 3) {
        const auto user = static_cast<std::uint64_t>(crowd.any(1, kUsers));
        for (int burst = crowd.any(1, 5); burst > 0; --burst) crowd.arrive(user);
      } else if (what == 3) {
        crowd.leave();
      } else {
        crowd.work();
      }
      // Within one poll several may be begun: those waited before it.
      forget_those_who_do_not_wait();
      const std::array<bool, kUsers + 1> waited = {false, crowd.waits(1), crowd.waits(2), crowd.waits(3)};
      for (const auto user : crowd.poll()) {
        for (std::uint64_t other = 1; other <= kUsers; ++other) {
          if (other == user || !waited.at(other)) continue;
          ++lead.at(user).at(other);
          --lead.at(other).at(user);
          if (!crowd.waits(other)) continue;
          ++compared;
          ASSERT_LE(lead.at(user).at(other), 1) << "seed " << seed << " step " << step;
        }
      }
      forget_those_who_do_not_wait();
    }
  }
  EXPECT_GT(compared, 50'000U);
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
