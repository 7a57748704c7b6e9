#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace antiphon::worker_pool {

/// A place for a worker process, counted from 0. Processes come and go in it.
using SlotIndex = std::uint32_t;

enum class SlotState : std::uint8_t {
  kEmpty,
  kStarting,     ///< The process runs and loads its voices.
  kSpare,        ///< Ready, and waits for a place to become free.
  kActive,       ///< Takes jobs.
  kRetiring,     ///< Takes no more jobs; goes when it has done what it has.
  kEnding,       ///< Was killed; its end is awaited.
  kWaiting,      ///< For the end of its pause, to be started again.
  kQuarantined,  ///< Its workers ended too often.
  kGivenUp,      ///< No start came to anything.
};
inline constexpr std::array kSlotStates = {SlotState::kEmpty,   SlotState::kStarting,    SlotState::kSpare,
                                           SlotState::kActive,  SlotState::kRetiring,    SlotState::kEnding,
                                           SlotState::kWaiting, SlotState::kQuarantined, SlotState::kGivenUp};

/// Why the performer killed a worker, or how it ended by itself.
enum class Death : std::uint8_t {
  kExited,       ///< By itself, or by somebody else's signal.
  kStalled,      ///< Killed since a job did not end.
  kLoadStalled,  ///< Killed since it did not become ready, or a voice did not load.
  kBadAnswer,    ///< Killed since what it sent is not what was asked for.
  kNotLoaded,    ///< Killed since it could not load the voice that it needs.
};
inline constexpr std::array kDeaths = {Death::kExited, Death::kStalled, Death::kLoadStalled, Death::kBadAnswer,
                                       Death::kNotLoaded};

/// What a worker's end says something about.
enum class Blame : std::uint8_t {
  kSlot,
  kText,  ///< It was planning a text, which may be what it could not bear: see Slot::kTextEnds.
};

/// How often workers ended, by how they did.
class DeathCount {
 public:
  void add(Death death) { ++counts_.at(static_cast<std::size_t>(death)); }
  [[nodiscard]] std::uint64_t of(Death death) const { return counts_.at(static_cast<std::size_t>(death)); }

 private:
  std::array<std::uint64_t, kDeaths.size()> counts_{};
};

enum class ActionKind : std::uint8_t {
  kSpawn,    ///< Start a process in this slot and have it load its voices; then report ready().
  kPromote,  ///< The spare of this slot takes jobs from now on.
  kRetire,   ///< Give this slot's worker no more jobs, end it when it has none, and report ended().
};

inline constexpr std::array kActionKinds = {ActionKind::kSpawn, ActionKind::kPromote, ActionKind::kRetire};

/// Why the pool wants something.
enum class Cause : std::uint8_t {
  kLeast,       ///< Fewer than the least.
  kStartWait,   ///< A newcomer would wait too long.
  kRefused,     ///< Somebody was refused for want of capacity.
  kLost,        ///< One that took jobs is gone.
  kSpare,       ///< For the day on which one is lost.
  kLittleLoad,  ///< Fewer would do.
  kMemory,      ///< It holds more memory than it may.
  kNoRoom,      ///< Somebody found no room while a spare was there.
};
inline constexpr std::array kCauses = {Cause::kLeast, Cause::kStartWait,  Cause::kRefused, Cause::kLost,
                                       Cause::kSpare, Cause::kLittleLoad, Cause::kMemory,  Cause::kNoRoom};

struct Action {
  ActionKind kind = ActionKind::kSpawn;
  SlotIndex slot = 0;
  Cause cause = Cause::kLeast;
  friend bool operator==(const Action&, const Action&) = default;
};

/// What keeps the pool from growing.
enum class Limit : std::uint8_t {
  kNone,
  kWorkers,       ///< There are as many as there may be.
  kFaults,        ///< Slots that would be needed are quarantined or given up.
  kMemory,        ///< The machine's memory is full but for its reserve.
  kDeviceMemory,  ///< The device's memory is.
};

/// How the whole stands.
enum class Condition : std::uint8_t {
  kStarting,  ///< No worker has been ready yet.
  kWell,      ///< As many workers as are wanted take jobs.
  kDegraded,  ///< Fewer.
  kGivenUp,   ///< None, and none will be started until somebody resets the pool.
};

[[nodiscard]] std::string_view name_of(SlotState state);
[[nodiscard]] std::string_view name_of(Death death);
[[nodiscard]] std::string_view name_of(ActionKind kind);
[[nodiscard]] std::string_view name_of(Cause cause);
[[nodiscard]] std::string_view name_of(Limit limit);
[[nodiscard]] std::string_view name_of(Condition condition);

/// Bytes of which `total` is zero are not known.
struct Memory {
  std::uint64_t total = 0;
  std::uint64_t used = 0;
};

/// What the pool is told about ten times a second.
struct Sample {
  double load = 0;                   ///< Share of what the workers can promise that is asked for; 1 is all.
  base::Duration start_wait{};       ///< How long a newcomer would wait to be let in.
  std::uint64_t refusals = 0;        ///< For want of capacity, since the server started.
  std::uint64_t spare_requests = 0;  ///< For the worker in reserve, likewise; see Pool::spare_wait_limit().
  std::uint32_t others = 0;          ///< Workers that take jobs and are not the pool's: on other machines.
  Memory machine{};
  Memory device{};
  std::uint64_t worker_bytes = 0;         ///< What one more worker is expected to hold; 0: not known.
  std::uint64_t worker_device_bytes = 0;  ///< The same of the device's memory.
};

/// What was decided, for people.
struct Decision {
  base::TimePoint at;
  Action action;
  std::uint32_t active = 0;  ///< Workers that took jobs before it.
};

}  // namespace antiphon::worker_pool
