#include "fleet/slot_table.h"

#include <algorithm>

namespace antiphon::fleet {

void SlotTable::add(std::unique_ptr<LocalWorker> worker) {
  auto* const local = worker.get();
  const auto index = static_cast<worker_pool::SlotIndex>(local_.size());
  local_.push_back({.slot = std::make_unique<Slot>(index, std::move(worker)), .worker = local});
}

Slot& SlotTable::add(std::unique_ptr<RemoteWorker> worker) {
  const auto* const remote = worker.get();
  const auto index = static_cast<worker_pool::SlotIndex>(local_.size()) + next_remote_++;
  remote_.push_back({.slot = std::make_unique<Slot>(index, std::move(worker)), .worker = remote});
  return *remote_.back().slot;
}

void SlotTable::erase(const Slot& remote) {
  std::erase_if(remote_, [&](const Remote& other) { return other.slot.get() == &remote; });
}

std::vector<Slot*> SlotTable::all() const {
  std::vector<Slot*> all;
  for (const auto& local : local_) all.push_back(local.slot.get());
  for (const auto& remote : remote_) all.push_back(remote.slot.get());
  return all;
}

Slot* SlotTable::find(base::WorkerId worker) const {
  for (Slot* const slot : all()) {
    if (slot->id == worker && slot->worker->is_connected()) return slot;
  }
  return nullptr;
}

std::vector<Member> SlotTable::members() const {
  std::vector<Member> members;
  for (const auto& [slot, worker] : remote_) {
    const auto& join = worker->origin().join;
    members.push_back({.id = join.id, .incarnation = join.incarnation, .given_up = slot->given_up});
  }
  return members;
}

std::uint32_t SlotTable::remote_workers() const {
  return static_cast<std::uint32_t>(std::ranges::count(remote_, worker_pool::SlotState::kActive,
                                                       [](const Remote& remote) { return remote.worker->state(); }));
}

std::vector<WorkerStatus> SlotTable::status() const {
  std::vector<WorkerStatus> status;
  for (const Slot* const slot : all()) {
    status.push_back({.slot = slot->index,
                      .worker = slot->id,
                      .state = slot->worker->state(),
                      .voices = slot->voices,
                      .queue = slot->tasks.size(),
                      .jobs = slot->jobs,
                      .rendered = slot->rendered,
                      .busy = slot->busy,
                      .places = slot->places,
                      .device_bytes = slot->worker->is_connected() ? slot->device_bytes : 0});
    slot->worker->describe(status.back());
  }
  return status;
}

}  // namespace antiphon::fleet
