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
class AdmissionDesk::Promises {
 public:
  /// `desk` outlives it.
  Promises(const AdmissionDesk& desk, Promised streams, base::TimePoint now)
      : desk_(desk),
        now_(now),
        supply_(desk.scheduler_.demand().supply(now)),
        streams_(std::move(streams.lines)),
        all_(std::move(streams.curve)) {
    if (!desk.reservations_.empty()) reserved();
  }

  /// The smallest delay with which `own` fits, and leaves room for `phantoms`, beside what others may claim before.
  [[nodiscard]] base::Duration earliest(const Party& party, std::span<const DemandLine> own,
                                        const std::vector<DemandLine>& phantoms) const {
    if (all_.fits(together(phantoms, own))) return {};
    return earliest(party, own, phantoms, supply_);
  }

  /// The same if jobs took `slowness` times less than they take now.
  [[nodiscard]] base::Duration earliest_at_usual_speed(const Party& party, std::span<const DemandLine> own,
                                                       const std::vector<DemandLine>& phantoms, double slowness) const {
    return earliest(party, own, phantoms,
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
                                        const std::vector<DemandLine>& phantoms, const Supply& supply) const {
    if (!DemandCurve({}, supply).fits(own)) return kNever;  // no idle time before it begins would help
    return DemandCurve(before(party), supply).earliest(together(phantoms, own), kStep, kNever);
  }

  /// Returns what goes before a request of this party.
  [[nodiscard]] std::vector<DemandLine> before(const Party& party) const {
    const auto is_own = [&party](const Reservation& kept) { return kept.whose.user == party.user; };
    const auto own = std::ranges::find_if(desk_.reservations_, is_own);
    const bool comes_when_told = own != desk_.reservations_.end() && own->told <= now_;
    auto lines = streams_;
    for (const auto& waiter : waiters_) {
      if (desk_.goes_before(waiter.party, party)) append(lines, waiter.lines);
    }
    // However many users of another account were refused, it holds no more against this one than a single user would.
    std::unordered_map<base::UserId, std::size_t> counted;
    for (const auto& kept : desk_.reservations_) {
      if (is_own(kept) || !desk_.goes_before(kept.whose, party)) continue;
      if (kept.whose.account != party.account && ++counted[kept.whose.account] > desk_.places_kept()) continue;
      if (comes_when_told && kept.told >= own->told) continue;
      append(lines, times(kept.lines, desk_.expectation(kept, now_)));
    }
    return lines;
  }

  const AdmissionDesk& desk_;
  base::TimePoint now_;
  Supply supply_;
  std::vector<DemandLine> streams_;
  std::vector<Waiter> waiters_;
  DemandCurve all_;
};

void AdmissionDesk::apply(const StreamSpec& spec, base::Duration wait, base::TimePoint now) {
  if (const auto refused = over_limit(spec, now)) {
    decided_.emplace_back(*refused);
    return;
  }
  applicants_.add({.spec = spec, .asked = spec.voice, .arrival = now, .wait = std::max(wait, base::Duration{})},
                  scheduler_.costs().start_cost(spec.voice));
  claim_reservation(spec.user, now);
}

void AdmissionDesk::leave(base::StreamId stream) { applicants_.remove(stream); }

std::vector<Verdict> AdmissionDesk::poll(base::TimePoint now, std::optional<base::Duration> standby) {
  standby_ = standby;
  called_ = false;
  forget_old(now);
  auto verdicts = std::exchange(decided_, {});
  if (applicants_.size() == 0) return verdicts;
  auto promised = scheduler_.assess(now);
  auto applicants = applicants_.in_order();
  tested_ = 0;
  Promises promises(*this, std::move(promised), now);
  for (const bool in_time_first : {true, false}) {
    for (auto& applicant : applicants) {
      if (applicant == nullptr || in_time(*applicant, now) != in_time_first) continue;
      auto verdict = decide(*applicant, promises, now);
      if (!verdict) continue;
      applicant = nullptr;
      verdicts.push_back(*std::move(verdict));
    }
  }
  std::erase(applicants, nullptr);
  for (; applicants.size() > scheduler_.options().waiting_max; applicants.pop_back()) {
    verdicts.emplace_back(refuse(*applicants.back(), RefusalReason::kQueueFull, now));
  }
  return verdicts;
}

std::optional<base::TimePoint> AdmissionDesk::next_poll(base::TimePoint now) const {
  if (!decided_.empty()) return now;
  if (applicants_.size() == 0) return std::nullopt;
  return now + kStep;
}

std::optional<Verdict> AdmissionDesk::decide(Applicant& applicant, Promises& promises, base::TimePoint now) {
  StreamSpec& spec = applicant.spec;
  const bool cheaper = spec.cheaper && scheduler_.ladder().level() >= Degradation::kCheaperVoices;
  spec.voice = cheaper ? *spec.cheaper : applicant.asked;
  if (scheduler_.options().admission == Admission::kOff) return admit(applicant, now);
  if (scheduler_.workers() == 0) {
    applicant.delay = kWorkerStart;
    if (now < applicant.arrival + applicant.wait) return std::nullopt;
    return refuse(applicant, RefusalReason::kNoWorkers, now);
  }
  const auto own = scheduler_.demand().of(spec, now);
  const Party party{.account = account_of(spec), .user = spec.user, .weight = spec.weight};
  if (stands_behind(applicant, now)) {
    promises.waits(party, own, std::max(kStep, applicant.delay - (now - *applicant.tested)));
    return std::nullopt;
  }
  ++tested_;
  applicant.tested = now;
  applicant.delay = promises.earliest(party, own, phantoms_of(spec, now));
  if (applicant.delay <= base::Duration::zero()) {
    const auto reservations = reservations_.size();
    auto verdict = admit(applicant, now);
    promises.admitted(own);
    if (reservations_.size() != reservations) promises.reserved();
    return verdict;
  }
  const bool too_long = now + applicant.delay > deadline(applicant, now);
  if (standby_ && (too_long || applicant.delay > *standby_)) {
    if (!std::exchange(called_, true)) ++calls_;
  } else if (too_long) {
    note_wait(applicant, now);
    const auto slowness = scheduler_.costs().slowness(spec.voice);
    if (slowness > kSpell && applicant.delay > kSpellLasts) {
      const auto usual = promises.earliest_at_usual_speed(party, own, phantoms_of(spec, now), slowness);
      applicant.delay = std::min(applicant.delay, kSpellLasts + usual);
    }
    auto verdict = refuse(applicant, RefusalReason::kCapacity, now);
    promises.reserved();
    return verdict;
  } else {
    scheduler_.note_refusal(now);
  }
  promises.waits(party, own, applicant.delay);
  return std::nullopt;
}

void AdmissionDesk::note_wait(const Applicant& applicant, base::TimePoint now) {
  if (now < applicant.arrival + applicant.wait / 2 || in_time(applicant, now)) return;
  in_vain_until_ = now + kInVain;
  in_vain_ = applicant.wait;
}

bool AdmissionDesk::stands_behind(const Applicant& applicant, base::TimePoint now) const {
  return tested_ >= kInFront && applicant.tested && now - *applicant.tested < kStep;
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
  const auto start = options.start_slack + scheduler_.costs().start_time(voice);
  return std::max(base::Duration{}, options.first_audio_target - options.guard - start);
}

Verdict AdmissionDesk::admit(const Applicant& waiting, base::TimePoint now) {
  const Applicant applicant = waiting;
  applicants_.admit(applicant.spec.id);
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
  applicants_.remove(refused.stream);
  return refused;
}

void AdmissionDesk::reserve(const Applicant& applicant, base::TimePoint told, base::TimePoint now) {
  const auto& spec = applicant.spec;
  const auto is_of_user = [&](const Reservation& kept) { return kept.whose.user == spec.user; };
  std::erase_if(reservations_, [&](const Reservation& old) { return is_of_user(old) && old.claimed; });
  if (std::cmp_greater_equal(std::ranges::count_if(reservations_, is_of_user), places_kept())) return;
  const auto of_account = [&](const Reservation& kept) { return kept.whose.account == account_of(spec); };
  if (std::cmp_greater_equal(std::ranges::count_if(reservations_, of_account), kMostOfAnAccount)) return;
  if (reservations_.size() >= kMostReservations) return;
  reservations_.push_back({.whose = {.account = account_of(spec), .user = spec.user, .weight = spec.weight},
                           .told = told,
                           .expires = told + scheduler_.options().reservation_grace,
                           .lines = later(scheduler_.demand().of(spec, now), told - now)});
}

bool AdmissionDesk::goes_before(const Party& one, const Party& other) const {
  const auto& accounts = scheduler_.accounts();
  if (one.account == other.account) {
    return accounts.streams_of_user(one.user) <= accounts.streams_of_user(other.user);
  }
  return accounts.streams_of_account(one.account) / one.weight <=
         accounts.streams_of_account(other.account) / other.weight;
}

std::size_t AdmissionDesk::places_kept() const { return std::max(1U, scheduler_.options().phantom_streams); }

std::optional<Refused> AdmissionDesk::over_limit(const StreamSpec& spec, base::TimePoint now) const {
  const auto& accounts = scheduler_.accounts();
  const auto account = account_of(spec);
  const auto of_account = accounts.streams_of_account(account) + applicants_.of_account(account);
  if (spec.max_streams > 0 && of_account + spec.elsewhere >= spec.max_streams) {
    const auto soonest = spec.elsewhere > 0 ? kElsewhere : kStep;
    return Refused{.stream = spec.id,
                   .reason = RefusalReason::kAccountLimit,
                   .retry_after = std::max(soonest, scheduler_.stream_table().next_end_of_account(account, now))};
  }
  const auto of_user =
      accounts.streams_of_user(spec.user) + applicants_.of_user(member_of(spec)) + spec.elsewhere_of_user;
  if (of_user < scheduler_.options().streams_per_user) return std::nullopt;
  return Refused{.stream = spec.id,
                 .reason = RefusalReason::kUserLimit,
                 .retry_after = std::max(kStep, scheduler_.stream_table().next_end_of_user(spec.user, now))};
}

std::vector<DemandLine> AdmissionDesk::phantoms_of(const StreamSpec& spec, base::TimePoint now) const {
  const auto& accounts = scheduler_.accounts();
  const auto account = account_of(spec);
  const double has = accounts.streams_of_account(account) / spec.weight;
  if (has <= 0) return {};
  // As long as what the user asks for: others may do the same.
  auto phantom = spec;
  phantom.expected = std::max(spec.expected, scheduler_.options().phantom_length);
  phantom.first_segment = {};  // typical
  const double most = scheduler_.options().phantom_streams;
  double first = std::min(has, most);
  // Users that were here lately will not all begin at the same moment.
  double returning = std::min(has - first, static_cast<double>(accounts.between_streams()));
  if (account != spec.user || accounts.users_of(account) > 1) {
    const double own = accounts.streams_of_user(spec.user);
    const double within = std::min(own, most);
    first += within;
    returning += std::min(own - within, static_cast<double>(accounts.users_between_streams(account)));
  }
  const auto lines = scheduler_.demand().of(phantom, now);
  auto phantoms = times(lines, first);
  if (returning > 0) phantoms.push_back(times(lines.back(), returning));
  return phantoms;
}

void AdmissionDesk::claim_reservation(base::UserId user, base::TimePoint now) {
  const auto it = std::ranges::find_if(reservations_, [&](const Reservation& reservation) {
    return reservation.whose.user == user && reservation.told <= now && !reservation.claimed;
  });
  if (it == reservations_.end()) return;
  it->claimed = true;
  note_return(true);
}

void AdmissionDesk::take_reservation(base::UserId user) {
  const auto it =
      std::ranges::find_if(reservations_, [user](const Reservation& kept) { return kept.whose.user == user; });
  if (it == reservations_.end()) return;
  if (!it->claimed) note_return(true);
  reservations_.erase(it);
}

double AdmissionDesk::expectation(const Reservation& kept, base::TimePoint now) const {
  const double overdue = base::to_seconds(now - kept.told) / base::to_seconds(kPunctuality);
  return return_rate_ * std::clamp(1 - overdue, 0.0, 1.0);
}

void AdmissionDesk::note_return(bool returned) {
  return_rate_ += kReturnWeight * ((returned ? 1.0 : 0.0) - return_rate_);
}

void AdmissionDesk::forget_old(base::TimePoint now) {
  std::erase_if(reservations_, [&](const Reservation& reservation) {
    if (reservation.expires > now || (reservation.claimed && applicants_.of_user({.account = reservation.whose.account,
                                                                                  .user = reservation.whose.user}) > 0))
      return false;
    if (!reservation.claimed) note_return(false);
    return true;
  });
  applicants_.forget(scheduler_.accounts());
}

}  // namespace antiphon::scheduler
