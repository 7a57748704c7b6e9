#include "scheduler/admission.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

/// The finest time that a refusal names, and how often those who wait are tested while nothing is reported.
constexpr base::Duration kStep = std::chrono::milliseconds(100);
/// Reservations of all users together.
constexpr std::size_t kMostReservations = 256;
/// Weight of the newest outcome in the share of refused users who come back.
constexpr double kReturnWeight = 1.0 / 16;
/// How long it is remembered that somebody has waited in vain.
constexpr base::Duration kInVain = std::chrono::seconds(5);
/// What those are told who come while there is no worker: about what it takes to start one and to load a voice.
constexpr base::Duration kWorkerStart = std::chrono::seconds(5);

void append(std::vector<DemandLine>& to, const std::vector<DemandLine>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<DemandLine> later(std::vector<DemandLine> lines, base::Duration delay) {
  for (auto& line : lines) line.due += delay;
  return lines;
}

DemandLine times(DemandLine line, double factor) {
  line.first = base::from_seconds(base::to_seconds(line.first) * factor);
  line.rate *= factor;
  line.total = std::max(line.first, base::from_seconds(base::to_seconds(line.total) * factor));
  return line;
}

std::vector<DemandLine> times(std::vector<DemandLine> lines, double factor) {
  for (auto& line : lines) line = times(line, factor);
  return lines;
}

}  // namespace

/// What is promised while poll() goes through those who wait: to the streams, to those who were let in or wait before
/// in this pass, and to those who were refused.
class AdmissionDesk::Promises {
 public:
  /// `desk` outlives it.
  Promises(const AdmissionDesk& desk, Scheduler::Promised streams, base::TimePoint now)
      : desk_(desk),
        now_(now),
        supply_(desk.scheduler_.supply(now)),
        streams_(std::move(streams.lines)),
        all_(std::move(streams.curve)) {
    if (!desk.reservations_.empty()) reserved();
  }

  /// The smallest delay with which `own` fits, and leaves room for `phantoms`, beside what others may claim before.
  [[nodiscard]] base::Duration earliest(base::UserId user, std::span<const DemandLine> own,
                                        const std::vector<DemandLine>& phantoms) const {
    auto lines = phantoms;
    lines.insert(lines.end(), own.begin(), own.end());
    if (all_.fits(lines)) return {};
    if (!DemandCurve({}, supply_).fits(own)) return kNever;  // no idle time before it begins would help
    return before(user).earliest(lines, kStep, kNever);
  }

  void admitted(const std::vector<DemandLine>& lines) {
    append(streams_, lines);
    all_.add(lines);
  }
  /// Somebody waits for a place that is free after `delay`; those behind may only take what is left beside it.
  void waits(base::UserId user, const std::vector<DemandLine>& lines, base::Duration delay) {
    waiters_.push_back({.streams = desk_.scheduler_.streams_of(user), .lines = later(lines, delay)});
    all_.add(lines, delay);
  }
  /// The reservations have changed.
  void reserved() {
    auto lines = streams_;
    for (const auto& waiter : waiters_) append(lines, waiter.lines);
    for (const auto& kept : desk_.reservations_) append(lines, times(kept.lines, desk_.return_rate_));
    all_ = DemandCurve(lines, supply_);
  }

 private:
  struct Waiter {
    std::uint32_t streams = 0;  ///< That its user has.
    std::vector<DemandLine> lines;
  };

  /// What goes before a request of this user.
  [[nodiscard]] DemandCurve before(base::UserId user) const {
    const auto streams = desk_.scheduler_.streams_of(user);
    const auto own = std::ranges::find(desk_.reservations_, user, &Reservation::user);
    const bool comes_when_told = own != desk_.reservations_.end() && own->told <= now_;
    auto lines = streams_;
    for (const auto& waiter : waiters_) {
      if (waiter.streams <= streams) append(lines, waiter.lines);
    }
    for (const auto& kept : desk_.reservations_) {
      if (kept.user == user || desk_.scheduler_.streams_of(kept.user) > streams) continue;
      if (comes_when_told && kept.told >= own->told) continue;
      append(lines, times(kept.lines, desk_.return_rate_));
    }
    return {lines, supply_};
  }

  const AdmissionDesk& desk_;
  base::TimePoint now_;
  Supply supply_;
  std::vector<DemandLine> streams_;
  std::vector<Waiter> waiters_;
  DemandCurve all_;
};

void AdmissionDesk::apply(const StreamSpec& spec, base::Duration wait, base::TimePoint now) {
  auto& waiting = waiting_of_[spec.user];
  if (scheduler_.streams_of(spec.user) + waiting >= scheduler_.options().streams_per_user) {
    if (waiting == 0) waiting_of_.erase(spec.user);
    decided_.emplace_back(Refused{.stream = spec.id,
                                  .reason = RefusalReason::kUserLimit,
                                  .retry_after = std::max(kStep, scheduler_.next_end_of(spec.user, now))});
    return;
  }
  ++waiting;
  claim_reservation(spec.user, now);
  const auto head = waiting_.empty() ? virtual_time_ : std::max(virtual_time_, waiting_.begin()->first.first);
  auto& next = tags_[spec.user];
  const auto tag = std::max(next, head);
  next = tag + base::from_seconds(base::to_seconds(scheduler_.start_cost(spec.voice)) / spec.weight);
  const bool added = waiting_
                         .emplace(Order{tag, spec.id},
                                  Applicant{.spec = spec, .arrival = now, .wait = std::max(wait, base::Duration{})})
                         .second;
  ANTIPHON_CHECK(added, "stream id is new");
}

void AdmissionDesk::leave(base::StreamId stream) {
  const auto it = std::ranges::find(waiting_, stream, [](const auto& entry) { return entry.first.second; });
  if (it == waiting_.end()) return;
  const auto user = it->second.spec.user;
  waiting_.erase(it);
  if (--waiting_of_.at(user) == 0) waiting_of_.erase(user);
}

std::vector<Verdict> AdmissionDesk::poll(base::TimePoint now) {
  forget_old(now);
  auto verdicts = std::exchange(decided_, {});
  if (waiting_.empty()) return verdicts;
  auto promised = scheduler_.assess(now);
  std::vector<base::StreamId> decided;
  const auto pass = [&](Verdict verdict) {
    decided.push_back(std::visit([](const auto& body) { return body.stream; }, verdict));
    verdicts.push_back(std::move(verdict));
  };
  Promises promises(*this, std::move(promised), now);
  for (const bool in_time_first : {true, false}) {
    for (auto& [place, applicant] : waiting_) {
      if (in_time(applicant, now) != in_time_first) continue;
      if (auto verdict = decide(place, applicant, promises, now)) pass(*std::move(verdict));
    }
  }
  for (const auto stream : std::exchange(decided, {})) leave(stream);
  while (waiting_.size() > scheduler_.options().waiting_max) {
    const auto& [place, last] = *waiting_.rbegin();
    verdicts.push_back(refuse(last, RefusalReason::kQueueFull, now));
    leave(place.second);
  }
  return verdicts;
}

std::optional<base::TimePoint> AdmissionDesk::next_poll(base::TimePoint now) const {
  if (!decided_.empty()) return now;
  if (waiting_.empty()) return std::nullopt;
  return now + kStep;
}

std::optional<Verdict> AdmissionDesk::decide(const Order& place, Applicant& applicant, Promises& promises,
                                             base::TimePoint now) {
  StreamSpec& spec = applicant.spec;
  if (spec.cheaper && scheduler_.ladder().level() >= Degradation::kCheaperVoices) spec.voice = *spec.cheaper;
  if (scheduler_.options().admission == Admission::kOff) return admit(place, applicant, now);
  if (scheduler_.workers() == 0) {
    applicant.delay = kWorkerStart;
    if (now < applicant.arrival + applicant.wait) return std::nullopt;
    return refuse(applicant, RefusalReason::kNoWorkers, now);
  }
  const auto own = scheduler_.demand_of(spec, now);
  applicant.delay = promises.earliest(spec.user, own, phantoms_of(spec, now));
  if (applicant.delay <= base::Duration::zero()) {
    const auto reservations = reservations_.size();
    auto verdict = admit(place, applicant, now);
    promises.admitted(own);
    if (reservations_.size() != reservations) promises.reserved();
    return verdict;
  }
  if (now + applicant.delay > deadline(applicant, now)) {
    if (now >= applicant.arrival + applicant.wait / 2 && !in_time(applicant, now)) {
      in_vain_until_ = now + kInVain;
      in_vain_ = applicant.wait;
    }
    auto verdict = refuse(applicant, RefusalReason::kCapacity, now);
    promises.reserved();
    return verdict;
  }
  scheduler_.note_refusal(now);
  promises.waits(spec.user, own, applicant.delay);
  return std::nullopt;
}

bool AdmissionDesk::in_time(const Applicant& applicant, base::TimePoint now) const {
  const auto waited = now - applicant.arrival;
  return waited <= base::Duration::zero() || waited <= useful_wait(applicant.spec.voice);
}

base::TimePoint AdmissionDesk::deadline(const Applicant& applicant, base::TimePoint now) const {
  const bool in_vain = now < in_vain_until_ && applicant.wait <= in_vain_;
  const auto wait = in_vain ? std::min(applicant.wait, useful_wait(applicant.spec.voice)) : applicant.wait;
  return applicant.arrival + wait;
}

base::Duration AdmissionDesk::useful_wait(VoiceId voice) const {
  const auto& options = scheduler_.options();
  const auto start = options.start_slack + scheduler_.start_cost(voice);
  return std::max(base::Duration{}, options.first_audio_target - options.guard - start);
}

Verdict AdmissionDesk::admit(const Order& place, const Applicant& applicant, base::TimePoint now) {
  virtual_time_ = std::max(virtual_time_, place.first);
  take_reservation(applicant.spec.user);
  scheduler_.add_stream(applicant.spec, now);
  return Admitted{.stream = applicant.spec.id,
                  .waited = now - applicant.arrival,
                  .voice = applicant.spec.voice,
                  .level = scheduler_.ladder().level()};
}

Verdict AdmissionDesk::refuse(const Applicant& applicant, RefusalReason reason, base::TimePoint now) {
  scheduler_.note_refusal(now);
  const Refused refused{.stream = applicant.spec.id, .reason = reason, .retry_after = std::max(kStep, applicant.delay)};
  if (reason != RefusalReason::kNoWorkers && applicant.delay < kNever) {
    reserve(applicant, now + refused.retry_after, now);
  }
  return refused;
}

void AdmissionDesk::reserve(const Applicant& applicant, base::TimePoint told, base::TimePoint now) {
  const auto user = applicant.spec.user;
  std::erase_if(reservations_, [&](const Reservation& old) { return old.user == user && old.claimed; });
  const auto own = std::ranges::count(reservations_, user, &Reservation::user);
  if (std::cmp_greater_equal(own, std::max(1U, scheduler_.options().phantom_streams))) return;
  if (reservations_.size() >= kMostReservations) return;
  reservations_.push_back({.user = user,
                           .told = told,
                           .expires = told + scheduler_.options().reservation_grace,
                           .lines = later(scheduler_.demand_of(applicant.spec, now), told - now)});
}

std::vector<DemandLine> AdmissionDesk::phantoms_of(const StreamSpec& spec, base::TimePoint now) const {
  const auto own = scheduler_.streams_of(spec.user);
  if (own == 0) return {};
  // As long as what he wants himself: others may do the same.
  auto phantom = spec;
  phantom.expected = std::max(spec.expected, scheduler_.options().phantom_length);
  phantom.first_segment = {};  // typical
  const auto first = std::min(own, scheduler_.options().phantom_streams);
  const auto lines = scheduler_.demand_of(phantom, now);
  auto phantoms = times(lines, first);
  // Those who were here lately will not all begin at the same moment.
  const auto returning = std::min<std::size_t>(own - first, scheduler_.users_between_streams());
  if (returning > 0) phantoms.push_back(times(lines.back(), static_cast<double>(returning)));
  return phantoms;
}

void AdmissionDesk::claim_reservation(base::UserId user, base::TimePoint now) {
  const auto it = std::ranges::find_if(reservations_, [&](const Reservation& reservation) {
    return reservation.user == user && reservation.told <= now && !reservation.claimed;
  });
  if (it == reservations_.end()) return;
  it->claimed = true;
  note_return(true);
}

void AdmissionDesk::take_reservation(base::UserId user) {
  const auto it = std::ranges::find(reservations_, user, &Reservation::user);
  if (it == reservations_.end()) return;
  if (!it->claimed) note_return(true);
  reservations_.erase(it);
}

void AdmissionDesk::note_return(bool returned) {
  return_rate_ += kReturnWeight * ((returned ? 1.0 : 0.0) - return_rate_);
}

void AdmissionDesk::forget_old(base::TimePoint now) {
  std::erase_if(reservations_, [&](const Reservation& reservation) {
    if (reservation.expires > now || (reservation.claimed && waiting_of_.contains(reservation.user))) return false;
    if (!reservation.claimed) note_return(false);
    return true;
  });
  std::erase_if(tags_, [&](const auto& entry) {
    const auto& [user, tag] = entry;
    return tag <= virtual_time_ || (scheduler_.streams_of(user) == 0 && !waiting_of_.contains(user));
  });
}

}  // namespace antiphon::scheduler
