#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "base/time.h"
#include "base/units.h"

namespace antiphon::scheduler {

/// A voice, numbered by the performer (the gateway or the simulator).
using VoiceId = base::StrongId<struct VoiceIdTag>;

/// A kind of machine on which jobs cost the same, numbered by the performer.
using DeviceId = base::StrongId<struct DeviceIdTag>;

/// What a job took of its worker.
struct WorkTime {
  WorkTime() = default;
  /// The job took all of the worker's time. A `cpu_time` of zero means that it is not known.
  template <class Rep, class Period>
  // NOLINTNEXTLINE(google-explicit-constructor): wall time is what is meant where one time is given.
  WorkTime(std::chrono::duration<Rep, Period> wall_time, base::Duration cpu_time = {})
      : WorkTime(wall_time, cpu_time, wall_time) {}
  WorkTime(base::Duration wall_time, base::Duration cpu_time, base::Duration share_time)
      : wall(wall_time), cpu(cpu_time), share(share_time) {}
  base::Duration wall{};
  base::Duration cpu{};
  base::Duration share{};  ///< Part of `wall` that counts as its own: jobs under way at once share the worker's time.
};

/// A stream as it enters. Fairness is between accounts first, and then between the users of one.
struct StreamSpec {
  base::StreamId id{};
  base::UserId user{};                    ///< A user belongs to one account only.
  std::optional<base::UserId> account{};  ///< nullopt: the user is an account of its own.
  VoiceId voice{};
  double weight = 1.0;            ///< The account's share against other accounts; above 0.
  std::uint32_t max_streams = 0;  ///< Streams that the account may have at once, live or waiting; 0: no limit.
  /// Streams of the account, here or in other cells, that the scheduler does not know; they count to that limit,
  /// and to its share.
  std::uint32_t elsewhere = 0;
  std::uint32_t elsewhere_of_user = 0;  ///< The same of the user.
  base::Duration expected{};            ///< Estimated audio of the whole utterance; see LengthModel.
  base::Duration first_segment{};       ///< Audio of its first segment; zero: not known, taken as typical.
  bool awaits_text = false;             ///< There is nothing to plan yet; see Scheduler::text_arrived().
  std::optional<VoiceId> cheaper{};     ///< The voice that may be used when the cell is nearly full.
};

[[nodiscard]] constexpr base::UserId account_of(const StreamSpec& stream) {
  return stream.account.value_or(stream.user);
}

/// A user of an account.
struct Member {
  base::UserId account;
  base::UserId user;
};

[[nodiscard]] constexpr Member member_of(const StreamSpec& stream) {
  return {.account = account_of(stream), .user = stream.user};
}

/// What a plan job found out.
struct PlanOutcome {
  std::span<const base::Duration> grains;  ///< Audio time of each grain; empty if there is nothing to speak.
  base::Duration first_silence{};          ///< Silence within the first grain, which nothing is rendered for.
  bool more_text = false;                  ///< Another segment follows.
  bool awaits_text = false;                ///< If not more_text: a segment may follow, when more text has come.
  base::Duration expected{};               ///< Estimated audio of the text that is not planned yet.
  WorkTime took{};                         ///< The worker's time for it.
};

enum class JobKind : std::uint8_t { kPlan, kRender };

/// Send this job to that worker. A plan job plans the stream's next segment; a render job renders `grains` grains of
/// segment `segment` from grain `first_grain` on. Until its end is reported the stream gets no other job.
struct Dispatch {
  base::JobId job;
  base::WorkerId worker;
  base::StreamId stream;
  JobKind kind = JobKind::kPlan;
  std::uint32_t segment = 0;
  std::uint32_t first_grain = 0;
  std::uint32_t grains = 0;
  WorkTime expected{};  ///< What the job is expected to take.
  WorkTime p95{};       ///< What one in twenty such jobs exceeds. A plan, whose length is not known, has the longest's.
  bool learnt = false;  ///< Both rest on enough jobs of this kind, not on what is known from elsewhere.
  bool exclusive = false;  ///< Run exclusively: a job of this stream may have crashed its last worker.
};

/// Tell the worker to stop this job at its next grain edge; its end is still to be reported.
struct CancelJob {
  base::JobId job;
  base::WorkerId worker;
};

/// Everything of the stream is rendered. The scheduler has forgotten it.
struct StreamDone {
  base::StreamId stream;
};

enum class FailureReason : std::uint8_t {
  kWorkersLost,  ///< A job of the stream lost its worker too often.
  kJobFailed,    ///< A job of the stream failed; see Scheduler::job_failed().
  kShed,         ///< The cell cannot keep what it promised, and the stream's user has the most streams.
};

/// The scheduler has given the stream up and forgotten it.
struct StreamFailed {
  base::StreamId stream;
  FailureReason reason = FailureReason::kWorkersLost;
};

using Action = std::variant<Dispatch, CancelJob, StreamDone, StreamFailed>;

}  // namespace antiphon::scheduler
