#include "fleet/voice_loader.h"

#include <algorithm>

namespace antiphon::fleet {

void VoiceLoader::add_start(Slot& slot) {
  slot.start_task = next_load_++;
  add_task(slot, slot.start_task, std::nullopt);
}

void VoiceLoader::load_first(Slot& slot) {
  load(slot, voices_.first());
  for (const auto& id : voices_in_use()) {
    const auto* const voice = voices_.find(id);
    if (voice != nullptr && slot.voices.size() < slot.most_voices) load(slot, *voice);
  }
}

void VoiceLoader::load(Slot& slot, const Voice& wanted, std::optional<base::JobId> before) {
  if (const auto it = std::ranges::find(slot.voices, wanted.id); it != slot.voices.end()) {
    std::rotate(it, it + 1, slot.voices.end());
    return;
  }
  // On a full device a voice takes the place of another, whatever their number.
  const bool crowded = slot.worker->shares_device() && memory_.is_device_full() && !slot.voices.empty();
  if (slot.voices.size() >= slot.most_voices || crowded) {
    events_.report(coordinator::VoiceUnloaded{.worker = slot.id, .voice = voices_.id_of(slot.voices.front())});
    slot.worker->send(wire::UnloadVoice{.voice_id = slot.voices.front()});
    slot.voices.erase(slot.voices.begin());
  }
  slot.voices.push_back(wanted.id);
  slot.loading.emplace(next_load_, wanted.id);
  add_task(slot, next_load_, before);
  // A spare has it by the time at which it is promoted, or what it gets then waits for it.
  if (!slot.joined) events_.report(coordinator::VoiceLoaded{.worker = slot.id, .voice = voices_.id_of(wanted.id)});
  slot.worker->send(
      wire::LoadVoice{.job = next_load_++, .voice_id = wanted.id, .folder = slot.worker->folder_of(wanted)});
}

void VoiceLoader::load_spares(const Voice& voice) {
  for (const auto& [slot, worker] : slots_.local()) {
    if (worker->state() == worker_pool::SlotState::kSpare) load(*slot, voice);
  }
}

bool VoiceLoader::lacks_room_for(const std::string& voice) const {
  if (!memory_.is_device_full()) return false;
  bool any = false;
  for (const Slot* const slot : slots_.all()) {
    if (!slot->joined) continue;
    // What another machine has room for is its own matter.
    if (!slot->worker->shares_device()) {
      if (slot->takes_jobs()) return false;
      continue;
    }
    if (std::ranges::find(slot->voices, voice) != slot->voices.end()) return false;
    any = true;
  }
  return any;
}

std::vector<std::string> VoiceLoader::voices_in_use() const {
  std::vector<std::string> found;
  for (const Slot* const slot : slots_.all()) {
    if (!slot->joined) continue;
    for (auto it = slot->voices.rbegin(); it != slot->voices.rend(); ++it) {
      if (!slot->is_loading(*it) && std::ranges::find(found, *it) == found.end()) found.push_back(*it);
    }
  }
  return found;
}

void VoiceLoader::add_task(Slot& slot, std::uint64_t number, std::optional<base::JobId> before) {
  slot.tasks.add({.number = number, .kind = SentTasks::Kind::kLoad});
  events_.report(
      coordinator::LoadBegan{.worker = slot.id, .load = number, .before = before, .cpu = slot.worker->cpu()});
}

void VoiceLoader::end(Slot& slot, std::uint64_t number) {
  slot.tasks.ended(number);
  events_.report(coordinator::LoadEnded{.worker = slot.id, .load = number, .cpu = slot.worker->cpu()});
}

}  // namespace antiphon::fleet
