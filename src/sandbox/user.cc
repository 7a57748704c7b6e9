#include "sandbox/user.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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

/// What came of becoming another user.
struct Attempt {
  std::string failure;               ///< "" = the system let it.
  std::filesystem::path unreadable;  ///< What that user cannot read; empty = all can be.
  [[nodiscard]] bool done() const { return failure.empty() && unreadable.empty(); }
};

/// Becomes that user for good if all of `readable` can be read then; else it is root as before.
Attempt become(std::uint32_t user, std::uint32_t group, std::span<const std::filesystem::path> readable) {
  Attempt attempt;
  // Tried on first: the effective user alone can be taken back.
  if (::setresgid(group, group, 0) != 0 || ::setresuid(-1U, user, 0) != 0) {
    attempt.failure = describe("it cannot become an unprivileged user");
  } else {
    attempt.unreadable = unreadable(readable);
  }
  if (attempt.done()) {
    if (::setresuid(user, user, user) == 0 && ::setresgid(group, group, group) == 0) return attempt;
    attempt.failure = describe("it cannot become an unprivileged user");
  }
  if (::setresuid(0, 0, 0) != 0 || ::setresgid(0, 0, 0) != 0) attempt.failure += "; and it is not root as before";
  return attempt;
}

}  // namespace

base::Result<bool, std::string> drop_root(std::uint32_t user, std::uint32_t group,
                                          std::span<const std::filesystem::path> readable) {
  if (::geteuid() != 0) return false;
  std::string why;
  if (::setgroups(0, nullptr) != 0) {
    why = describe("the groups are kept");
  } else {
    auto attempt = become(user, group, readable);
    if (attempt.done()) return true;
    // Without capabilities root could not read the files of others either: their owner can.
    struct stat owner{};
    if (!attempt.unreadable.empty() && ::stat(attempt.unreadable.c_str(), &owner) == 0 && owner.st_uid != 0) {
      if (become(owner.st_uid, owner.st_gid, readable).done()) return true;
    }
    why = attempt.unreadable.empty()
              ? attempt.failure
              : fmt::format(
                    "an unprivileged user cannot read {0}, so the name of root is kept, without its capabilities; to "
                    "change that, keep it where all can read it (chmod -R a+rX on it, and a+x on the folders above)",
                    attempt.unreadable.string());
  }
  if (!give_up_capabilities()) why += "; and it keeps capabilities";
  return std::unexpected(std::move(why));
}

}  // namespace antiphon::sandbox
