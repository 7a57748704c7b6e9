#include "fleet/slot_life.h"

#include <utility>

namespace antiphon::fleet {

using worker_pool::Death;
using worker_pool::SlotState;

void SlotLife::connected(const Slot& slot) {
  report(coordinator::WorkerConnected{.worker = slot.id, .slot = slot.worker->pool_slot()});
}

void SlotLife::ready(Slot& slot) {
  const auto place = slot.worker->pool_slot();
  if (!place) {
    join(slot);
    return events_.remote_joined({.worker = slot.id,
                                  .voices = slot.voices,
                                  .places = slot.places,
                                  .remote_id = slot.worker->remote_id(),
                                  .link = slot.worker->link()});
  }
  coordinator::WorkerReady ready{.slot = *place, .worker = {.id = slot.id, .places = slot.places}};
  for (const auto& voice : slot.voices) ready.worker.voices.push_back(voices_.id_of(voice));
  report(std::move(ready));
}

void SlotLife::join(Slot& slot) {
  slot.worker->joined();
  slot.joined = true;
}

void SlotLife::let_go(Slot& slot) {
  slot.worker->retire();
  if (!slot.joined) slot.tasks.clear();
  report(coordinator::RemoteRetires{slot.id});
  finish_retiring(slot);
}

void SlotLife::finish_retiring(Slot& slot) {
  const bool retires = slot.worker->is_connected() && slot.worker->state() == SlotState::kRetiring;
  if (!retires || slot.given_up || !slot.tasks.empty()) return;
  slot.given_up = true;
  leave(slot);
  slot.worker->kill();
}

void SlotLife::report_fault(const Slot& slot, Death death) {
  report(coordinator::WorkerFaulty{.slot = slot.worker->pool_slot(), .death = death, .worker = slot.id});
}

void SlotLife::kill(Slot& slot, Death death) {
  slot.worker->killed(death);
  slot.worker->kill();
  slot.given_up = true;
  leave(slot);
}

void SlotLife::dismiss(Slot& slot, wire::Refusal code, const std::string& reason) {
  if (slot.worker->pool_slot()) return report_fault(slot, Death::kNotLoaded);
  slot.worker->dismiss(code, reason);
  slot.given_up = true;
  leave(slot);
  report(coordinator::RemoteLost{slot.id});
}

void SlotLife::end(Slot& slot, std::string reason) {
  slot.worker->ended({.reason = std::move(reason),
                      .jobs = slot.tasks.jobs(),
                      .was_given_up = slot.given_up,
                      .is_shutdown = stopping_});
  leave(slot);
  // Another process may take the slot from now on.
  if (const auto place = slot.worker->pool_slot()) {
    report(coordinator::WorkerEnded{.slot = *place});
  } else {
    report(coordinator::RemoteLost{slot.id});
  }
  if (!stopping_) slot.worker->log_rest();
}

void SlotLife::leave(Slot& slot) {
  slot.tasks.clear();
  gate_.left(slot.id);
  if (std::exchange(slot.joined, false)) events_.worker_left(slot.id);
}

void SlotLife::report(coordinator::Event event) {
  if (!stopping_) events_.report(std::move(event));
}

}  // namespace antiphon::fleet
