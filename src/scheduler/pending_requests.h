#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/accounts.h"
#include "scheduler/fair_queue.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// A stream that asked to be let in and waits.
struct PendingRequest {
  StreamSpec spec;
  VoiceId asked{};  ///< The voice that the client asked for; spec.voice may be the cheaper one.
  base::TimePoint arrival;
  base::Duration wait{};                    ///< For how long the client can wait.
  base::Duration delay{};                   ///< After which it would fit, by the last test.
  std::optional<base::TimePoint> tested{};  ///< When it was tested last.
  std::uint64_t number = 0;                 ///< Counts arrivals; set by PendingRequests.
};

/// The streams that wait to be let in, in the order of a fair queue whose tags are worker time. Not thread-safe.
class PendingRequests {
 public:
  /// The stream's id must be new. `start_cost` is the worker time that its start takes.
  void add(PendingRequest pending, base::Duration start_cost);
  /// The stream's turn has come. It must wait.
  void admit(base::StreamId stream);
  /// The stream waits no more, and its tag is free again. Ids that do not wait are ignored.
  void remove(base::StreamId stream);

  /// Returns all, the first to be let in first. The pointers are valid until the request is admitted or removed.
  [[nodiscard]] std::vector<PendingRequest*> in_order();
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] std::size_t of_user(const Member& member) const { return queue_.of_user(member); }
  [[nodiscard]] std::size_t of_account(base::UserId account) const { return queue_.of_account(account); }
  /// Forgets where the next tags begin of users that neither wait nor have streams.
  void forget(const Accounts& accounts);

 private:
  std::map<base::StreamId, PendingRequest> waiting_;
  FairQueue<ByWork> queue_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace antiphon::scheduler
