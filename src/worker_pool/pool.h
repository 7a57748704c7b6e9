#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "worker_pool/growth_rule.h"
#include "worker_pool/options.h"
#include "worker_pool/slot.h"
#include "worker_pool/types.h"

namespace antiphon::worker_pool {

/// Decides how many workers there are, which of them take jobs, and when one that ended is started again. Pure: the
/// time is an argument, update() returns what is to be done, and the caller that does it reports. Not thread-safe.
///
/// There is one slot for each worker that may take jobs, one for the spare, and one in which the successor of a worker
/// that is about to go can start beside it. A worker is started only where the machine's and the device's memory have
/// room for it, but for the least that there must be.
class Pool {
 public:
  /// `options` must be valid.
  explicit Pool(Options options);

  /// What is to be done now. Call it about ten times a second, and after each report.
  [[nodiscard]] std::vector<Action> update(const Sample& sample, base::TimePoint now);

  // What happened. The slot must be in a state in which that can be.

  /// The process of a slot that was told to start has its voices loaded.
  void ready(SlotIndex slot, base::TimePoint now);
  /// The slot's process has planned a text, so that the texts at which others ended there are to blame, not the slot.
  void planned(SlotIndex slot) { slots_.at(slot).planned(); }
  /// The performer kills the slot's process, or gives it up. Its end is still to be reported.
  void killed(SlotIndex slot, Death death);
  /// The system has no room for another process at present: it is tried again, at longer intervals, for ever.
  void not_started(SlotIndex slot, base::TimePoint now) { slots_.at(slot).not_started(now); }
  /// The slot's process is gone.
  void ended(SlotIndex slot, base::TimePoint now, Blame blame = Blame::kSlot);
  /// What the slot's process holds.
  void resident(SlotIndex slot, std::uint64_t bytes);
  /// Forgets all faults, so that quarantined slots and those that were given up are used again.
  void reset();

  // What is known.

  [[nodiscard]] std::span<const Slot> slots() const { return slots_; }
  [[nodiscard]] std::uint32_t active() const { return count(SlotState::kActive); }
  [[nodiscard]] std::uint32_t wanted() const { return wanted_; }
  [[nodiscard]] Condition condition() const;
  /// Where a call, told by the next update(), has a spare take jobs at once: the wait beyond which to call for it.
  [[nodiscard]] std::optional<base::Duration> spare_wait_limit() const;
  /// What kept it from doing what it wanted at the last update.
  [[nodiscard]] Limit limit() const { return limit_; }
  /// The last ones, oldest first; kDecisions at most.
  [[nodiscard]] const std::deque<Decision>& decisions() const { return decisions_; }
  /// How many such were ever made.
  [[nodiscard]] std::uint64_t decided(ActionKind kind, Cause cause) const {
    return decided_.at(static_cast<std::size_t>(kind)).at(static_cast<std::size_t>(cause));
  }
  [[nodiscard]] const Options& options() const { return options_; }

  static constexpr std::size_t kDecisions = 64;
  /// A worker that holds more than it may is replaced only when it has grown by this factor since it became ready: what
  /// a fresh one would hold as well is no reason.
  static constexpr double kGrown = 1.25;

 private:
  [[nodiscard]] std::uint32_t count(SlotState state) const;
  /// Processes that may exist besides those that retire.
  [[nodiscard]] std::uint32_t places() const;
  [[nodiscard]] std::uint32_t coming() const;
  [[nodiscard]] Limit room(const Sample& sample) const;
  void resize(const Sample& sample, base::TimePoint now);
  void promote(std::uint32_t active, base::TimePoint now);
  void retire(std::uint32_t active, std::uint32_t spares, base::TimePoint now);
  /// The worker that holds the most of those that hold too much; null: none does.
  [[nodiscard]] Slot* largest();
  void replace_the_largest(const Sample& sample, base::TimePoint now);
  void spawn(const Sample& sample, std::uint32_t active, std::uint32_t spares, base::TimePoint now);
  void decide(ActionKind kind, SlotIndex slot, Cause cause, base::TimePoint now);

  Options options_;
  std::vector<Slot> slots_;
  GrowthRule growth_;
  std::uint32_t wanted_;
  Cause cause_ = Cause::kLeast;  ///< Why there are fewer than are wanted.
  Limit limit_ = Limit::kNone;
  bool was_ready_ = false;
  std::vector<Action> actions_;
  std::deque<Decision> decisions_;
  std::array<std::array<std::uint64_t, kCauses.size()>, kActionKinds.size()> decided_{};
};

}  // namespace antiphon::worker_pool
