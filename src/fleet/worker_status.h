#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// What is known of a worker on another machine, for reports.
struct RemoteStatus {
  std::string id;
  std::string address;
  std::uint64_t incarnation = 0;
  base::Duration round_trip{};
  double bytes_per_second = 0;
};

/// What is known of a worker, for reports.
struct WorkerStatus {
  worker_pool::SlotIndex slot = 0;
  base::WorkerId worker;  ///< Id of the last process in the slot.
  worker_pool::SlotState state = worker_pool::SlotState::kEmpty;
  pid_t pid = 0;  ///< 0: there is no process, or it is remote.
  /// From the start of the process, for a remote one from its joining, until it was ready; zero before.
  base::Duration ready_after{};
  std::vector<std::string> voices;
  std::size_t queue = 0;   ///< Number of jobs and loadings that it has.
  std::uint64_t jobs = 0;  ///< Number of jobs that it has done.
  base::Duration rendered{};
  base::Duration busy{};           ///< Time spent on rendering.
  std::uint32_t places = 1;        ///< Number of render jobs that it does at once.
  std::uint64_t resident = 0;      ///< Bytes of memory of the process.
  std::uint64_t device_bytes = 0;  ///< Bytes of the device's memory that it holds; 0: none, or not known.
  std::optional<RemoteStatus> remote{};

  /// Rendering time for each second of audio; nullopt while it has rendered none.
  [[nodiscard]] std::optional<double> rtf() const {
    if (rendered <= base::Duration::zero()) return std::nullopt;
    return base::to_seconds(busy) / base::to_seconds(rendered);
  }
};

}  // namespace antiphon::fleet
