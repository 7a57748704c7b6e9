#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"
#include "worker_pool/backoff.h"
#include "worker_pool/options.h"
#include "worker_pool/types.h"

namespace antiphon::worker_pool {

/// What became of the processes in one place, and when the next one may be started there. Pure.
class Slot {
 public:
  explicit Slot(const Options& options) : backoff_(options.backoff) {}

  [[nodiscard]] SlotState state() const { return state_; }
  /// Processes started here.
  [[nodiscard]] std::uint64_t starts() const { return starts_; }
  /// How they ended.
  [[nodiscard]] const DeathCount& deaths() const { return deaths_; }
  [[nodiscard]] std::uint64_t deaths(Death death) const { return deaths_.of(death); }
  /// When kWaiting or kQuarantined ends.
  [[nodiscard]] base::TimePoint until() const { return until_; }
  /// Memory that the process holds, and held when it became ready; 0: not known.
  [[nodiscard]] std::uint64_t resident() const { return resident_; }
  [[nodiscard]] std::uint64_t resident_when_ready() const { return resident_when_ready_; }
  [[nodiscard]] Cause wanted_for() const { return wanted_for_; }
  /// From the start of the process until it was ready; zero while it is not.
  [[nodiscard]] base::Duration ready_after() const { return ready_after_; }

  /// There is a process, or there was one a moment ago.
  [[nodiscard]] bool runs() const;

  void start(Cause cause, base::TimePoint now);
  void ready(base::TimePoint now);
  void promote() { state_ = SlotState::kActive; }
  void retire() { state_ = SlotState::kRetiring; }
  void killed(Death death);
  void hold(std::uint64_t bytes);

  /// So many ends in a row for which texts are to blame are not held against the slot. The further ones are, until a
  /// process in it has planned a text: where every text ends the process, the texts are not at fault.
  static constexpr std::uint32_t kTextEnds = 3;
  /// Ends for which texts were to blame, since a text was planned here.
  [[nodiscard]] std::uint32_t text_ends() const { return text_ends_; }

  /// The process has planned a text.
  void planned() { text_ends_ = 0; }
  /// The process is gone. `may_rest`: others can do without this slot, so that it may be quarantined. What is not held
  /// against the slot, see kTextEnds, leaves it to be used again at once.
  void ended(const Options& options, bool may_rest, Blame blame, base::TimePoint now);
  /// The process could not be started, for which the slot is not to blame.
  void not_started(base::TimePoint now);
  /// Its pause or quarantine is over, where that is so.
  void expire(base::TimePoint now);
  /// Forgets its faults.
  void reset();

 private:
  SlotState state_ = SlotState::kEmpty;
  Cause wanted_for_ = Cause::kLeast;
  Backoff backoff_;
  base::TimePoint until_{};
  base::TimePoint started_{};
  base::Duration ready_after_{};
  bool was_ready_ = false;  ///< The process that runs was.
  std::uint32_t failed_starts_ = 0;
  std::uint32_t text_ends_ = 0;
  std::deque<base::TimePoint> ends_;  ///< Ends of the last minute; deaths_per_minute + 1 at most.
  std::uint64_t starts_ = 0;
  DeathCount deaths_;
  std::uint64_t resident_ = 0;
  std::uint64_t resident_when_ready_ = 0;
};

}  // namespace antiphon::worker_pool
