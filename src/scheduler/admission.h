#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/demand.h"
#include "scheduler/pending_requests.h"
#include "scheduler/scheduler.h"

namespace antiphon::scheduler {

/// Why a stream is not let in. A limit of the user or the account is answered with HTTP 429, the other reasons are the
/// cell's (503).
enum class RefusalReason : std::uint8_t {
  kCapacity,      ///< It would not fit beside what is promised within the time it can wait.
  kUserLimit,     ///< The user has as many streams as a user may have.
  kAccountLimit,  ///< The account has as many streams as it may have.
  kQueueFull,     ///< Too many requests wait already.
  kNoWorkers,     ///< There is no worker at all.
};

/// The stream was let in; the scheduler has it now.
struct Admitted {
  base::StreamId stream;
  base::Duration waited{};
  VoiceId voice{};         ///< StreamSpec::voice or StreamSpec::cheaper.
  Degradation level = {};  ///< Degradation at that time.
};

struct Refused {
  base::StreamId stream;
  RefusalReason reason = RefusalReason::kCapacity;
  base::Duration retry_after{};  ///< Until the test is expected to pass; waiting is of no use from kNever on.
};

using Verdict = std::variant<Admitted, Refused>;

/// Lets streams into a scheduler: at once if they fit beside what is promised, else after a wait that the client
/// allows, else not at all, with an honest time to come back. Pure; not thread-safe.
///
/// Between accounts, by their weights, an account that has streams must leave room for the first streams of other
/// accounts, as many as Options say, and for accounts that were served lately and may return. What is kept for an
/// account with more streams for its weight does not count. The same holds within an account between its users, in
/// addition: one busy user leaves room for the account's other users, and all of them leave room for other accounts.
/// The streams of an account are those in all cells; the room that it leaves, and those of its users, are this cell's.
///
/// Waiting requests are tested in the order of a FairQueue whose tags are worker time. Requests that can still be heard
/// in time go before those that cannot: in lasting overload a first-come queue would make everybody late. Once waiting
/// for longer than that has proved to be in vain, such waits are refused at once.
///
/// A refusal keeps a place for its user at the time that it names, so that successive refusals name successive times. A
/// kept place counts with the share of refused users that came back lately, and less and less once its time has come:
/// if nobody comes back, nothing is held. A user that comes at its retry time goes before all whose retry time is
/// later.
class AdmissionController {
 public:
  /// `scheduler` outlives it.
  explicit AdmissionController(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// A stream asks to be let in and can wait for `wait`. The verdict comes from poll(), which must be called next. The
  /// id must be new.
  void apply(const StreamSpec& stream, base::Duration wait, base::TimePoint now);
  /// The stream does not ask any more. Ids that do not wait are ignored.
  void leave(base::StreamId stream);

  /// Returns what is decided now; streams that are admitted have entered the scheduler. Call it after apply(), when a
  /// stream has ended, and at next_poll(). `spare_wait_limit` means that another worker is ready and joins when it is
  /// called. Then no request is refused for want of room; one that would be, or that would wait for longer than
  /// `*spare_wait_limit`, calls the worker and waits on.
  [[nodiscard]] std::vector<Verdict> poll(base::TimePoint now,
                                          std::optional<base::Duration> spare_wait_limit = std::nullopt);
  /// Whether a request called the worker in the last poll(), and in how many one did.
  [[nodiscard]] bool called() const { return called_; }
  [[nodiscard]] std::uint64_t spare_requests() const { return spare_requests_; }
  /// Returns when poll() may decide something though nothing is reported, or nullopt while no request waits.
  [[nodiscard]] std::optional<base::TimePoint> next_poll(base::TimePoint now) const;

  [[nodiscard]] std::size_t waiting() const { return pending_.size(); }
  /// Number of places that are kept for refused users.
  [[nodiscard]] std::size_t reservations() const { return reservations_.size(); }
  /// Returns the refusal if one stream more would exceed a limit of the user or the account.
  [[nodiscard]] std::optional<Refused> over_limit(const StreamSpec& spec, base::TimePoint now) const;
  /// Share of the users refused lately that came back.
  [[nodiscard]] double return_rate() const { return return_rate_; }

  /// The longest time that a refusal names.
  static constexpr base::Duration kNever = std::chrono::seconds(120);

 private:
  /// The user that asks, and its account.
  struct Party {
    base::UserId account;
    base::UserId user;
    double weight = 1.0;
    std::uint32_t elsewhere = 0;  ///< Streams of the account in other cells when it asked.
  };
  /// A refused user's place.
  struct Reservation {
    Party whose;
    base::TimePoint retry_at;  ///< When the user may come back.
    base::TimePoint expires;
    std::vector<DemandLine> lines;
    bool claimed = false;  ///< The user came back.
  };
  class CommittedDemand;

  [[nodiscard]] static Party party_of(const StreamSpec& spec);
  /// Returns how many streams the account has in all cells, for its weight.
  [[nodiscard]] double share_of(const Party& party) const;
  /// Returns nullopt if the request stays queued.
  [[nodiscard]] std::optional<Verdict> decide(PendingRequest& pending, CommittedDemand& committed, base::TimePoint now);
  /// Records that a request is rejected after a long wait, so that equal waits are rejected at once for kInVain.
  void note_wait(const PendingRequest& pending, base::TimePoint now);
  /// Returns whether the request was tested a moment ago and others go before it.
  [[nodiscard]] bool stands_behind(const PendingRequest& pending, base::TimePoint now) const;
  /// Returns whether the stream, let in now, is expected to be heard within the target, counted from its request.
  [[nodiscard]] bool in_time(const PendingRequest& pending, base::TimePoint now) const;
  /// Returns until when the request waits.
  [[nodiscard]] base::TimePoint deadline(const PendingRequest& pending, base::TimePoint now) const;
  /// Returns how long a stream of that voice may wait and still be heard in time.
  [[nodiscard]] base::Duration useful_wait(VoiceId voice) const;
  [[nodiscard]] Verdict admit(const PendingRequest& waiting, base::TimePoint now);
  [[nodiscard]] Verdict refuse(const PendingRequest& pending, RefusalReason reason, base::TimePoint now);
  void reserve(const PendingRequest& pending, base::TimePoint retry_at, base::TimePoint now);
  /// Returns whether what `one` was promised, or waits for, counts against `other`: `one` has no more streams, in all
  /// cells together.
  [[nodiscard]] bool goes_before(const Party& one, const Party& other) const;
  /// Number of places that are kept for one user at most.
  [[nodiscard]] std::size_t reservations_per_user() const;
  [[nodiscard]] std::vector<DemandLine> headroom_for(const StreamSpec& spec, base::TimePoint now) const;
  /// Marks the user's reservation as claimed if it is due.
  void claim_reservation(base::UserId user, base::TimePoint now);
  void take_reservation(base::UserId user);
  /// Returns the probability that the user still comes back.
  [[nodiscard]] double expectation(const Reservation& kept, base::TimePoint now) const;
  void note_return(bool returned);
  void forget_old(base::TimePoint now);

  Scheduler& scheduler_;
  PendingRequests pending_;
  std::vector<Verdict> decided_;
  std::size_t tested_ = 0;                          ///< Number of requests tested in the pass under way.
  std::optional<base::Duration> spare_wait_limit_;  ///< The argument of the poll() under way.
  bool called_ = false;
  std::uint64_t spare_requests_ = 0;
  std::vector<Reservation> reservations_;  ///< Those of one user are ordered by `retry_at`.
  double return_rate_ = 0.5;
  base::TimePoint in_vain_until_{};  ///< Waits of up to in_vain_ are useless until then.
  base::Duration in_vain_{};
};

}  // namespace antiphon::scheduler
