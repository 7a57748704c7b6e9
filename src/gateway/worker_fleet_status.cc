// What the fleet tells people.
#include "gateway/worker_fleet.h"

namespace antiphon::gateway {

std::vector<WorkerFleet::Status> WorkerFleet::status() const {
  std::vector<Status> all;
  for (const Slot* const slot : all_slots()) {
    all.push_back({.slot = slot->index,
                   .worker = slot->id,
                   .pid = slot->link ? slot->link->pid() : 0,
                   .voices = slot->voices,
                   .queue = slot->tasks.size(),
                   .jobs = slot->jobs,
                   .rendered = slot->rendered,
                   .busy = slot->busy,
                   .places = slot->places,
                   .device_bytes = slot->link ? slot->device_bytes : 0});
    if (slot->remote) all.back().remote = remote_status(*slot);
  }
  return all;
}

RemoteStatus WorkerFleet::remote_status(const Slot& slot) const {
  const RemoteWorker& remote = *slot.remote;
  return {.id = remote.join.id,
          .address = remote.address,
          .incarnation = remote.join.incarnation,
          .state = remote.state,
          .round_trip = remote.quality.round_trip(),
          .bytes_per_second = remote.quality.bytes_per_second(),
          .resident = remote.resident};
}

}  // namespace antiphon::gateway
