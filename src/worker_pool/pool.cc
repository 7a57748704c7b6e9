#include "worker_pool/pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::worker_pool {
namespace {

bool fits(const Memory& memory, std::uint64_t more, double share) {
  if (memory.total == 0) return true;
  return static_cast<double>(memory.used) + static_cast<double>(more) <= share * static_cast<double>(memory.total);
}

}  // namespace

Pool::Pool(Options options) : options_(options), wanted_(options.least) {
  ANTIPHON_CHECK(options_.validate().has_value(), "pool options");
  const auto spares = options_.spare == Spare::kOn ? 1U : 0U;
  slots_.assign(options_.most + spares + 1, Slot(options_));
}

std::vector<Action> Pool::update(const Sample& sample, base::TimePoint now) {
  for (auto& slot : slots_) slot.expire(now);
  resize(sample, now);
  const auto active_wanted = std::min(wanted_, places());
  const bool has_place = options_.spare == Spare::kOn && places() > active_wanted;
  const auto spares_wanted = has_place || largest() != nullptr ? 1U : 0U;
  replace_the_largest(sample, now);
  promote(active_wanted, now);
  retire(active_wanted, spares_wanted, now);
  spawn(sample, active_wanted, spares_wanted, now);
  if (active() >= wanted_) cause_ = Cause::kLost;
  return std::exchange(actions_, {});
}

void Pool::resize(const Sample& sample, base::TimePoint now) {
  limit_ = places() < wanted_ ? Limit::kFaults : Limit::kNone;
  const auto advice = growth_.update(options_, sample, active(), wanted_, now);
  switch (advice.step) {
    case GrowthRule::Step::kHold:
      if (limit_ == Limit::kNone && wanted_ == options_.most && sample.start_wait > options_.start_wait) {
        limit_ = Limit::kWorkers;
      }
      return;
    case GrowthRule::Step::kShrink:
      --wanted_;
      return;
    case GrowthRule::Step::kGrow:
      break;
  }
  if (places() <= wanted_) {
    limit_ = Limit::kFaults;
  } else if (const auto full = room(sample); full != Limit::kNone && count(SlotState::kSpare) == 0) {
    limit_ = full;
  } else {
    ++wanted_;
    cause_ = advice.cause;
  }
}

void Pool::promote(std::uint32_t active_wanted, base::TimePoint now) {
  auto missing = active_wanted - std::min(active_wanted, active());
  for (SlotIndex i = 0; i < slots_.size() && missing > 0; ++i) {
    if (slots_[i].state() != SlotState::kSpare) continue;
    decide(ActionKind::kPromote, i, cause_, now);
    slots_[i].promote();
    --missing;
  }
}

void Pool::retire(std::uint32_t active_wanted, std::uint32_t spares_wanted, base::TimePoint now) {
  const auto let_go = [&](SlotState state, std::uint32_t wanted) {
    auto excess = count(state) - std::min(count(state), wanted);
    for (auto i = static_cast<SlotIndex>(slots_.size()); i-- > 0 && excess > 0;) {
      if (slots_[i].state() != state) continue;
      decide(ActionKind::kRetire, i, Cause::kLittleLoad, now);
      slots_[i].retire();
      --excess;
    }
  };
  let_go(SlotState::kActive, active_wanted);
  if (active() >= active_wanted) let_go(SlotState::kSpare, spares_wanted);
}

Slot* Pool::largest() {
  const auto excess = [&](const Slot& slot) {
    const bool grown = slot.state() == SlotState::kActive && slot.resident() > options_.worker_memory_limit &&
                       static_cast<double>(slot.resident()) > kGrown * static_cast<double>(slot.resident_when_ready());
    return grown ? slot.resident() : std::uint64_t{0};
  };
  if (options_.worker_memory_limit == 0) return nullptr;
  const auto found = std::ranges::max_element(slots_, {}, excess);
  return excess(*found) > 0 ? &*found : nullptr;
}

void Pool::replace_the_largest(const Sample& sample, base::TimePoint now) {
  Slot* const slot = largest();
  if (slot == nullptr || count(SlotState::kRetiring) > 0) return;
  // A successor that is ready takes the place; where there is no room for one, memory is freed first.
  if (count(SlotState::kSpare) == 0 && room(sample) == Limit::kNone) return;
  decide(ActionKind::kRetire, static_cast<SlotIndex>(slot - slots_.data()), Cause::kMemory, now);
  slot->retire();
  cause_ = Cause::kMemory;
}

void Pool::spawn(const Sample& sample, std::uint32_t active_wanted, std::uint32_t spares_wanted, base::TimePoint now) {
  const auto here = [&] { return active() + count(SlotState::kSpare) + coming(); };
  // One start at a time is tested against memory: what those that start will hold is not seen yet.
  while (here() < active_wanted + spares_wanted) {
    const auto empty = std::ranges::find(slots_, SlotState::kEmpty, &Slot::state);
    if (empty == slots_.end()) return;
    const bool needed = here() < std::min(options_.least, active_wanted);
    if (!needed) {
      if (const auto full = room(sample); full != Limit::kNone) {
        if (here() < active_wanted) limit_ = full;
        return;
      }
      if (count(SlotState::kStarting) > 0) return;
    }
    const auto cause = here() < active_wanted ? cause_ : Cause::kSpare;
    decide(ActionKind::kSpawn, static_cast<SlotIndex>(empty - slots_.begin()), cause, now);
    empty->start(cause, now);
  }
}

void Pool::decide(ActionKind kind, SlotIndex slot, Cause cause, base::TimePoint now) {
  const Action action{.kind = kind, .slot = slot, .cause = cause};
  actions_.push_back(action);
  decisions_.push_back({.at = now, .action = action, .active = active()});
  if (decisions_.size() > kDecisions) decisions_.pop_front();
  ++decided_.at(static_cast<std::size_t>(kind)).at(static_cast<std::size_t>(cause));
}

void Pool::ready(SlotIndex slot, base::TimePoint now) {
  ANTIPHON_CHECK(slots_.at(slot).state() == SlotState::kStarting, "a worker that starts becomes ready");
  slots_[slot].ready(now);
  was_ready_ = true;
}

void Pool::killed(SlotIndex slot, Death death) { slots_.at(slot).killed(death); }

void Pool::ended(SlotIndex slot, base::TimePoint now, Blame blame) {
  const auto in_service = static_cast<std::uint32_t>(std::ranges::count_if(slots_, [](const Slot& other) {
    return other.state() == SlotState::kActive || other.state() == SlotState::kSpare;
  }));
  const auto state = slots_.at(slot).state();
  const bool itself = state == SlotState::kActive || state == SlotState::kSpare;
  slots_[slot].ended(options_, in_service > (itself ? 1U : 0U), blame, now);
}

void Pool::resident(SlotIndex slot, std::uint64_t bytes) { slots_.at(slot).hold(bytes); }

void Pool::reset() {
  for (auto& slot : slots_) slot.reset();
}

Condition Pool::condition() const {
  if (active() >= wanted_) return Condition::kWell;
  if (active() > 0) return Condition::kDegraded;
  const auto lost = count(SlotState::kGivenUp);
  if (lost > 0 && coming() == 0 && count(SlotState::kSpare) == 0 && places() == 0) return Condition::kGivenUp;
  return was_ready_ ? Condition::kDegraded : Condition::kStarting;
}

std::optional<base::Duration> Pool::spare_wait_limit() const {
  const bool at_rest = active() > 0 && active() == wanted_;
  const bool may_grow = wanted_ < options_.most && wanted_ < places();
  if (!at_rest || !may_grow || count(SlotState::kSpare) == 0) return std::nullopt;
  return options_.start_wait;
}

std::uint32_t Pool::count(SlotState state) const {
  return static_cast<std::uint32_t>(std::ranges::count(slots_, state, &Slot::state));
}

std::uint32_t Pool::places() const {
  const auto all = options_.most + (options_.spare == Spare::kOn ? 1U : 0U);
  return all - std::min(all, count(SlotState::kQuarantined) + count(SlotState::kGivenUp));
}

std::uint32_t Pool::coming() const {
  return count(SlotState::kStarting) + count(SlotState::kWaiting) + count(SlotState::kEnding);
}

Limit Pool::room(const Sample& sample) const {
  if (!fits(sample.machine, sample.worker_bytes, options_.memory_share)) return Limit::kMemory;
  if (!fits(sample.device, sample.worker_device_bytes, options_.memory_share)) return Limit::kDeviceMemory;
  return Limit::kNone;
}

}  // namespace antiphon::worker_pool
