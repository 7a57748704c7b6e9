#include <utility>

#include "worker_pool/types.h"

namespace antiphon::worker_pool {

std::string_view name_of(SlotState state) {
  switch (state) {
    case SlotState::kEmpty:
      return "empty";
    case SlotState::kStarting:
      return "starting";
    case SlotState::kSpare:
      return "spare";
    case SlotState::kActive:
      return "active";
    case SlotState::kRetiring:
      return "retiring";
    case SlotState::kEnding:
      return "ending";
    case SlotState::kWaiting:
      return "waiting";
    case SlotState::kQuarantined:
      return "quarantined";
    case SlotState::kGivenUp:
      return "given_up";
  }
  std::unreachable();
}

std::string_view name_of(Death death) {
  switch (death) {
    case Death::kExited:
      return "exited";
    case Death::kStalled:
      return "stalled";
    case Death::kLoadStalled:
      return "load_stalled";
    case Death::kBadAnswer:
      return "bad_answer";
    case Death::kNotLoaded:
      return "not_loaded";
  }
  std::unreachable();
}

std::string_view name_of(ActionKind kind) {
  switch (kind) {
    case ActionKind::kSpawn:
      return "spawn";
    case ActionKind::kPromote:
      return "promote";
    case ActionKind::kRetire:
      return "retire";
  }
  std::unreachable();
}

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::kLeast:
      return "least";
    case Cause::kStartWait:
      return "start_wait";
    case Cause::kRefused:
      return "refused";
    case Cause::kLost:
      return "lost";
    case Cause::kSpare:
      return "spare";
    case Cause::kLittleLoad:
      return "little_load";
    case Cause::kMemory:
      return "memory";
    case Cause::kNoRoom:
      return "no_room";
  }
  std::unreachable();
}

std::string_view name_of(Limit limit) {
  switch (limit) {
    case Limit::kNone:
      return "none";
    case Limit::kWorkers:
      return "workers";
    case Limit::kFaults:
      return "faults";
    case Limit::kMemory:
      return "memory";
    case Limit::kDeviceMemory:
      return "device_memory";
  }
  std::unreachable();
}

std::string_view name_of(Condition condition) {
  switch (condition) {
    case Condition::kStarting:
      return "starting";
    case Condition::kWell:
      return "well";
    case Condition::kDegraded:
      return "degraded";
    case Condition::kGivenUp:
      return "given_up";
  }
  std::unreachable();
}

}  // namespace antiphon::worker_pool
