#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "gateway/remote_worker.h"
#include "gateway/worker_link.h"
#include "worker_pool/stall_judge.h"
#include "worker_pool/task_queue.h"
#include "worker_pool/types.h"

namespace antiphon::gateway {

/// A place for a worker and who is in it. The fleet's own: nobody else sees it.
struct FleetSlot {
  explicit FleetSlot(worker_pool::StallJudge& judge) : tasks(judge) {}

  worker_pool::SlotIndex index = 0;  ///< Those of workers elsewhere follow the pool's.
  std::optional<RemoteWorker> remote{};
  base::WorkerId id;  ///< Of the process that is in the slot now; a new one for every process.
  std::uint32_t epoch = 0;
  std::unique_ptr<WorkerLink> link;
  std::vector<std::string> voices;                         ///< Loaded, or asked to be; the one used last stands last.
  std::unordered_map<std::uint64_t, std::string> loading;  ///< By the number of the load.
  worker_pool::TaskQueue tasks;
  std::uint32_t places = 1;
  std::size_t most_voices = 1;  ///< That it is given at once.
  std::uint64_t device_bytes = 0;
  bool joined = false;                                   ///< The owner knows it.
  bool condemned = false;                                ///< It is killed; what it still says is void.
  worker_pool::Blame blame = worker_pool::Blame::kSlot;  ///< For the end of the process.
  std::uint64_t jobs = 0;
  base::Duration rendered{};
  base::Duration busy{};
};

/// What is known of a worker, for people.
struct WorkerStatus {
  worker_pool::SlotIndex slot = 0;
  base::WorkerId worker;  ///< Of the last process in the slot.
  worker_pool::SlotState state = worker_pool::SlotState::kEmpty;
  pid_t pid = 0;  ///< 0: there is none, or it is elsewhere.
  /// From the start of the process, elsewhere from its joining, until it was ready; zero before.
  base::Duration ready_after{};
  std::vector<std::string> voices;
  std::size_t queue = 0;   ///< Jobs and loadings that it has.
  std::uint64_t jobs = 0;  ///< Done.
  base::Duration rendered{};
  base::Duration busy{};           ///< Time spent on rendering.
  std::uint32_t places = 1;        ///< Render jobs that it has under way at once.
  std::uint64_t resident = 0;      ///< Memory of the process.
  std::uint64_t device_bytes = 0;  ///< Memory of the device that it holds; 0: none, or not known.
  std::optional<RemoteStatus> remote{};

  /// Time for each second of audio; nothing while it has rendered none.
  [[nodiscard]] std::optional<double> rtf() const {
    if (rendered <= base::Duration::zero()) return std::nullopt;
    return base::to_seconds(busy) / base::to_seconds(rendered);
  }
};

}  // namespace antiphon::gateway
