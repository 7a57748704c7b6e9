#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "worker_pool/pool.h"

// Random traces: processes start, die, hang and grow at random, and load and memory change; some things always hold.

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kWorkerBytes = 1ULL << 28;
constexpr std::uint64_t kTotal = 1ULL << 32;

class Trace {
 public:
  explicit Trace(std::uint32_t seed) : random_(seed), options_(any_options()), pool_(options_) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      now_ += std::chrono::milliseconds(pick(1, 400));
      happen();
      const auto spawned = spawns_;
      for (const auto& action : pool_.update(sample_, now_)) perform(action);
      if (spawns_ > spawned && sample_.machine.total > 0 && population() > options_.least) {
        EXPECT_LE(static_cast<double>(sample_.machine.used + kWorkerBytes), 0.9 * static_cast<double>(kTotal))
            << "nothing beyond the least is started where memory is full";
      }
      check();
      if (testing::Test::HasFailure()) return;
    }
    recover();
  }

 private:
  std::uint32_t pick(std::uint32_t low, std::uint32_t high) {
    return std::uniform_int_distribution<std::uint32_t>(low, high)(random_);
  }
  bool chance(double share) { return std::uniform_real_distribution(0.0, 1.0)(random_) < share; }

  Options any_options() {
    const auto least = pick(1, 4);
    return {.least = least,
            .most = least + pick(0, 4),
            .spare = chance(0.5) ? Spare::kOn : Spare::kOff,
            .shrink_after = std::chrono::seconds(pick(1, 20)),
            .worker_memory_limit = chance(0.5) ? kWorkerBytes * 2 : 0,
            .failed_starts = pick(2, 12)};
  }

  void happen() {
    sample_.load = std::uniform_real_distribution(0.0, 1.5)(random_);
    sample_.start_wait = chance(0.5) ? 2s : 0s;
    if (chance(0.1)) ++sample_.refusals;
    if (chance(0.05)) sample_.machine = {.total = kTotal, .used = kTotal / 100 * pick(50, 100)};
    sample_.worker_bytes = kWorkerBytes;
    for (SlotIndex i = 0; i < pool_.slots().size(); ++i) {
      const auto state = pool_.slots()[i].state();
      if (state == SlotState::kStarting && chance(0.2)) {
        pool_.ready(i, now_);
        pool_.resident(i, kWorkerBytes);
      } else if (state == SlotState::kEnding || (state == SlotState::kRetiring && chance(0.3))) {
        end(i);
      } else if (pool_.slots()[i].runs() && chance(0.02)) {
        if (chance(0.5)) {
          pool_.killed(i, Death::kStalled);
        } else {
          end(i);
        }
      } else if (state == SlotState::kActive && chance(0.02)) {
        pool_.resident(i, kWorkerBytes * pick(1, 4));
      }
    }
    if (chance(0.001)) pool_.reset();
  }

  void end(SlotIndex slot) {
    if (pool_.slots()[slot].state() == SlotState::kRetiring) ++retired_;
    pool_.ended(slot, now_);
    ++ends_;
  }

  void perform(const Action& action) {
    switch (action.kind) {
      case ActionKind::kSpawn:
        ++spawns_;
        EXPECT_EQ(pool_.slots()[action.slot].state(), SlotState::kStarting);
        return;
      case ActionKind::kPromote:
        EXPECT_EQ(pool_.slots()[action.slot].state(), SlotState::kActive);
        return;
      case ActionKind::kRetire:
        EXPECT_EQ(pool_.slots()[action.slot].state(), SlotState::kRetiring);
        return;
    }
  }

  [[nodiscard]] std::uint32_t processes() const {
    return static_cast<std::uint32_t>(std::ranges::count_if(pool_.slots(), &Slot::runs));
  }

  /// Workers that are there or will be started again.
  [[nodiscard]] std::uint32_t population() const {
    return static_cast<std::uint32_t>(std::ranges::count_if(pool_.slots(), [](const Slot& slot) {
      return slot.state() == SlotState::kWaiting || (slot.runs() && slot.state() != SlotState::kRetiring);
    }));
  }

  void check() {
    EXPECT_LE(pool_.active(), options_.most);
    EXPECT_GE(pool_.wanted(), options_.least);
    EXPECT_LE(pool_.wanted(), options_.most);
    EXPECT_LE(processes(), pool_.slots().size());
    EXPECT_EQ(spawns_, ends_ + processes()) << "every process that was started ends once";
    EXPECT_LE(pool_.decisions().size(), Pool::kDecisions);
    EXPECT_TRUE(pool_.update(sample_, now_).empty()) << "a second look at the same moment finds nothing to do";
    for (const auto& slot : pool_.slots()) {
      const bool rests = slot.state() == SlotState::kQuarantined;
      if (!rests && slot.state() != SlotState::kWaiting) continue;
      EXPECT_LE(slot.until() - now_, rests ? options_.quarantine : options_.backoff.cap);
    }
  }

  /// When nothing fails any more all is well again, within the longest pause there is.
  void recover() {
    pool_.reset();
    sample_ = {.load = 0.5, .refusals = sample_.refusals, .machine = {}, .worker_bytes = kWorkerBytes};
    for (const auto end_at = now_ + 3min; now_ < end_at; now_ += 100ms) {
      for (SlotIndex i = 0; i < pool_.slots().size(); ++i) {
        const auto state = pool_.slots()[i].state();
        if (state == SlotState::kStarting) {
          pool_.ready(i, now_);
          pool_.resident(i, kWorkerBytes);
        }
        if (state == SlotState::kEnding || state == SlotState::kRetiring) end(i);
      }
      for (const auto& action : pool_.update(sample_, now_)) perform(action);
    }
    EXPECT_EQ(pool_.condition(), Condition::kWell);
    EXPECT_EQ(pool_.limit(), Limit::kNone);
    const auto spares = std::ranges::count(pool_.slots(), SlotState::kSpare, &Slot::state);
    EXPECT_EQ(spares, options_.spare == Spare::kOn ? 1 : 0);
  }

  std::mt19937 random_;
  Options options_;
  Pool pool_;
  Sample sample_;
  base::TimePoint now_ = base::TimePoint{} + 1h;
  std::uint64_t spawns_ = 0;
  std::uint64_t ends_ = 0;
  std::uint64_t retired_ = 0;
};

TEST(PoolProperty, HoldsInRandomTraces) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Trace(seed).run(1000);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace antiphon::worker_pool
