// What the fleet tells people.
#include "gateway/worker_fleet.h"

namespace antiphon::gateway {

std::vector<WorkerFleet::Status> WorkerFleet::status() const {
  std::vector<Status> all;
  for (const Slot* const slot : all_slots()) {
    all.push_back({.slot = slot->index,
                   .worker = slot->id,
                   .state = state(*slot),
                   .pid = slot->link ? slot->link->pid() : 0,
                   .voices = slot->voices,
                   .queue = slot->tasks.size(),
                   .jobs = slot->jobs,
                   .rendered = slot->rendered,
                   .busy = slot->busy,
                   .places = slot->places,
                   .device_bytes = slot->link ? slot->device_bytes : 0});
    auto& status = all.back();
    if (slot->remote) {
      status.ready_after = slot->remote->ready_after;
      status.resident = slot->remote->resident;
      status.remote = remote_status(*slot);
    } else {
      status.ready_after = pool_.slots()[slot->index].ready_after();
      status.resident = pool_.slots()[slot->index].resident();
    }
  }
  return all;
}

RemoteStatus WorkerFleet::remote_status(const Slot& slot) {
  const RemoteWorker& remote = *slot.remote;
  return {.id = remote.join.id,
          .address = remote.address,
          .incarnation = remote.join.incarnation,
          .round_trip = remote.quality.round_trip(),
          .bytes_per_second = remote.quality.bytes_per_second()};
}

}  // namespace antiphon::gateway
