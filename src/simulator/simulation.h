#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/coordinator.h"
#include "scheduler/admission.h"
#include "scheduler/playback_clock.h"
#include "scheduler/scheduler.h"
#include "simulator/scenario.h"

namespace antiphon::simulator {

/// One attempt to be spoken to, and what became of it.
struct Request {
  enum class End : std::uint8_t { kOpen, kComplete, kRefused, kFailed, kLeft };

  std::size_t group = 0;
  base::UserId user;
  std::optional<base::UserId> account;
  base::TimePoint arrival;
  base::Duration audio{};
  std::uint32_t attempt = 0;  ///< Refusals before it.
  End end = End::kOpen;
  double guess = 1;  ///< What admission takes a second of it for.
  bool admitted = false;
  std::optional<scheduler::RefusalReason> refusal;
  scheduler::FailureReason failure{};  ///< Reason of kFailed.
  base::Duration retry_after{};        ///< Retry time of kRefused.
  base::Duration waited{};
  std::optional<base::Duration> first_audio;  ///< From the arrival.
  base::Duration worst_gap{};
  base::Duration total_stall{};
  bool counted = true;  ///< It came after the warm-up.
};

/// Who was rendered when.
struct Span {
  std::uint32_t worker = 0;
  base::StreamId stream;
  base::UserId user;
  scheduler::JobKind kind = scheduler::JobKind::kPlan;
  base::TimePoint begin;
  base::TimePoint end;
};

struct Trace {
  std::vector<Request> requests;
  std::vector<Span> timeline;
  base::Duration duration{};  ///< Until the last request came.
  base::Duration ended_at{};  ///< When nothing was left to do.
  base::Duration busy{};      ///< Worker time of jobs until `duration`.
  base::Duration audio{};     ///< Rendered until `duration`.
  std::uint64_t chunks = 0;
  std::uint64_t plans = 0;
  std::uint64_t kills = 0;
  std::uint64_t wrong_kills = 0;  ///< Kills of workers that did not hang.
  std::uint64_t losses = 0;
  std::uint64_t growths = 0;  ///< Workers that took jobs beyond those from the beginning.
  std::size_t most_workers = 0;
  std::size_t most_waiting = 0;
  std::size_t most_streams = 0;
  std::uint64_t steps_up = 0;
  std::uint64_t steps_down = 0;
};

/// Runs a scenario: performs what the server's coordinator decides, with virtual workers and clients. The same scenario
/// gives the same trace.
class Simulation {
 public:
  /// `scenario` must be valid.
  explicit Simulation(Scenario scenario);

  /// Called after each stream that is let in.
  using Watcher = std::function<void(const Simulation&, base::StreamId)>;
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }

  /// Until nothing is left to happen. Call it once.
  [[nodiscard]] Trace run();

  // For watchers.

  [[nodiscard]] const scheduler::Scheduler& scheduler() const { return coordinator_.scheduler(); }
  [[nodiscard]] const scheduler::AdmissionController& desk() const { return coordinator_.admission(); }
  [[nodiscard]] base::TimePoint now() const { return now_; }
  /// A stream that is let in and has not ended.
  struct Listener {
    scheduler::StreamSpec spec;
    base::TimePoint admitted_at;
    base::Duration text_left{};  ///< Audio that is not planned yet.
    std::vector<std::vector<base::Duration>> segments;
    std::uint32_t next_segment = 0;
    std::uint32_t next_grain = 0;
    bool working = false;  ///< A job of it is in flight.
    scheduler::PlaybackClock heard;
  };
  [[nodiscard]] const std::unordered_map<base::StreamId, Listener>& listeners() const { return listeners_; }

 private:
  enum class Kind : std::uint8_t { kArrival, kBurst, kAsk, kLeave, kStep, kCrash, kReady, kTick };
  struct Event {
    base::TimePoint when;
    std::uint64_t sequence = 0;
    Kind kind = Kind::kArrival;
    std::uint32_t subject = 0;  ///< A group or a slot, by kind.
    std::uint64_t detail = 0;   ///< A request, a job or an epoch, by kind.
    friend bool operator>(const Event& one, const Event& other) {
      return std::pair(one.when, one.sequence) > std::pair(other.when, other.sequence);
    }
  };
  /// A worker's place; processes come and go in it.
  struct Slot {
    std::uint32_t epoch = 0;
    bool alive = false;    ///< Takes jobs.
    base::Duration cpu{};  ///< Processor time used before the job.
    std::optional<scheduler::Dispatch> job;
    std::vector<base::Duration> grains;  ///< Length of the grains of the job.
    base::Duration planned{};            ///< Audio of the plan job.
    std::size_t voice = 0;
    std::uint32_t steps = 0;  ///< Done of it.
    double factor = 1;        ///< What the job takes against its mean.
    double held_up = 1;       ///< Its time against its processor time.
    bool hangs = false;
    bool cancelled = false;
    bool retires = false;
    base::TimePoint begun;
    base::TimePoint step_begun;
  };

  void at(base::TimePoint when, Kind kind, std::uint32_t subject = 0, std::uint64_t detail = 0);
  void happen(const Event& event);
  /// Performs what the coordinator decides now.
  void settle();

  // Clients (clients.cc).
  void open_doors();
  void next_arrival(std::uint32_t group);
  void burst(std::uint32_t group);
  /// A request by the group's next user, or by `user`, that will come at `when`.
  void expect(std::uint32_t group, base::TimePoint when, std::optional<base::UserId> user = std::nullopt);
  void repeat(const Request& refused, base::TimePoint when);
  void enter(Request request);
  void ask(std::uint64_t index);
  void leave(std::uint64_t index);
  void perform(const coordinator::Admitted& admitted);
  void perform(const coordinator::Refused& refused);
  void perform(const coordinator::StreamDone& done) { end_stream(done.stream, Request::End::kComplete); }
  void perform(const coordinator::StreamFailed& failed);
  void end_stream(base::StreamId stream, Request::End how);
  /// The next turn of a closed loop.
  void ask_again(const Request& ended, base::TimePoint when);
  [[nodiscard]] base::UserId next_user(std::uint32_t group);
  [[nodiscard]] base::Duration any_length(const Group& group);
  [[nodiscard]] Request& request(base::StreamId stream) { return trace_.requests[stream.value - 1]; }

  // Workers (workers.cc).
  void open_slots();
  void perform(const coordinator::Spawn& spawn);
  void perform(const coordinator::Promote& promote);
  void perform(const coordinator::Retire& retire);
  void perform(const coordinator::Kill& kill);
  /// The workers of a simulation read no texts.
  void perform(const coordinator::TextBlamed& /*blamed*/) {}
  void perform(const coordinator::Dispatch& dispatch);
  void perform(const coordinator::CancelJob& cancel);
  void ready(std::uint32_t slot);
  void begin_step(std::uint32_t slot);
  void step_done(std::uint32_t slot);
  void plan_done(const scheduler::Dispatch& job, base::Duration audio, base::Duration took);
  void grain_done(Slot& slot, base::Duration took);
  void end_job(std::uint32_t slot);
  void tick();
  void lose(std::uint32_t slot);
  void finish_retiring(std::uint32_t slot);
  /// Neither requests nor streams are left.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] base::Duration cpu_of(const Slot& slot) const;
  void expect_loss(std::uint32_t slot);
  [[nodiscard]] double slowness() const;
  [[nodiscard]] base::WorkerId worker_in(std::uint32_t slot) const;
  [[nodiscard]] static std::uint32_t slot_of(base::WorkerId worker);

  [[nodiscard]] bool chance(double share) {
    return share > 0 && std::uniform_real_distribution(0.0, 1.0)(random_) < share;
  }

  Scenario scenario_;
  coordinator::Coordinator coordinator_;
  std::mt19937_64 random_;   ///< Generator of the workers.
  std::mt19937_64 clients_;  ///< Generator of the clients: the same requests come whatever becomes of them.
  base::TimePoint now_{};
  std::uint64_t sequence_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<Slot> slots_;
  std::unordered_map<base::StreamId, Listener> listeners_;
  std::vector<std::uint64_t> turns_;  ///< Requests of each group.
  std::uint64_t admitted_ = 0;
  std::uint64_t ended_ = 0;              ///< Number of the admitted.
  std::uint64_t own_users_ = 0;          ///< Users that came once.
  bool opening_ = true;                  ///< The workers from the beginning, and their spare, start at once.
  std::optional<base::TimePoint> tick_;  ///< When the coordinator is to be woken.
  base::TimePoint last_call_;            ///< Nobody comes later.
  Watcher watcher_;
  Trace trace_;
};

}  // namespace antiphon::simulator
