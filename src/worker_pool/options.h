#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "worker_pool/backoff.h"

namespace antiphon::worker_pool {

/// Whether one more worker than is needed is kept with its voices loaded, to take the place of one that is lost.
enum class Spare : std::uint8_t {
  kOff,
  kOn,  ///< Where memory allows.
};

/// What makes a worker that is late a worker at fault.
enum class KillRule : std::uint8_t {
  /// It is late, and its process makes no progress or has really computed so long: one that the machine did not let run
  /// is left alone.
  kProgress,
  kWall,  ///< It is late. The plain rule, kept as a baseline.
};

[[nodiscard]] std::optional<KillRule> parse_kill_rule(std::string_view name);
[[nodiscard]] std::string_view kill_rule_name(KillRule rule);

/// When a worker counts as stalled; see StallDetector.
struct StallOptions {
  KillRule rule = KillRule::kProgress;
  /// A job is late when it takes more than this many times what 95 % of its kind take. 1.1 to 100.
  double factor = 2.0;
  /// No job is late before this time. 1 ms to 10 s.
  base::Duration floor = std::chrono::milliseconds(100);
  /// A process that uses no processor for so long makes no progress. 10 ms to 10 s.
  base::Duration window = std::chrono::milliseconds(100);
  /// Between two grains, whatever is expected, and for all of a job of which too little is known. 0.1 s to 1 h.
  base::Duration job_limit = std::chrono::seconds(10);
  /// For the start of a process and for loading a voice. 0.1 s to 1 h.
  base::Duration load_limit = std::chrono::seconds(60);
};

/// What the pool decides by. The defaults are those of the server, the simulator and the tests.
struct Options {
  std::uint32_t least = 1;  ///< Workers that take jobs, whatever the load. 1 to 1024; 0 where `most` is.
  std::uint32_t most = 1;   ///< `least` to 1024; the spare is not counted. 0: all workers are elsewhere.
  Spare spare = Spare::kOn;
  /// Another worker is wanted while a newcomer would wait for longer than this, 0 to 60 s,
  base::Duration start_wait = std::chrono::milliseconds(500);
  /// and has been for so long. 0 to 10 min.
  base::Duration grow_after = std::chrono::seconds(1);
  /// A worker goes when one less would have carried the demand for so long, 1 s to 24 h,
  base::Duration shrink_after = std::chrono::seconds(60);
  /// with at most this load. 0.05 to 1.
  double shrink_load = 0.6;
  /// Share of the machine's and of the device's memory above which nothing is started. 0.1 to 1.
  double memory_share = 0.9;
  /// A worker that holds more memory is replaced between two jobs; in bytes, 0: never.
  std::uint64_t worker_memory_limit = 0;
  /// A slot whose workers ended more often than this within a minute is not used for `quarantine`. 1 to 1000.
  std::uint32_t deaths_per_minute = 3;
  base::Duration quarantine = std::chrono::seconds(60);  ///< 1 s to 24 h.
  /// After so many starts in a row that came to nothing a slot is given up until somebody resets it. 1 to 1000.
  std::uint32_t failed_starts = 10;
  Backoff::Options backoff{};
  StallOptions stall{};

  /// The first value outside its range, as a sentence.
  [[nodiscard]] std::expected<void, std::string> validate() const;
};

}  // namespace antiphon::worker_pool
