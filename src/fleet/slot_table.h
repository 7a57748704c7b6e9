#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/units.h"
#include "fleet/join_rules.h"
#include "fleet/local_worker.h"
#include "fleet/remote_worker.h"
#include "fleet/slot.h"
#include "fleet/worker_status.h"

namespace antiphon::fleet {

/// The slots of a fleet: those of the pool, which stay, and those of remote workers, which come and go. A slot stays
/// where it is until it is erased.
class SlotTable {
 public:
  struct Local {
    std::unique_ptr<Slot> slot;
    LocalWorker* worker;  ///< The slot's.
  };
  struct Remote {
    std::unique_ptr<Slot> slot;
    const RemoteWorker* worker;  ///< The slot's.
  };

  /// The next slot of the pool. Before the first remote one.
  void add(std::unique_ptr<LocalWorker> worker);
  [[nodiscard]] Slot& add(std::unique_ptr<RemoteWorker> worker);
  void erase(const Slot& remote);

  [[nodiscard]] const std::vector<Local>& local() const { return local_; }
  [[nodiscard]] const std::vector<Remote>& remote() const { return remote_; }
  /// Those of the pool first.
  [[nodiscard]] std::vector<Slot*> all() const;
  /// Returns null if no connected worker has that id.
  [[nodiscard]] Slot* find(base::WorkerId worker) const;
  [[nodiscard]] std::vector<Member> members() const;
  /// Number of remote workers that take jobs.
  [[nodiscard]] std::uint32_t remote_workers() const;
  /// One of each slot, those of the pool first.
  [[nodiscard]] std::vector<WorkerStatus> status() const;

 private:
  std::vector<Local> local_;
  std::vector<Remote> remote_;
  worker_pool::SlotIndex next_remote_ = 0;
};

}  // namespace antiphon::fleet
