#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "worker_pool/pool.h"

namespace antiphon::worker_pool {

/// A pool on a clock of its own, and what its slots' processes do.
class PoolTest : public testing::Test {
 protected:
  std::vector<Action> update(const Sample& sample = {}) { return pool_.update(sample, now_); }

  /// Lets `time` pass in steps of 100 ms and returns all that was decided.
  std::vector<Action> pass(base::Duration time, const Sample& sample = {}) {
    std::vector<Action> all;
    for (const auto end = now_ + time; now_ < end;) {
      now_ += std::chrono::milliseconds(100);
      for (const auto& action : pool_.update(sample, now_)) all.push_back(action);
    }
    return all;
  }

  void ready(SlotIndex slot) { pool_.ready(slot, now_); }
  void ended(SlotIndex slot) { pool_.ended(slot, now_); }
  SlotState state(SlotIndex slot) { return pool_.slots()[slot].state(); }

  /// From nothing to one worker and its spare.
  void settle() {
    update();
    ready(0);
    update();
    ready(1);
    update();
  }

  /// The process dies again and again, whenever it is started, for `time`. Returns how often.
  int keep_dying(SlotIndex slot, base::Duration time) {
    int deaths = 0;
    for (const auto end = now_ + time; now_ < end; now_ += std::chrono::milliseconds(100)) {
      update();
      if (!pool_.slots()[slot].runs()) continue;
      ended(slot);
      ++deaths;
    }
    return deaths;
  }

  base::TimePoint now_ = base::TimePoint{} + std::chrono::hours(1);
  Pool pool_{Options{.least = 1, .most = 3}};
};

}  // namespace antiphon::worker_pool
