#include <algorithm>

#include "gateway/worker_fleet.h"

// The memory of the device that workers compute on.

namespace antiphon::gateway {

bool WorkerFleet::device_full() const {
  const auto most = options_.pool.memory_share * static_cast<double>(device_memory_.total);
  return device_memory_.total > 0 && static_cast<double>(device_memory_.used) > most;
}

bool WorkerFleet::lacks_room_for(const std::string& voice) const {
  if (!device_full()) return false;
  const auto joined = [](const auto& slot) { return slot->joined; };
  const auto has = [&](const auto& slot) {
    return slot->joined && std::ranges::find(slot->voices, voice) != slot->voices.end();
  };
  // What another machine has room for is its own matter.
  if (remote_workers() > 0) return false;
  return std::ranges::any_of(slots_, joined) && std::ranges::none_of(slots_, has);
}

}  // namespace antiphon::gateway
