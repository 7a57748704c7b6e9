#include "scheduler/admission.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

/// The finest time that a refusal names, and how often waiting requests are tested while nothing is reported.
constexpr base::Duration kStep = std::chrono::milliseconds(100);
/// How soon a cell may hear that a stream of another one has ended.
constexpr base::Duration kElsewhere = std::chrono::seconds(1);
/// So many waiting requests are tested whenever anything has changed; the others at most every kStep.
constexpr std::size_t kInFront = 8;
/// Most reservations of all accounts together, and of one account.
constexpr std::size_t kMostReservations = 256;
constexpr std::size_t kMostOfAnAccount = 64;
/// Weight of the newest outcome in the share of refused users that come back.
constexpr double kReturnWeight = 1.0 / 16;
/// Clients that come back do so within this time: `Retry-After` has whole seconds.
constexpr base::Duration kPunctuality = std::chrono::seconds(1);
/// How long it is remembered that a request has waited in vain.
constexpr base::Duration kInVain = std::chrono::seconds(5);
/// A machine on which jobs take so many times as long as usual has a bad spell: a neighbour, a backup. It is expected
/// to last so long; one that goes on becomes the usual.
constexpr double kSpell = 1.5;
constexpr base::Duration kSpellLasts = std::chrono::seconds(5);
/// Retry time while there is no worker: about what it takes to start one and to load a voice.
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

/// What is promised while poll() goes through the waiting requests: to the streams, to requests that were let in or
/// wait before in this pass, and to refused users.
class AdmissionController::CommittedDemand {
 public:
  /// `desk` outlives it.
  CommittedDemand(const AdmissionController& desk, Promised streams, base::TimePoint now)
      : desk_(desk),
        now_(now),
        supply_(desk.scheduler_.demand().supply(now)),
        streams_(std::move(streams.lines)),
        all_(std::move(streams.curve)) {
    if (!desk.reservations_.empty()) reserved();
  }

  /// The smallest delay with which `own` fits, and leaves room for `headroom`, beside what others may claim before.
  [[nodiscard]] base::Duration earliest(const Party& party, std::span<const DemandLine> own,
                                        const std::vector<DemandLine>& headroom) const {
    if (all_.fits(together(headroom, own))) return {};
    return earliest(party, own, headroom, supply_);
  }

  /// The same if jobs took `slowness` times less than they take now.
  [[nodiscard]] base::Duration earliest_at_usual_speed(const Party& party, std::span<const DemandLine> own,
                                                       const std::vector<DemandLine>& headroom, double slowness) const {
    return earliest(party, own, headroom,
                    {.now = supply_.now,
                     .rate = supply_.rate * slowness,
                     .reserve = base::from_seconds(base::to_seconds(supply_.reserve) / slowness)});
  }

  void admitted(const std::vector<DemandLine>& lines) {
    append(streams_, lines);
    all_.add(lines);
  }
  /// A request waits for a place that is free after `delay`; those behind it may only take what is left beside it.
  void waits(const Party& party, const std::vector<DemandLine>& lines, base::Duration delay) {
    waiters_.push_back({.party = party, .lines = later(lines, delay)});
    all_.add(lines, delay);
  }
  /// The reservations have changed.
  void reserved() {
    auto lines = streams_;
    for (const auto& waiter : waiters_) append(lines, waiter.lines);
    for (const auto& kept : desk_.reservations_) append(lines, times(kept.lines, desk_.expectation(kept, now_)));
    all_ = DemandCurve(lines, supply_);
  }

 private:
  struct Waiter {
    Party party;
    std::vector<DemandLine> lines;
  };

  [[nodiscard]] static std::vector<DemandLine> together(std::vector<DemandLine> lines,
                                                        std::span<const DemandLine> more) {
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  }

  [[nodiscard]] base::Duration earliest(const Party& party, std::span<const DemandLine> own,
                                        const std::vector<DemandLine>& headroom, const Supply& supply) const {
    if (!DemandCurve({}, supply).fits(own)) return kNever;  // no idle time before it begins would help
    return DemandCurve(before(party), supply).earliest(together(headroom, own), kStep, kNever);
  }

  /// Returns what goes before a request of this party.
  [[nodiscard]] std::vector<DemandLine> before(const Party& party) const {
    const auto is_own = [&party](const Reservation& kept) { return kept.whose.user == party.user; };
    const auto own = std::ranges::find_if(desk_.reservations_, is_own);
    const bool comes_when_told = own != desk_.reservations_.end() && own->retry_at <= now_;
    auto lines = streams_;
    for (const auto& waiter : waiters_) {
      if (desk_.goes_before(waiter.party, party)) append(lines, waiter.lines);
    }
    // However many users of another account were refused, it holds no more against this one than a single user would.
    std::unordered_map<base::UserId, std::size_t> counted;
    for (const auto& kept : desk_.reservations_) {
      if (is_own(kept) || !desk_.goes_before(kept.whose, party)) continue;
      if (kept.whose.account != party.account && ++counted[kept.whose.account] > desk_.reservations_per_user())
        continue;
      if (comes_when_told && kept.retry_at >= own->retry_at) continue;
      append(lines, times(kept.lines, desk_.expectation(kept, now_)));
    }
    return lines;
  }

  const AdmissionController& desk_;
  base::TimePoint now_;
  Supply supply_;
  std::vector<DemandLine> streams_;
  std::vector<Waiter> waiters_;
  DemandCurve all_;
};

void AdmissionController::apply(const StreamSpec& spec, base::Duration wait, base::TimePoint now) {
  if (const auto refused = over_limit(spec, now)) {
    decided_.emplace_back(*refused);
    return;
  }
  pending_.add({.spec = spec, .asked = spec.voice, .arrival = now, .wait = std::max(wait, base::Duration{})},
               scheduler_.costs().start_cost(spec.voice));
  claim_reservation(spec.user, now);
}

void AdmissionController::leave(base::StreamId stream) { pending_.remove(stream); }

std::vector<Verdict> AdmissionController::poll(base::TimePoint now, std::optional<base::Duration> spare_wait_limit) {
  spare_wait_limit_ = spare_wait_limit;
  called_ = false;
  forget_old(now);
  auto verdicts = std::exchange(decided_, {});
  if (pending_.size() == 0) return verdicts;
  auto promised = scheduler_.assess(now);
  auto pending_requests = pending_.in_order();
  tested_ = 0;
  CommittedDemand committed(*this, std::move(promised), now);
  for (const bool in_time_first : {true, false}) {
    for (auto& pending : pending_requests) {
      if (pending == nullptr || in_time(*pending, now) != in_time_first) continue;
      auto verdict = decide(*pending, committed, now);
      if (!verdict) continue;
      pending = nullptr;
      verdicts.push_back(*std::move(verdict));
    }
  }
  std::erase(pending_requests, nullptr);
  for (; pending_requests.size() > scheduler_.options().waiting_max; pending_requests.pop_back()) {
    verdicts.emplace_back(refuse(*pending_requests.back(), RefusalReason::kQueueFull, now));
  }
  return verdicts;
}

std::optional<base::TimePoint> AdmissionController::next_poll(base::TimePoint now) const {
  if (!decided_.empty()) return now;
  if (pending_.size() == 0) return std::nullopt;
  return now + kStep;
}

std::optional<Verdict> AdmissionController::decide(PendingRequest& pending, CommittedDemand& committed,
                                                   base::TimePoint now) {
  StreamSpec& spec = pending.spec;
  const bool cheaper = spec.cheaper && scheduler_.degradation().level() >= Degradation::kCheaperVoices;
  spec.voice = cheaper ? *spec.cheaper : pending.asked;
  if (scheduler_.options().admission == Admission::kOff) return admit(pending, now);
  if (scheduler_.workers() == 0) {
    pending.delay = kWorkerStart;
    if (now < pending.arrival + pending.wait) return std::nullopt;
    return refuse(pending, RefusalReason::kNoWorkers, now);
  }
  const auto own = scheduler_.demand().of(spec, now);
  const auto party = party_of(spec);
  if (stands_behind(pending, now)) {
    committed.waits(party, own, std::max(kStep, pending.delay - (now - *pending.tested)));
    return std::nullopt;
  }
  ++tested_;
  pending.tested = now;
  pending.delay = committed.earliest(party, own, headroom_for(spec, now));
  if (pending.delay <= base::Duration::zero()) {
    const auto reservations = reservations_.size();
    auto verdict = admit(pending, now);
    committed.admitted(own);
    if (reservations_.size() != reservations) committed.reserved();
    return verdict;
  }
  const bool too_long = now + pending.delay > deadline(pending, now);
  if (spare_wait_limit_ && (too_long || pending.delay > *spare_wait_limit_)) {
    if (!std::exchange(called_, true)) ++spare_requests_;
  } else if (too_long) {
    note_wait(pending, now);
    const auto slowness = scheduler_.costs().slowness(spec.voice);
    if (slowness > kSpell && pending.delay > kSpellLasts) {
      const auto usual = committed.earliest_at_usual_speed(party, own, headroom_for(spec, now), slowness);
      pending.delay = std::min(pending.delay, kSpellLasts + usual);
    }
    auto verdict = refuse(pending, RefusalReason::kCapacity, now);
    committed.reserved();
    return verdict;
  } else {
    scheduler_.note_refusal(now);
  }
  committed.waits(party, own, pending.delay);
  return std::nullopt;
}

void AdmissionController::note_wait(const PendingRequest& pending, base::TimePoint now) {
  if (now < pending.arrival + pending.wait / 2 || in_time(pending, now)) return;
  in_vain_until_ = now + kInVain;
  in_vain_ = pending.wait;
}

bool AdmissionController::stands_behind(const PendingRequest& pending, base::TimePoint now) const {
  return tested_ >= kInFront && pending.tested && now - *pending.tested < kStep;
}

bool AdmissionController::in_time(const PendingRequest& pending, base::TimePoint now) const {
  const auto waited = now - pending.arrival;
  return waited <= base::Duration::zero() || waited <= useful_wait(pending.spec.voice);
}

base::TimePoint AdmissionController::deadline(const PendingRequest& pending, base::TimePoint now) const {
  const bool in_vain = now < in_vain_until_ && pending.wait <= in_vain_;
  const auto wait = in_vain ? std::min(pending.wait, useful_wait(pending.spec.voice)) : pending.wait;
  return pending.arrival + wait;
}

base::Duration AdmissionController::useful_wait(VoiceId voice) const {
  const auto& options = scheduler_.options();
  const auto start = options.start_slack + scheduler_.costs().start_time(voice);
  return std::max(base::Duration{}, options.first_audio_target - options.guard - start);
}

Verdict AdmissionController::admit(const PendingRequest& waiting, base::TimePoint now) {
  const PendingRequest pending = waiting;
  pending_.admit(pending.spec.id);
  take_reservation(pending.spec.user);
  scheduler_.add_stream(pending.spec, now);
  return Admitted{.stream = pending.spec.id,
                  .waited = now - pending.arrival,
                  .voice = pending.spec.voice,
                  .level = scheduler_.degradation().level()};
}

Verdict AdmissionController::refuse(const PendingRequest& pending, RefusalReason reason, base::TimePoint now) {
  scheduler_.note_refusal(now);
  const Refused refused{.stream = pending.spec.id, .reason = reason, .retry_after = std::max(kStep, pending.delay)};
  if (reason != RefusalReason::kNoWorkers && pending.delay < kNever) {
    reserve(pending, now + refused.retry_after, now);
  }
  pending_.remove(refused.stream);
  return refused;
}

void AdmissionController::reserve(const PendingRequest& pending, base::TimePoint retry_at, base::TimePoint now) {
  const auto& spec = pending.spec;
  const auto is_of_user = [&](const Reservation& kept) { return kept.whose.user == spec.user; };
  std::erase_if(reservations_, [&](const Reservation& old) { return is_of_user(old) && old.claimed; });
  if (std::cmp_greater_equal(std::ranges::count_if(reservations_, is_of_user), reservations_per_user())) return;
  const auto of_account = [&](const Reservation& kept) { return kept.whose.account == account_of(spec); };
  if (std::cmp_greater_equal(std::ranges::count_if(reservations_, of_account), kMostOfAnAccount)) return;
  if (reservations_.size() >= kMostReservations) return;
  reservations_.push_back({.whose = party_of(spec),
                           .retry_at = retry_at,
                           .expires = retry_at + scheduler_.options().reservation_grace,
                           .lines = later(scheduler_.demand().of(spec, now), retry_at - now)});
}

AdmissionController::Party AdmissionController::party_of(const StreamSpec& spec) {
  return {.account = account_of(spec), .user = spec.user, .weight = spec.weight, .elsewhere = spec.elsewhere};
}

double AdmissionController::share_of(const Party& party) const {
  const double here = scheduler_.accounts().streams_of_account(party.account);
  return (here + party.elsewhere) / party.weight;
}

bool AdmissionController::goes_before(const Party& one, const Party& other) const {
  const auto& accounts = scheduler_.accounts();
  if (one.account == other.account) {
    return accounts.streams_of_user(one.user) <= accounts.streams_of_user(other.user);
  }
  return share_of(one) <= share_of(other);
}

std::size_t AdmissionController::reservations_per_user() const {
  return std::max(1U, scheduler_.options().headroom_streams);
}

std::optional<Refused> AdmissionController::over_limit(const StreamSpec& spec, base::TimePoint now) const {
  const auto& accounts = scheduler_.accounts();
  const auto account = account_of(spec);
  const auto of_account = accounts.streams_of_account(account) + pending_.of_account(account);
  if (spec.max_streams > 0 && of_account + spec.elsewhere >= spec.max_streams) {
    const auto soonest = spec.elsewhere > 0 ? kElsewhere : kStep;
    return Refused{.stream = spec.id,
                   .reason = RefusalReason::kAccountLimit,
                   .retry_after = std::max(soonest, scheduler_.stream_table().next_end_of_account(account, now))};
  }
  const auto of_user = accounts.streams_of_user(spec.user) + pending_.of_user(member_of(spec)) + spec.elsewhere_of_user;
  if (of_user < scheduler_.options().streams_per_user) return std::nullopt;
  return Refused{.stream = spec.id,
                 .reason = RefusalReason::kUserLimit,
                 .retry_after = std::max(kStep, scheduler_.stream_table().next_end_of_user(spec.user, now))};
}

std::vector<DemandLine> AdmissionController::headroom_for(const StreamSpec& spec, base::TimePoint now) const {
  const auto& accounts = scheduler_.accounts();
  const auto account = account_of(spec);
  const double has = share_of(party_of(spec));
  if (has <= 0) return {};
  // As long as what the user asks for: others may do the same.
  auto typical = spec;
  typical.expected = std::max(spec.expected, scheduler_.options().headroom_length);
  typical.first_segment = {};  // typical
  const double most = scheduler_.options().headroom_streams;
  double first = std::min(has, most);
  // Users that were here lately will not all begin at the same moment.
  double returning = std::min(has - first, static_cast<double>(accounts.between_streams()));
  if (account != spec.user || accounts.users_of(account) > 1) {
    const double own = accounts.streams_of_user(spec.user);
    const double within = std::min(own, most);
    first += within;
    returning += std::min(own - within, static_cast<double>(accounts.users_between_streams(account)));
  }
  const auto lines = scheduler_.demand().of(typical, now);
  auto headroom = times(lines, first);
  if (returning > 0) headroom.push_back(times(lines.back(), returning));
  return headroom;
}

void AdmissionController::claim_reservation(base::UserId user, base::TimePoint now) {
  const auto it = std::ranges::find_if(reservations_, [&](const Reservation& reservation) {
    return reservation.whose.user == user && reservation.retry_at <= now && !reservation.claimed;
  });
  if (it == reservations_.end()) return;
  it->claimed = true;
  note_return(true);
}

void AdmissionController::take_reservation(base::UserId user) {
  const auto it =
      std::ranges::find_if(reservations_, [user](const Reservation& kept) { return kept.whose.user == user; });
  if (it == reservations_.end()) return;
  if (!it->claimed) note_return(true);
  reservations_.erase(it);
}

double AdmissionController::expectation(const Reservation& kept, base::TimePoint now) const {
  const double overdue = base::to_seconds(now - kept.retry_at) / base::to_seconds(kPunctuality);
  return return_rate_ * std::clamp(1 - overdue, 0.0, 1.0);
}

void AdmissionController::note_return(bool returned) {
  return_rate_ += kReturnWeight * ((returned ? 1.0 : 0.0) - return_rate_);
}

void AdmissionController::forget_old(base::TimePoint now) {
  std::erase_if(reservations_, [&](const Reservation& reservation) {
    if (reservation.expires > now || (reservation.claimed && pending_.of_user({.account = reservation.whose.account,
                                                                               .user = reservation.whose.user}) > 0))
      return false;
    if (!reservation.claimed) note_return(false);
    return true;
  });
  pending_.forget(scheduler_.accounts());
}

}  // namespace antiphon::scheduler
