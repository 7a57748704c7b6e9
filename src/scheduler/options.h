#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace antiphon::scheduler {

/// In which order jobs are served. All but kFair are baselines, kept so that the difference can be measured.
enum class Policy : std::uint8_t {
  kFifo,        ///< By arrival of the stream.
  kRoundRobin,  ///< The stream served longest ago.
  kArrival,     ///< The original plan's key: arrival + i * 0.2 s for the i-th chunk, chunks of 1 s.
  kEdf,         ///< Earliest playback deadline, without fairness between users.
  kFair,        ///< Playback deadlines, with start-time fair queueing of starts between users.
};

/// Whether a newcomer must fit beside what is promised. kOff is a baseline: everybody is let in at once.
enum class Admission : std::uint8_t { kOff, kOn };

/// Which of the free workers gets a job.
enum class Placement : std::uint8_t {
  kAffinity,     ///< One that has the voice, then the one that the stream used last, then the least loaded.
  kLeastLoaded,  ///< The one with the fewest jobs. A baseline.
  kRoundRobin,   ///< The next one in turn. A baseline.
};

[[nodiscard]] std::optional<Placement> parse_placement(std::string_view name);
[[nodiscard]] std::string_view placement_name(Placement placement);

[[nodiscard]] std::optional<Policy> parse_policy(std::string_view name);
[[nodiscard]] std::string_view policy_name(Policy policy);
/// "on" or "off".
[[nodiscard]] std::optional<Admission> parse_admission(std::string_view name);
[[nodiscard]] std::string_view admission_name(Admission admission);

/// What the server, the simulator and the tests share; the defaults are the measured ones (docs/scheduler.md).
struct Options {
  Policy policy = Policy::kFair;
  Placement placement = Placement::kAffinity;
  /// Jobs that a worker on this machine holds at once. More than one hides a slow link, and makes everybody wait
  /// longer. 1 to 5.
  std::uint32_t queue_depth = 1;
  /// Slack of a stream that has not started: its first job is due this long after its start tag. 0 to 10 s.
  base::Duration start_slack = std::chrono::milliseconds(500);
  /// Reserve kept in front of every playback deadline. 0 to 1 s.
  base::Duration guard = std::chrono::milliseconds(100);
  /// The longest job that cannot be interrupted (C_max). 10 ms to 10 s.
  base::Duration longest_job = std::chrono::milliseconds(150);
  /// Longest chunk after the first, in audio time; whole grains, at least one. 0.05 to 10 s.
  base::Duration chunk_max = std::chrono::milliseconds(500);
  /// Longest first chunk, in audio time. 0.05 to 10 s.
  base::Duration first_chunk_max = std::chrono::seconds(1);
  /// Chunk of Policy::kArrival, in audio time, and what it is while more than prefetch_load is asked for. 0.05 to 10 s.
  base::Duration arrival_chunk = std::chrono::seconds(1);
  base::Duration arrival_chunk_loaded = std::chrono::seconds(1);
  /// Fixed number of grains per chunk, for experiments and the determinism tests; 0 = by the chunk rule. 0 to 1000.
  std::uint32_t fixed_chunk_grains = 0;
  /// Share of the workers' time that may be promised (eta). 0.1 to 1.
  double utilisation = 0.9;
  /// Whether newcomers are tested at all.
  Admission admission = Admission::kOn;
  /// Within what time after its arrival a stream is to be heard (T1). 0.1 to 60 s; more than the guard.
  base::Duration first_audio_target = std::chrono::seconds(1);
  /// Room that is kept free from a user that has streams already: one typical stream for each, up to so many (R).
  /// 0 to 16.
  std::uint32_t headroom_streams = 2;
  /// Length of a typical stream. 1 to 600 s.
  base::Duration headroom_length = std::chrono::seconds(6);
  /// Requests that may wait for room at once. 0 to 10,000.
  std::uint32_t waiting_max = 64;
  /// How long a refused user's room is reserved after its retry time. 0 to 60 s.
  base::Duration reservation_grace = std::chrono::seconds(2);
  /// Live and waiting streams of one user. 1 to 100,000.
  std::uint32_t streams_per_user = 64;
  /// Share of what can be promised above which segments are not planned earlier than needed. 0 to 1.
  double prefetch_load = 0.7;
  /// The same above which newcomers get a cheaper voice, where one is allowed. prefetch_load to 1.
  double cheaper_load = 0.85;
  /// Streams are ended, one each 100 ms, while one that waits for a worker is late by more than this, 0.1 s to 10 min,
  base::Duration shed_lateness = std::chrono::seconds(2);
  /// and has been for longer than this. 0 to 10 min.
  base::Duration shed_after = std::chrono::seconds(2);
  /// How often a job may lose its worker before its stream fails. 1 to 10.
  std::uint32_t worker_losses_per_job = 2;
  /// How long a user without streams is remembered, so that leaving and coming back gains nothing. 0 to 10 min.
  base::Duration user_memory = std::chrono::seconds(10);

  /// The first value outside its range, as a sentence.
  [[nodiscard]] std::expected<void, std::string> validate() const;
  friend bool operator==(const Options&, const Options&) = default;
};

}  // namespace antiphon::scheduler
