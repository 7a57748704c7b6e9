#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "fleet/sent_tasks.h"
#include "fleet/worker.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// A worker and what it works on. The fleet's own: no other component sees it.
struct Slot {
  Slot(worker_pool::SlotIndex slot_index, std::unique_ptr<Worker> slot_worker)
      : index(slot_index), worker(std::move(slot_worker)) {}

  worker_pool::SlotIndex index = 0;  ///< The slots of remote workers follow those of the pool.
  std::unique_ptr<Worker> worker;    ///< Never null.
  base::WorkerId id;                 ///< Id of the process that is in the slot now; a new one for every process.
  std::uint32_t epoch = 0;
  std::vector<std::string> voices;                         ///< Loaded, or asked to be; the one used last stands last.
  std::unordered_map<std::uint64_t, std::string> loading;  ///< Voices by the number of their load.
  SentTasks tasks;
  std::uint64_t start_task = 0;  ///< The number of its start, which is a loading.
  std::uint32_t places = 1;
  std::size_t most_voices = 1;  ///< Number of voices that it is given at once.
  std::uint64_t device_bytes = 0;
  bool joined = false;    ///< The worker takes jobs, or did until it was to retire.
  bool given_up = false;  ///< It was killed or sent away; what it still says is void.
  std::uint64_t jobs = 0;
  base::Duration rendered{};
  base::Duration busy{};

  /// Another process, which has done nothing yet, is about to take the place of the one before.
  void begin(base::WorkerId process) {
    id = process;
    ++epoch;
    voices.clear();
    loading.clear();
    tasks.clear();
    given_up = false;
    places = 1;
    device_bytes = 0;
    jobs = 0;
    rendered = busy = {};
  }

  [[nodiscard]] bool is_loading(const std::string& voice) const {
    return std::ranges::any_of(loading, [&](const auto& entry) { return entry.second == voice; });
  }
  [[nodiscard]] bool takes_jobs() const { return joined && worker->state() == worker_pool::SlotState::kActive; }
};

}  // namespace antiphon::fleet
