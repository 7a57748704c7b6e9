#include "scheduler/admission.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

/// The finest time that a refusal names, and how often those who wait are tested while nothing is reported.
constexpr base::Duration kStep = std::chrono::milliseconds(100);
/// Reservations of all users together.
constexpr std::size_t kMostReservations = 1024;
/// What those are told who come while there is no worker: about what it takes to start one and to load a voice.
constexpr base::Duration kWorkerStart = std::chrono::seconds(5);

void append(std::vector<DemandLine>& to, const std::vector<DemandLine>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<DemandLine> later(std::vector<DemandLine> lines, base::Duration delay) {
  for (auto& line : lines) line.due += delay;
  return lines;
}

}  // namespace

/// What is promised while poll() goes through those who wait: to the streams, to the reservations, and to those who
/// were tested before in this pass.
class AdmissionDesk::Promises {
 public:
  Promises(std::vector<DemandLine> streams, const std::vector<Reservation>& reservations, const Supply& supply)
      : lines_(std::move(streams)), reservations_(reservations), supply_(supply), all_(account()) {}

  /// The smallest delay with which `own` fits, and leaves room for `phantoms`, beside all but the user's reservations.
  [[nodiscard]] base::Duration earliest(base::UserId user, std::span<const DemandLine> own,
                                        const std::vector<DemandLine>& phantoms) const {
    auto lines = phantoms;
    lines.insert(lines.end(), own.begin(), own.end());
    if (all_.fits(lines)) return {};
    if (!DemandCurve({}, supply_).fits(own)) return kNever;  // no idle time before it begins would help
    if (std::ranges::find(reservations_, user, &Reservation::user) == reservations_.end()) {
      return all_.earliest(lines, kStep, kNever);
    }
    return account(user).earliest(lines, kStep, kNever);
  }

  void add(std::span<const DemandLine> lines, base::Duration delay) {
    all_.add(lines, delay);
    for (auto line : lines) {
      line.due += delay;
      lines_.push_back(line);
    }
  }
  /// The reservations have changed.
  void reserved() { all_ = account(); }

 private:
  [[nodiscard]] DemandCurve account(std::optional<base::UserId> without = std::nullopt) const {
    auto lines = lines_;
    for (const auto& reservation : reservations_) {
      if (reservation.user != without) append(lines, reservation.lines);
    }
    return {lines, supply_};
  }

  std::vector<DemandLine> lines_;
  const std::vector<Reservation>& reservations_;
  Supply supply_;
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
  const auto head = waiting_.empty() ? virtual_time_ : std::max(virtual_time_, waiting_.begin()->first.first);
  auto& next = tags_[spec.user];
  const auto tag = std::max(next, head);
  next = tag + base::from_seconds(base::to_seconds(scheduler_.start_cost(spec.voice)) / spec.weight);
  const bool added =
      waiting_
          .emplace(Order{tag, spec.id},
                   Applicant{.spec = spec, .arrival = now, .deadline = now + std::max(wait, base::Duration{})})
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
  scheduler_.assess(now);
  std::vector<base::StreamId> decided;
  const auto pass = [&](Verdict verdict) {
    decided.push_back(std::visit([](const auto& body) { return body.stream; }, verdict));
    verdicts.push_back(std::move(verdict));
  };
  Promises promises(scheduler_.demand(now), reservations_, scheduler_.supply(now));
  for (auto& [place, applicant] : waiting_) {
    if (auto verdict = decide(place, applicant, promises, now)) pass(*std::move(verdict));
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
    if (now < applicant.deadline) return std::nullopt;
    return refuse(applicant, RefusalReason::kNoWorkers, now);
  }
  const auto own = scheduler_.demand_of(spec, now);
  applicant.delay = promises.earliest(spec.user, own, phantoms_of(spec, now));
  if (applicant.delay <= base::Duration::zero()) {
    promises.add(own, {});
    auto verdict = admit(place, applicant, now);
    promises.reserved();
    return verdict;
  }
  if (now + applicant.delay > applicant.deadline) {
    auto verdict = refuse(applicant, RefusalReason::kCapacity, now);
    promises.reserved();
    return verdict;
  }
  scheduler_.note_refusal(now);
  promises.add(own, applicant.delay);  // those behind may only take what is left beside it
  return std::nullopt;
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
  const auto user = applicant.spec.user;
  const auto own = std::ranges::count(reservations_, user, &Reservation::user);
  const bool keeps = reason != RefusalReason::kNoWorkers && applicant.delay < kNever &&
                     reservations_.size() < kMostReservations &&
                     std::cmp_less(own, std::max(1U, scheduler_.options().phantom_streams));
  if (keeps) {
    reservations_.push_back({.user = user,
                             .expires = now + refused.retry_after + scheduler_.options().reservation_grace,
                             .lines = later(scheduler_.demand_of(applicant.spec, now), refused.retry_after)});
  }
  return refused;
}

std::vector<DemandLine> AdmissionDesk::phantoms_of(const StreamSpec& spec, base::TimePoint now) const {
  auto phantom = spec;
  phantom.expected = scheduler_.options().phantom_length;
  std::vector<DemandLine> lines;
  const auto count = std::min(scheduler_.streams_of(spec.user), scheduler_.options().phantom_streams);
  for (std::uint32_t i = 0; i < count; ++i) append(lines, scheduler_.demand_of(phantom, now));
  return lines;
}

void AdmissionDesk::take_reservation(base::UserId user) {
  const auto it = std::ranges::find(reservations_, user, &Reservation::user);
  if (it != reservations_.end()) reservations_.erase(it);
}

void AdmissionDesk::forget_old(base::TimePoint now) {
  std::erase_if(reservations_, [&](const Reservation& reservation) { return reservation.expires <= now; });
  std::erase_if(tags_, [&](const auto& entry) {
    const auto& [user, tag] = entry;
    return tag <= virtual_time_ || (scheduler_.streams_of(user) == 0 && !waiting_of_.contains(user));
  });
}

}  // namespace antiphon::scheduler
