#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace antiphon::sandbox {

/// A seccomp program that lets a process compute: memory, threads, clocks, reading of files, and the descriptors that
/// it has. What only an intruder would try ends the process by SIGSYS: sockets, other programs, other processes, files
/// for writing. Everything else fails with EPERM, or with ENOSYS where the C library then does it in another way
/// (clone3) or nobody may (openat2, whose flags lie in memory where no filter sees them). `self`: this process, which
/// may send signals to itself.
///
/// A process that talks to a device needs more: it opens files for writing, though none that does not exist, and
/// controls them. Which files, is for Landlock to say; a filter does not see names. It may also listen on a local
/// socket of sequenced packets, but accept nobody: CUDA 13 insists on that (seen with driver 580). That none is bound
/// to a path is Landlock's, too. What else its driver may try in vain, such as a socket to a service that is not there,
/// is refused and does not end it.
enum class Devices : std::uint8_t { kNone, kSome };
[[nodiscard]] std::vector<sock_filter> make_filter(std::uint32_t self, Devices devices);

/// Why it is not in force; 0: it is. Needs no_new_privs.
[[nodiscard]] int install_filter(const std::vector<sock_filter>& filter);

}  // namespace antiphon::sandbox
