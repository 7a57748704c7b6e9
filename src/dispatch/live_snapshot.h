#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "dispatch/live_feed.h"
#include "progress/census.h"
#include "worker_pool/types.h"

/// What the live view shows, as values, and the events that say it; docs/http.md describes them. Pure.
namespace antiphon::dispatch {

struct LiveStream {
  enum class State : std::uint8_t {
    kWaiting,  ///< To be let in.
    kStarted,
    kEnding,  ///< All is rendered, or it failed; its listener may still be sent audio.
  };
  base::StreamId id;
  std::uint32_t user = 0;  ///< A hash, under a key of this process.
  std::string voice;
  State state = State::kWaiting;
  base::Duration buffer{};  ///< Audio that the listener was sent and has not played, if it plays at once.
  base::Duration rendered{};
  base::Duration delivered{};              ///< Audio that was sent.
  std::optional<base::WorkerId> worker{};  ///< The worker that has a job of it.
  base::Duration age{};                    ///< Since the request.
};

struct LiveLoad {
  double promised = 0;      ///< Share of what can be promised that is asked for.
  std::size_t streams = 0;  ///< Number of streams that were let in and are not wholly rendered.
  std::size_t waiting = 0;  ///< Number of requests that wait to be let in.
  unsigned degradation = 0;
};

struct LiveStreams {
  /// The longest list of streams.
  static constexpr std::size_t kMost = 200;

  std::vector<LiveStream> streams;  ///< The oldest ones first, at most kMost.
  std::size_t total = 0;            ///< Number of streams that there are.
  LiveLoad load;
};

struct LiveWorker {
  base::WorkerId id;
  std::optional<std::string> node{};  ///< The machine of a remote worker; nullopt: it runs here.
  worker_pool::SlotState state = worker_pool::SlotState::kEmpty;
  std::size_t queue = 0;  ///< Number of jobs and loadings that it has.
  std::optional<double> rtf{};
  base::Duration rendered{};  ///< Audio that its process has rendered.
  base::Duration busy{};      ///< Time that it took for that.
  std::uint64_t memory = 0;   ///< Bytes; 0: not known.
  std::vector<std::string> voices;
  std::optional<base::StreamId> job{};  ///< The stream of the job that it began first of those that it has.
  std::uint64_t jobs_done = 0;
  pid_t pid = 0;  ///< 0: there is no process, or it is remote.
};

/// What rendering costs each worker of late: by the last audio of kSpan or more that it rendered, at first by all.
class RecentCost {
 public:
  static constexpr base::Duration kSpan = std::chrono::seconds(5);

  /// Fills in what each costs, and forgets the workers that are not among them.
  void observe(std::span<LiveWorker> workers);

 private:
  struct Past {
    base::Duration rendered{};
    base::Duration busy{};
    std::optional<double> rtf{};
  };
  std::unordered_map<base::WorkerId, Past> past_;
};

/// Returns the event of what there is at `now`; `start`: since when its seconds count.
[[nodiscard]] std::string streams_event(const LiveStreams& live, std::span<const LiveJob> jobs,
                                        std::span<const LiveRefusal> refusals, base::TimePoint start,
                                        base::TimePoint now);
/// `cells`: those that are known; empty where this one shares nothing with others.
[[nodiscard]] std::string workers_event(std::span<const LiveWorker> workers, std::span<const progress::KnownCell> cells,
                                        base::Duration since_start);

}  // namespace antiphon::dispatch
