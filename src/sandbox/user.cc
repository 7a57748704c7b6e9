#include "sandbox/user.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace antiphon::sandbox {
namespace {

std::string describe(const std::string& what) { return what + ": " + std::generic_category().message(errno); }

/// Entries of a folder that are looked at; beyond, what comes is taken to be like them.
constexpr int kMostEntries = 10'000;

bool is_readable(const std::filesystem::path& path) {
  std::error_code none;
  const bool folder = std::filesystem::is_directory(path, none);
  return ::faccessat(AT_FDCWD, path.c_str(), folder ? R_OK | X_OK : R_OK, AT_EACCESS) == 0 || errno == ENOENT;
}

/// The first path that the effective user cannot read; empty: all can be.
std::filesystem::path unreadable(std::span<const std::filesystem::path> paths) {
  for (const auto& path : paths) {
    if (!is_readable(path)) return path;
    std::error_code error;
    int left = kMostEntries;
    for (std::filesystem::recursive_directory_iterator entry(path, error), end; !error && entry != end && left-- > 0;
         entry.increment(error)) {
      if (!is_readable(entry->path())) return entry->path();
    }
  }
  return {};
}

bool give_up_capabilities() {
  for (unsigned long capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0UL, 0UL, 0UL);
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return ::syscall(SYS_capset, &header, none.data()) == 0;
}

}  // namespace

base::Result<bool, std::string> drop_root(std::uint32_t user, std::uint32_t group,
                                          std::span<const std::filesystem::path> readable) {
  if (::geteuid() != 0) return false;
  std::string why;
  if (::setgroups(0, nullptr) != 0) why = describe("the groups are kept");
  // Tried on first: the effective user alone can be taken back.
  if (why.empty() && (::setresgid(group, group, 0) != 0 || ::setresuid(-1U, user, 0) != 0)) {
    why = describe("it cannot become an unprivileged user");
  }
  const auto path = why.empty() ? unreadable(readable) : std::filesystem::path();
  if (why.empty() && path.empty()) {
    if (::setresuid(user, user, user) == 0 && ::setresgid(group, group, group) == 0) return true;
    why = describe("it cannot become an unprivileged user");
  }
  if (!path.empty()) why = "an unprivileged user cannot read " + path.string();
  const bool back = ::setresuid(0, 0, 0) == 0 && ::setresgid(0, 0, 0) == 0;
  if (!give_up_capabilities() || !back) why += "; and it keeps capabilities";
  return std::unexpected(std::move(why));
}

}  // namespace antiphon::sandbox
