#include "fleet/slot_life.h"

#include <utility>

namespace antiphon::fleet {
namespace {

using worker_pool::Blame;
using worker_pool::SlotState;

/// Notes what is to blame for the end of a worker, before it leaves.
void note_blame(Slot& slot) {
  if (!slot.joined) return;
  const bool is_text = slot.worker->may_blame_text() && !slot.begun_plans.empty();
  slot.blame = is_text ? Blame::kText : Blame::kSlot;
}

}  // namespace

void SlotLife::join(Slot& slot) {
  slot.worker->joined();
  slot.joined = true;
  events_.worker_joined({.worker = slot.id,
                         .voices = slot.voices,
                         .places = slot.places,
                         .remote_id = slot.worker->remote_id(),
                         .link = slot.worker->link()});
}

void SlotLife::retire(Slot& slot) {
  if (slot.joined) events_.worker_retires(slot.id);
  finish_retiring(slot);
}

void SlotLife::let_go(Slot& slot) {
  if (slot.takes_jobs()) events_.worker_retires(slot.id);
  slot.worker->retire();
  if (!slot.joined) slot.tasks.clear();
  finish_retiring(slot);
}

void SlotLife::finish_retiring(Slot& slot) {
  const bool retires = slot.worker->is_connected() && slot.worker->state() == SlotState::kRetiring;
  if (!retires || slot.given_up || !slot.tasks.empty()) return;
  slot.given_up = true;
  leave(slot);
  slot.worker->kill();
}

void SlotLife::kill(Slot& slot, worker_pool::Death death) {
  slot.worker->killed(death);
  slot.worker->kill();
  give_up(slot);
}

void SlotLife::dismiss(Slot& slot, wire::Refusal code, const std::string& reason) {
  slot.worker->dismiss(code, reason);
  give_up(slot);
}

void SlotLife::give_up(Slot& slot) {
  note_blame(slot);
  slot.given_up = true;
  leave(slot);
  ask_for_pool();
}

void SlotLife::end(Slot& slot, std::string reason) {
  note_blame(slot);
  // A component that hears that the worker has left finds it gone from the pool, too: it is lost, and not one too few.
  slot.worker->ended({.reason = std::move(reason),
                      .jobs = slot.tasks.jobs(),
                      .blame = slot.blame,
                      .was_given_up = slot.given_up,
                      .is_shutdown = stopping_});
  leave(slot);
  ask_for_pool();
}

void SlotLife::leave(Slot& slot) {
  slot.tasks.clear();
  gate_.left(slot.id);
  if (std::exchange(slot.joined, false)) events_.worker_left(slot.id, slot.blame);
}

void SlotLife::ask_for_pool() {
  if (!stopping_) events_.pool_due();
}

}  // namespace antiphon::fleet
