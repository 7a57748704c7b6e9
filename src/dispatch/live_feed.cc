#include "dispatch/live_feed.h"

#include <utility>

namespace antiphon::dispatch {

std::string_view name_of(scheduler::RefusalReason reason) {
  switch (reason) {
    case scheduler::RefusalReason::kCapacity:
      return "capacity";
    case scheduler::RefusalReason::kUserLimit:
      return "user_limit";
    case scheduler::RefusalReason::kAccountLimit:
      return "account_limit";
    case scheduler::RefusalReason::kQueueFull:
      return "queue_full";
    case scheduler::RefusalReason::kNoWorkers:
      return "no_workers";
  }
  std::unreachable();
}

std::vector<LiveJob> LiveFeed::Reader::take_jobs() {
  return feed_.jobs_.from(std::exchange(jobs_, feed_.jobs_.added()));
}

std::vector<LiveRefusal> LiveFeed::Reader::take_refusals() {
  return feed_.refusals_.from(std::exchange(refusals_, feed_.refusals_.added()));
}

}  // namespace antiphon::dispatch
