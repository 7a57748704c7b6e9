#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace antiphon::process {

/// What another process of this machine has used. Cheap enough to be read every few milliseconds; safe from any thread.
/// Nothing: it is gone.

/// Processor time of all its threads, in nanoseconds.
[[nodiscard]] std::optional<base::Duration> cpu_time(pid_t pid);

/// Whether its first thread computes, or would if the machine let it: not while it sleeps, waits or is stopped.
[[nodiscard]] bool is_runnable(pid_t pid);

/// Memory that it holds.
[[nodiscard]] std::optional<std::uint64_t> resident_bytes(pid_t pid);

struct MachineMemory {
  std::uint64_t total = 0;
  std::uint64_t used = 0;  ///< Not to be had without pushing something out.
};

/// Of the machine, or of the control group that this process is limited to, whichever has less room. Nothing where
/// the system does not say.
[[nodiscard]] std::optional<MachineMemory> machine_memory();

/// What /proc/meminfo says. Nothing: it is not of that form.
[[nodiscard]] std::optional<MachineMemory> parse_meminfo(std::string_view text);

}  // namespace antiphon::process
