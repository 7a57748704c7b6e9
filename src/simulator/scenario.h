#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "scheduler/cost_model.h"
#include "scheduler/length_model.h"
#include "scheduler/options.h"
#include "worker_pool/options.h"

/// Discrete-event simulation of a cell: the server's own scheduler and admission, virtual workers and listeners.
namespace antiphon::simulator {

/// From `at` on, for so long, every job takes `factor` times as long.
struct SlowDown {
  base::Duration at{};
  base::Duration lasts{};
  double factor = 2.0;
};

/// The virtual workers, as they really are; the scheduler has to find out.
struct Machine {
  std::uint32_t workers = 2;       ///< From the beginning, and the least. 1 to 1024.
  std::uint32_t most_workers = 0;  ///< To which the pool grows under load; 0: `workers`.
  worker_pool::Spare spare = worker_pool::Spare::kOn;
  base::Duration start_up =
      std::chrono::milliseconds(900);  ///< Start of a process, until its voice is loaded; as measured.
  /// True cost of each voice. The defaults are a medium Piper voice on one core, as measured.
  std::vector<scheduler::CostModel::Prior> voices{
      {.fixed = std::chrono::milliseconds(2), .ratio = 0.088, .plan_ratio = 0.014}};
  bool known_costs = true;  ///< The scheduler begins with the true costs, as kept from an earlier run.
  base::Duration grain = std::chrono::milliseconds(209);
  /// Longest segment. What is planned at once takes plan_ratio of it.
  base::Duration segment_max = std::chrono::seconds(8);
  double noise = 0.1;  ///< Deviation of the logarithm of a job's time. 0 to 2.
  /// Share of jobs that take outlier_factor times as long, since the machine keeps their worker waiting; they use no
  /// more processor time than others. 0 to 1.
  double outlier_share = 0;
  double outlier_factor = 10;  ///< 1 to 1000.
  double hang_share = 0;       ///< Share of jobs that never end, 0 to 1.
  double losses_per_hour = 0;  ///< Losses of each worker in an hour, at random. 0 to 3600.
  std::vector<SlowDown> slow_downs;
  base::Duration replacement = std::chrono::milliseconds(50);  ///< Until a spare has taken a lost worker's place.
  /// When a worker counts as stalled; see worker_pool::StallOptions. A factor of 0: never.
  double kill_factor = 2.0;
  base::Duration kill_floor = std::chrono::milliseconds(100);
  worker_pool::KillRule kill_rule = worker_pool::KillRule::kProgress;
  /// Beyond which a slot rests; see worker_pool::Options. The hangs of a scenario are not its slots' fault.
  std::uint32_t deaths_per_minute = 1000;
};

/// Requests of this share of all are between `least` and `most` long, evenly.
struct Length {
  double share = 1.0;
  base::Duration least = std::chrono::seconds(1);
  base::Duration most = std::chrono::seconds(1);
};

/// Open loop: requests come whatever happens to those before. One of both is given.
struct Poisson {
  double per_second = 0;
  double load = 0;  ///< Share of all the work that the machine can do.
};
/// `size` requests at once, first at `first`, then every `every` (zero: once).
struct Bursts {
  std::uint32_t size = 8;
  base::Duration first = std::chrono::seconds(1);
  base::Duration every{};
};
/// Each user keeps so many requests going, and asks again `think` after the playback of one has ended.
struct ClosedLoop {
  std::uint32_t parallel = 1;
  base::Duration think{};
};
using Arrivals = std::variant<Poisson, Bursts, ClosedLoop>;

/// What a refused client does.
enum class Retry : std::uint8_t {
  kNever,
  kWhenTold,    ///< Comes back at its retry time, within a second.
  kStubbornly,  ///< Comes back every retry_interval until it is admitted.
};

/// Clients of one kind.
struct Group {
  std::string name = "all";
  std::uint32_t users =
      0;  ///< Requests come from so many users in turn; 0: each from its own. Of ClosedLoop: at least 1.
  Arrivals arrivals = Poisson{.load = 1.0};
  std::vector<Length> lengths{{.share = 0.5, .least = std::chrono::seconds(1), .most = std::chrono::seconds(2)},
                              {.share = 0.5, .least = std::chrono::seconds(10), .most = std::chrono::seconds(20)}};
  std::uint32_t account =
      0;                ///< All its users are of this account, which groups may share; 0: each has one of its own.
  double weight = 1.0;  ///< Weight of the account.
  base::Duration wait = std::chrono::seconds(2);  ///< How long a request may wait to be let in.
  Retry retry = Retry::kNever;
  base::Duration retry_interval = std::chrono::milliseconds(100);
  std::uint32_t retries = 3;  ///< Most retries of one request.
  double leave_share = 0;     ///< Share of requests whose clients leave at some time of their playback, 0 to 1.
  std::size_t voice = 0;      ///< Index in Machine::voices.
  std::optional<std::size_t> cheaper{};
};

struct Scenario {
  std::string name = "load";
  scheduler::Options scheduling{};
  Machine machine{};
  std::vector<Group> groups{Group{}};
  base::Duration warm_up = std::chrono::seconds(20);    ///< Requests that come before are not counted.
  base::Duration duration = std::chrono::seconds(200);  ///< Requests come until then; all are served to their end.
  /// Admission knows a text's length up to a factor whose logarithm deviates by this, and adds a margin.
  double length_error = 0.1;
  double length_margin = scheduler::LengthModel::kMargin;
  std::uint32_t seed = 1;
  base::Duration timeline{};  ///< Jobs that begin before this time are recorded.

  /// The first value outside its range, as a sentence.
  [[nodiscard]] std::expected<void, std::string> validate() const;
};

/// What the pool of `machine` decides by.
[[nodiscard]] worker_pool::Options pool_options(const Machine& machine);

/// Worker-seconds that a request of `audio` takes.
[[nodiscard]] double cost_of_request(const scheduler::Options& options, const Machine& machine, std::size_t voice,
                                     base::Duration audio);
/// Requests per second of a group of Poisson arrivals.
[[nodiscard]] double request_rate(const Scenario& scenario, const Group& group);

}  // namespace antiphon::simulator
