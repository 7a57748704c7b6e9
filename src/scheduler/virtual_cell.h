#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "scheduler/scheduler.h"

namespace antiphon::scheduler {

/// A cell in virtual time for tests: the real scheduler, workers that cost exactly what they are told, and losses and
/// cancellations by seed. It checks on the way that each stream has one job at a time and its grains come in order.
class VirtualCell {
 public:
  struct Setup {
    Options options{};
    std::uint32_t workers = 1;
    base::Duration fixed = std::chrono::milliseconds(2);  ///< Per chunk.
    double ratio = 0.1;                                   ///< Worker-seconds per audio-second.
    double plan_ratio = 0.014;
    base::Duration grain = std::chrono::milliseconds(209);
    base::Duration segment_max = std::chrono::seconds(8);
    std::uint32_t worker_loss_every = 0;  ///< One job in so many loses its worker; 0 = none.
    std::uint32_t cancel_every = 0;       ///< One job in so many sees its stream cancelled; 0 = none.
    std::uint32_t seed = 1;
  };
  struct Heard {
    base::Duration first_audio{};  ///< From arrival.
    base::Duration stall{};
  };

  explicit VirtualCell(Setup setup);

  void arrive(const StreamSpec& spec, base::Duration audio, base::TimePoint when);
  /// Until nothing is left to happen.
  void run();

  [[nodiscard]] const std::map<base::StreamId, Heard>& done() const { return done_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  [[nodiscard]] std::size_t cancelled() const { return cancelled_; }
  [[nodiscard]] std::size_t live_streams() const { return scheduler_.streams(); }
  [[nodiscard]] std::size_t jobs_in_flight() const { return scheduler_.jobs_in_flight(); }

 private:
  struct Event {
    enum class Kind : std::uint8_t { kArrival, kPlanned, kGrain, kEnded, kWorkerLost, kCancel } kind = Kind::kArrival;
    StreamSpec spec{};
    base::JobId job{};
    base::WorkerId worker{};
    base::Duration took{};
  };
  struct Listener {
    base::TimePoint arrival;
    base::Duration text_left{};  ///< Audio that is not planned yet.
    std::vector<std::vector<base::Duration>> segments;
    std::uint32_t next_segment = 0;
    std::uint32_t next_grain = 0;
    std::set<base::JobId> jobs;
    PlaybackClock heard;
  };

  void at(base::TimePoint when, Event event) { events_.emplace(std::pair(when, sequence_++), std::move(event)); }
  void perform(const std::vector<Action>& actions);
  void start(const Dispatch& dispatch);
  void happen(const Event& event);
  void on_planned(const Event& event);
  void on_grain(const Event& event);
  void lose_worker(base::WorkerId worker);
  bool one_in(std::uint32_t n) { return n > 0 && std::uniform_int_distribution<std::uint32_t>(1, n)(random_) == 1; }

  Setup setup_;
  Scheduler scheduler_;
  std::mt19937 random_;
  base::TimePoint now_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t next_worker_ = 1;
  std::map<std::pair<base::TimePoint, std::uint64_t>, Event> events_;
  std::map<base::StreamId, Listener> listeners_;
  std::map<base::JobId, Dispatch> dispatched_;
  std::set<base::WorkerId> alive_;
  std::map<base::StreamId, Heard> done_;
  std::size_t failed_ = 0;
  std::size_t cancelled_ = 0;
};

}  // namespace antiphon::scheduler
