#include "worker_pool/slot.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::worker_pool {
namespace {

constexpr base::Duration kMinute = std::chrono::minutes(1);

}  // namespace

void Slot::start(Cause cause, base::TimePoint now) {
  ANTIPHON_CHECK(state_ == SlotState::kEmpty, "a process is started in an empty slot");
  state_ = SlotState::kStarting;
  wanted_for_ = cause;
  was_ready_ = false;
  started_ = now;
  ready_after_ = {};
  resident_ = 0;
  resident_when_ready_ = 0;
  ++starts_;
  backoff_.started(now);
}

void Slot::ready(base::TimePoint now) {
  state_ = SlotState::kSpare;
  was_ready_ = true;
  ready_after_ = now - started_;
  failed_starts_ = 0;
}

void Slot::killed(Death death) {
  ANTIPHON_CHECK(runs() && state_ != SlotState::kEnding, "a process is killed once");
  deaths_.add(death);
  state_ = SlotState::kEnding;
}

void Slot::hold(std::uint64_t bytes) {
  resident_ = bytes;
  if (was_ready_ && resident_when_ready_ == 0) resident_when_ready_ = bytes;
}

void Slot::ended(const Options& options, bool may_rest, Blame blame, base::TimePoint now) {
  ANTIPHON_CHECK(runs(), "a process that ends was there");
  resident_ = 0;
  if (state_ == SlotState::kRetiring) {
    state_ = SlotState::kEmpty;
    return;
  }
  if (state_ != SlotState::kEnding) deaths_.add(Death::kExited);
  if (blame == Blame::kText && was_ready_ && ++text_ends_ <= kTextEnds) {
    state_ = SlotState::kWaiting;
    until_ = now;
    return;
  }
  ends_.push_back(now);
  while (now - ends_.front() > kMinute || ends_.size() > options.deaths_per_minute + 1) ends_.pop_front();
  if (!was_ready_) ++failed_starts_;
  const auto pause = backoff_.ended(now);
  if (failed_starts_ >= options.failed_starts) {
    state_ = SlotState::kGivenUp;
  } else if (may_rest && ends_.size() > options.deaths_per_minute) {
    state_ = SlotState::kQuarantined;
    until_ = now + options.quarantine;
  } else {
    state_ = SlotState::kWaiting;
    until_ = now + pause;
  }
}

void Slot::not_started(base::TimePoint now) {
  ANTIPHON_CHECK(state_ == SlotState::kStarting, "a process that could not be started was to be");
  state_ = SlotState::kWaiting;
  until_ = now + backoff_.ended(now);
}

void Slot::expire(base::TimePoint now) {
  const bool waits = state_ == SlotState::kWaiting || state_ == SlotState::kQuarantined;
  if (waits && now >= until_) state_ = SlotState::kEmpty;
}

void Slot::reset() {
  failed_starts_ = 0;
  text_ends_ = 0;
  ends_.clear();
  if (state_ == SlotState::kWaiting || state_ == SlotState::kQuarantined || state_ == SlotState::kGivenUp) {
    state_ = SlotState::kEmpty;
  }
}

bool Slot::runs() const {
  return state_ != SlotState::kEmpty && state_ != SlotState::kWaiting && state_ != SlotState::kQuarantined &&
         state_ != SlotState::kGivenUp;
}

}  // namespace antiphon::worker_pool
