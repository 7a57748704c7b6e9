#include "sandbox/sandbox.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "sandbox/filter.h"
#include "sandbox/landlock.h"
#include "sandbox/user.h"

namespace antiphon::sandbox {
namespace {

// A sanitizer opens files for writing, and traces threads to find leaks.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#endif

/// Where libraries lie, and what they read about the machine when they begin.
constexpr std::array<std::string_view, 14> kSystem = {
    "/usr",       "/lib",          "/lib64",        "/bin",       "/etc/ld.so.cache", "/etc/localtime",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm",     "/sys/devices/system",
    "/dev/null",  "/dev/urandom"};

/// What drivers of devices read besides.
constexpr std::array<std::string_view, 5> kDeviceSystem = {"/proc/driver/nvidia", "/proc/devices", "/proc/modules",
                                                           "/sys/bus/pci", "/sys/devices"};
constexpr std::uint64_t kDeviceFiles = 4096;  ///< Open at once.

void limit(int resource, std::uint64_t value, const char* name, Confinement& result) {
  rlimit now{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &now);
  const rlimit wanted{.rlim_cur = std::min<rlim_t>(value, now.rlim_max),
                      .rlim_max = std::min<rlim_t>(value, now.rlim_max)};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &wanted) == 0) return;
  result.missing.push_back(std::string("the limit of ") + name + ": " + std::generic_category().message(errno));
}

}  // namespace

Confinement confine(const Options& options) {
  Confinement result;
  limit(RLIMIT_CORE, 0, "core dumps", result);
  const bool has_devices = !options.devices.empty();
  limit(RLIMIT_NOFILE, has_devices ? std::max(options.open_files, kDeviceFiles) : options.open_files, "open files",
        result);
  limit(RLIMIT_MSGQUEUE, 0, "message queues", result);
  if (options.address_space > 0) limit(RLIMIT_AS, options.address_space, "the address space", result);

  int death_signal = 0;
  const pid_t parent = ::getppid();
  ::prctl(PR_GET_PDEATHSIG, &death_signal);
  const auto dropped = drop_root(options.user, options.group, options.readable);
  result.user_dropped = dropped.value_or(false);
  if (!dropped) result.missing.push_back(dropped.error());

  // A process that changes its user loses the signal that its parent's death would send.
  if (death_signal != 0) {
    ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(death_signal));
    if (::getppid() != parent) ::raise(death_signal);
  }

  if (::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0) {
    result.missing.push_back(std::string("no_new_privs: ") + std::generic_category().message(errno));
    return result;  // without it an unprivileged process may do neither of what follows
  }
  std::vector<std::filesystem::path> readable(kSystem.begin(), kSystem.end());
  readable.insert(readable.end(), options.readable.begin(), options.readable.end());
  if (has_devices) readable.insert(readable.end(), kDeviceSystem.begin(), kDeviceSystem.end());
  if (const auto version = guard_files(readable, options.devices)) {
    result.landlock = *version;
  } else {
    result.missing.push_back(version.error());
  }
  if (kSanitized) {
    result.missing.emplace_back("a sanitizer needs system calls that the filter refuses");
  } else if (const int number = install_filter(
                 make_filter(static_cast<std::uint32_t>(::getpid()), has_devices ? Devices::kSome : Devices::kNone));
             number != 0) {
    result.missing.push_back(std::string("seccomp: ") + std::generic_category().message(number));
  } else {
    result.system_calls = true;
  }
  return result;
}

}  // namespace antiphon::sandbox
