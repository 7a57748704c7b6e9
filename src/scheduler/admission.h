#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/applicants.h"
#include "scheduler/demand.h"
#include "scheduler/scheduler.h"

namespace antiphon::scheduler {

/// Why a stream is not let in. A user's or an account's own limit is their affair (HTTP 429), the others are the cell's
/// (503).
enum class RefusalReason : std::uint8_t {
  kCapacity,      ///< It would not fit beside what is promised within the time it can wait.
  kUserLimit,     ///< The user has as many streams as he may have.
  kAccountLimit,  ///< The account has as many streams as it may have.
  kQueueFull,     ///< Too many wait already.
  kNoWorkers,     ///< There is no worker at all.
};

/// The stream is the scheduler's now.
struct Admitted {
  base::StreamId stream;
  base::Duration waited{};
  VoiceId voice{};         ///< StreamSpec::voice, or the cheaper one.
  Degradation level = {};  ///< What had to be given up then.
};

struct Refused {
  base::StreamId stream;
  RefusalReason reason = RefusalReason::kCapacity;
  base::Duration retry_after{};  ///< When the test is expected to pass; kNever and more: it is of no use to wait.
};

using Verdict = std::variant<Admitted, Refused>;

/// Lets streams into a scheduler: at once where they fit beside what is promised, else after a wait within what the
/// client allows, else not at all, with an honest time to come back. A refusal keeps a place for its user at that time,
/// so that successive refusals are told successive times. A kept place counts for as much as refused users have come
/// back lately, and less and less once its time has come: where nobody comes, nothing is held for nobody. Who comes
/// when told goes before everybody who was told later.
///
/// Between accounts, by their weights: one that has streams must leave room for the first streams of others, of so many
/// as Options say, and for those that were served lately and may return; and what is kept for an account with more
/// streams for its weight does not count. Within an account it is the same between its users, and in addition: so one
/// busy user leaves room for the account's others, and all of them together leave room for other accounts.
///
/// Who can still be heard in time goes before who cannot: in lasting overload a first-come queue would make everybody
/// late. Where waiting for longer than that has proved to be in vain, it is refused at once.
///
/// Who waits is tested in the order of start-time fair queueing (Goyal, Vin and Cheng 1996): tags are worker time, an
/// account's tags are spaced by what a start costs for its weight, and an account that comes to the queue begins where
/// its head is. Which of an account's streams has which of its tags is decided in the same way between its users. Pure;
/// not thread-safe.
class AdmissionDesk {
 public:
  /// `scheduler` outlives it.
  explicit AdmissionDesk(Scheduler& scheduler) : scheduler_(scheduler) {}

  /// A stream asks to be let in, and can wait for so long. The verdict comes from poll(), which must follow. The id
  /// must be new.
  void apply(const StreamSpec& stream, base::Duration wait, base::TimePoint now);
  /// It asks no more. Ids that are not waiting are ignored.
  void leave(base::StreamId stream);

  /// What is decided now; what is admitted has entered the scheduler. Call it after apply(), when a stream has ended,
  /// and at next_poll(). `standby`: another worker is ready and joins at a call. Then nobody is refused for want of
  /// room; who would be, or would have to wait for longer than `*standby`, calls, and waits on.
  [[nodiscard]] std::vector<Verdict> poll(base::TimePoint now, std::optional<base::Duration> standby = std::nullopt);
  /// Whether the last poll() had somebody call, and in how many somebody did.
  [[nodiscard]] bool called() const { return called_; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// When poll() may decide something though nothing is reported; nothing while nobody waits.
  [[nodiscard]] std::optional<base::TimePoint> next_poll(base::TimePoint now) const;

  [[nodiscard]] std::size_t waiting() const { return applicants_.size(); }
  /// Places that are kept for refused users.
  [[nodiscard]] std::size_t reservations() const { return reservations_.size(); }
  /// Share of those who come back of the users who were refused lately.
  [[nodiscard]] double return_rate() const { return return_rate_; }

  /// The longest time that a refusal names.
  static constexpr base::Duration kNever = std::chrono::seconds(120);

 private:
  /// Who asks.
  struct Party {
    base::UserId account;
    base::UserId user;
    double weight = 1.0;
  };
  /// A refused user's place.
  struct Reservation {
    Party whose;
    base::TimePoint told;  ///< When he may come back.
    base::TimePoint expires;
    std::vector<DemandLine> lines;
    bool claimed = false;  ///< He came back.
  };
  class Promises;

  /// Nothing: it waits on.
  [[nodiscard]] std::optional<Verdict> decide(Applicant& applicant, Promises& promises, base::TimePoint now);
  /// It is refused, and has waited for long: in vain.
  void note_wait(const Applicant& applicant, base::TimePoint now);
  /// Whether it was tested a moment ago, and others go before it.
  [[nodiscard]] bool stands_behind(const Applicant& applicant, base::TimePoint now) const;
  /// Whether a stream that is let in now is expected to be heard within the target from its client's request on.
  [[nodiscard]] bool in_time(const Applicant& applicant, base::TimePoint now) const;
  /// Until when it waits.
  [[nodiscard]] base::TimePoint deadline(const Applicant& applicant, base::TimePoint now) const;
  /// How long a stream of that voice may wait and be heard in time.
  [[nodiscard]] base::Duration useful_wait(VoiceId voice) const;
  [[nodiscard]] Verdict admit(const Applicant& waiting, base::TimePoint now);
  [[nodiscard]] Verdict refuse(const Applicant& applicant, RefusalReason reason, base::TimePoint now);
  void reserve(const Applicant& applicant, base::TimePoint told, base::TimePoint now);
  /// Whether what `one` was promised, or waits for, counts against `other`: he has no more than the other.
  [[nodiscard]] bool goes_before(const Party& one, const Party& other) const;
  /// Places that are kept for one user.
  [[nodiscard]] std::size_t places_kept() const;
  /// The limit that one stream more would exceed.
  [[nodiscard]] std::optional<Refused> over_limit(const StreamSpec& spec, base::TimePoint now) const;
  [[nodiscard]] std::vector<DemandLine> phantoms_of(const StreamSpec& spec, base::TimePoint now) const;
  /// He who comes back in time has come back.
  void claim_reservation(base::UserId user, base::TimePoint now);
  void take_reservation(base::UserId user);
  /// With what probability he comes back yet.
  [[nodiscard]] double expectation(const Reservation& kept, base::TimePoint now) const;
  void note_return(bool returned);
  void forget_old(base::TimePoint now);

  Scheduler& scheduler_;
  Applicants applicants_;
  std::vector<Verdict> decided_;
  std::size_t tested_ = 0;                 ///< Applicants, in the pass under way.
  std::optional<base::Duration> standby_;  ///< Likewise.
  bool called_ = false;
  std::uint64_t calls_ = 0;
  std::vector<Reservation> reservations_;  ///< Of one user by told.
  double return_rate_ = 0.5;
  base::TimePoint in_vain_until_{};  ///< Waits of up to in_vain_ are useless until then.
  base::Duration in_vain_{};
};

}  // namespace antiphon::scheduler
