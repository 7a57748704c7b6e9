#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/client.h"

namespace antiphon::bench {

/// One request with its place in the load.
struct Sample {
  std::string group;  ///< "listeners", "flood", "slow", "leaving".
  std::string user;
  base::Duration begun{};   ///< When its first attempt began, from the load's begin.
  int attempts = 1;         ///< More where it came back after refusals; its first audio counts from the first.
  base::Duration waited{};  ///< Between the first attempt and the last.
  Outcome outcome;
};

/// In the words of docs/bench.md.
struct Summary {
  std::uint64_t requests = 0;
  std::uint64_t complete = 0;
  std::uint64_t refused = 0;
  std::uint64_t limited = 0;
  std::uint64_t left = 0;
  std::uint64_t failed = 0;
  double good_share =
      0;  ///< Share that was good of all requests that were not told to leave; refusals count against it.
  double good_share_admitted = 0;  ///< Share that was good of those that were not refused.
  double first_audio_p50_s = 0;
  double first_audio_p95_s = 0;
  double first_audio_p99_s = 0;
  double worst_gap_p95_s = 0;
  double worst_gap_s = 0;
  double c50 = 0;  ///< Share of complete requests whose worst gap is at most 50 ms; so 100 and 200.
  double c100 = 0;
  double c200 = 0;
  double audio_s_per_s = 0;
  std::uint64_t paced_pieces = 0;  ///< At which jitter was estimated; 0 where nothing was paced.
  double jitter_p50_s = 0;
  double jitter_p95_s = 0;
  double jitter_p99_s = 0;
};

/// What one number of listeners heard, of a search for the most that can be served.
struct Step {
  std::uint32_t listeners = 0;
  Summary all;
};

/// How many silences lasted for at most so long, and longer than the bound before; the last one is open.
struct GapCount {
  double at_most_s = 0;  ///< Infinity for the last.
  std::uint64_t count = 0;
};

/// How well the client itself kept up.
struct ClientHealth {
  double lateness_p99_s = 0;   ///< 99th percentile of the lateness of requests, against when they were due.
  double loop_late_p99_s = 0;  ///< 99th percentile of the lateness of a clock on the event loop.
  double cpu_share = 0;        ///< CPU time as a share of one core.
  [[nodiscard]] bool was_bottleneck() const;
};

struct Report {
  std::string what;    ///< The load in words.
  std::string server;  ///< Where it was, and what was asked for, in words.
  double seconds = 0;
  Summary all;
  std::map<std::string, Summary> groups;
  double jain = 0;                   ///< Over users: good audio per share asked; 1 = all alike.
  double worst_user_acceptance = 0;  ///< The least share of a user's requests that was admitted.
  ClientHealth client;
  std::vector<GapCount> gaps;                   ///< Gaps of all requests.
  std::map<std::string, std::uint64_t> faults;  ///< Why requests failed; at most kMostFaults reasons.
  std::vector<Sample> samples;                  ///< The first kMostSamples, in the order of their ends, without users.
  std::vector<Step> steps;                      ///< Steps of a search, by the number of listeners.
};

inline constexpr std::size_t kMostFaults = 20;
inline constexpr std::size_t kMostSamples = 5'000;

/// First audio within this and no gap longer than that is what a good request has, with all its audio.
inline constexpr double kGoodFirstAudio = 1.0;
inline constexpr double kGoodGap = 0.05;

[[nodiscard]] bool is_good(const Sample& sample);
[[nodiscard]] Summary summarise(const std::vector<Sample>& samples, double seconds);
[[nodiscard]] Report make_report(std::string what, const std::vector<Sample>& samples, double seconds,
                                 const ClientHealth& client);

/// The p-th quantile, 0 to 1, by the nearest rank; 0 of nothing.
[[nodiscard]] double quantile(std::vector<double> values, double p);

[[nodiscard]] std::string to_table(const Report& report);
/// Everything that docs/bench.md names; times in seconds, shares 0 to 1.
[[nodiscard]] std::string to_json(const Report& report);

}  // namespace antiphon::bench
