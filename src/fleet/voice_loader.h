#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "fleet/events.h"
#include "fleet/memory_watch.h"
#include "fleet/slot_table.h"
#include "fleet/voice_table.h"

namespace antiphon::fleet {

/// Has workers load the voices that they need, and unload those that make room.
class VoiceLoader {
 public:
  /// The references outlive it.
  VoiceLoader(const VoiceTable& voices, const MemoryWatch& memory, const SlotTable& slots, Events& events)
      : voices_(voices), memory_(memory), slots_(slots), events_(events) {}

  /// The worker's process was started, which counts as a loading until end_start().
  void add_start(Slot& slot);
  void end_start(Slot& slot) { end(slot, slot.start_task); }
  /// The worker is ready for its first voices: the one without which it is of no use, and those that others use.
  void load_first(Slot& slot);
  /// The worker is about to speak with `wanted`. It loads that if it lacks it, and the voice that it used longest ago
  /// makes room if need be. `before`: the job that waits for it.
  void load(Slot& slot, const Voice& wanted, std::optional<base::JobId> before = {});
  /// The load of that number has ended, well or not.
  void end(Slot& slot, std::uint64_t number);
  /// The voice was loaded without harm: the spares get it, too.
  void load_spares(const Voice& voice);
  /// Whether the device is full, and no worker that takes jobs has the voice.
  [[nodiscard]] bool lacks_room_for(const std::string& voice) const;

 private:
  /// The voices that the other workers use, most needed first.
  [[nodiscard]] std::vector<std::string> voices_in_use() const;
  void add_task(Slot& slot, std::uint64_t number, std::optional<base::JobId> before);

  const VoiceTable& voices_;
  const MemoryWatch& memory_;
  const SlotTable& slots_;
  Events& events_;
  std::uint64_t next_load_ = std::uint64_t{1} << 63;  ///< Loads are numbered apart from the scheduler's jobs.
};

}  // namespace antiphon::fleet
