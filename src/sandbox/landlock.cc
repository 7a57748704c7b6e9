#include "sandbox/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace antiphon::sandbox {
namespace {

// The kernel's interface (landlock(7)), up to version 6; written down here since the headers of some systems end with
// version 2.
struct Ruleset {
  std::uint64_t files = 0;    ///< What is forbidden unless a rule allows it.
  std::uint64_t network = 0;  ///< From version 4 on.
  std::uint64_t scoped = 0;   ///< From version 6 on.
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

constexpr unsigned kVersionFlag = 1;
constexpr int kKnowsDevices = 5;  ///< The first version that does.
constexpr int kPathRule = 1;
constexpr std::uint64_t kWriteFile = 1U << 1U;
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kReadFolder = 1U << 3U;
constexpr std::uint64_t kControlDevice = 1U << 15U;  ///< From version 5 on.
constexpr std::uint64_t kAllNetwork = 3;             ///< Binding and connecting over TCP.
constexpr std::uint64_t kAllScoped = 3;              ///< Abstract sockets and signals outside the sandbox.

/// Rights over files that a version knows.
std::uint64_t all_files(int version) {
  const unsigned bits = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
  return (std::uint64_t{1} << bits) - 1;
}

std::size_t size_of_ruleset(int version) {
  if (version >= 6) return sizeof(Ruleset);
  return version >= 4 ? offsetof(Ruleset, scoped) : offsetof(Ruleset, network);
}

std::unexpected<std::string> failure(const char* what) {
  return std::unexpected(std::string(what) + ": " + std::generic_category().message(errno));
}

/// Closed at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(long number) : number_(static_cast<int>(number)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// What may be done with files, besides reading. False with errno set.
bool allow(int ruleset, const std::filesystem::path& path, std::uint64_t more = 0) {
  const Descriptor parent(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat about{};
  if (parent.get() < 0 || ::fstat(parent.get(), &about) != 0) return errno == ENOENT || errno == EACCES;
  const bool folder = S_ISDIR(about.st_mode);
  const PathRule rule{.allowed = more | (folder ? kReadFile | kReadFolder : kReadFile), .parent = parent.get()};
  return ::syscall(SYS_landlock_add_rule, ruleset, kPathRule, &rule, 0) == 0;
}

}  // namespace

base::Result<int, std::string> guard_files(std::span<const std::filesystem::path> readable,
                                           std::span<const std::filesystem::path> devices) {
  const auto version = static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersionFlag));
  if (version < 1) return failure("the kernel has no Landlock");
  const Ruleset wanted{.files = all_files(version), .network = kAllNetwork, .scoped = kAllScoped};
  const Descriptor ruleset(::syscall(SYS_landlock_create_ruleset, &wanted, size_of_ruleset(version), 0));
  if (ruleset.get() < 0) return failure("no ruleset of Landlock");
  for (const auto& path : readable) {
    if (!allow(ruleset.get(), path)) return failure("no rule of Landlock");
  }
  for (const auto& path : devices) {
    const auto more = kWriteFile | (version >= kKnowsDevices ? kControlDevice : 0);
    if (!allow(ruleset.get(), path, more)) return failure("no rule of Landlock");
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failure("Landlock is refused");
  return version;
}

}  // namespace antiphon::sandbox
