#include "file/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "file/target.h"

namespace antiphon::file {
namespace {

/// Of names that were taken; with random ones a second is never needed.
constexpr int kMostDrafts = 16;

/// Writes `bytes` at the descriptor's place. 0, or the error.
int write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Standard output may be a pipe that somebody else made not to block.
      pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
      static_cast<void>(::poll(&room, 1, -1));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool is_same(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

/// Our own descriptor that the entry `place` of /proc/PID/fd stands for; -1 where it is another process's. Opening the
/// entry would begin at the start of a file that others write to as well, and is refused for sockets.
int own_descriptor(const std::filesystem::path& place) {
  const auto name = place.filename().string();
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return -1;
  struct stat asked{};
  struct stat ours{};
  if (::stat(place.c_str(), &asked) != 0 || ::fstat(number, &ours) != 0) return -1;
  return is_same(asked, ours) ? number : -1;
}

process::Fd duplicate(int descriptor) { return process::Fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)); }

/// A folder that can be searched but not read is never synchronised, which is all that is lost.
process::Fd open_folder(const std::filesystem::path& folder) {
  process::Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd && errno == EACCES) fd = process::Fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return fd;
}

}  // namespace

std::string random_draft_name(std::string_view name) {
  constexpr std::size_t kMostOfName = 200;  // a name has at most 255 bytes
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) number = static_cast<std::uint64_t>(::getpid());
  return fmt::format(".{}.{:016x}.new", name.substr(0, kMostOfName), number);
}

Writer::Writer(Writer&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      folder_(std::move(other.folder_)),
      name_(std::move(other.name_)),
      draft_(std::exchange(other.draft_, {})),
      durability_(other.durability_) {}

Writer::~Writer() {
  if (!draft_.empty()) static_cast<void>(::unlinkat(folder_.get(), draft_.c_str(), 0));
}

Result<Writer> Writer::open(const std::filesystem::path& path, const WriteOptions& options) {
  const auto target = find_target(path);
  if (!target) return std::unexpected(target.error());
  if (target->way == Target::Way::kThrough) return open_through(path, target->place, target->is_descriptor);
  auto folder = open_folder(target->folder());
  if (!folder) return std::unexpected(error_of(Errc::kOpen, path, errno));
  for (int tried = 0; tried < kMostDrafts; ++tried) {
    auto draft = options.draft_name(target->name());
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    process::Fd fd(::openat(folder.get(), draft.c_str(), kFlags, options.mode));
    if (!fd && errno == EEXIST) continue;
    if (!fd) return std::unexpected(error_of(Errc::kOpen, path, errno));
    // A reader of the old file, such as a server that is not root, can read the new one.
    if (target->owner && ::geteuid() == 0) {
      static_cast<void>(::fchown(fd.get(), target->owner->user, target->owner->group));
    }
    Writer writer(path, std::move(fd));
    writer.folder_ = std::move(folder);
    writer.name_ = target->name();
    writer.draft_ = std::move(draft);
    writer.durability_ = options.durability;
    return writer;
  }
  return std::unexpected(error_of(Errc::kOpen, path, EEXIST));
}

Result<Writer> Writer::open_through(const std::filesystem::path& path, const std::filesystem::path& place,
                                    bool is_descriptor) {
  const int own = is_descriptor ? own_descriptor(place) : -1;
  if (own >= 0) return through(own, path.string());
  const int follow = is_descriptor ? 0 : O_NOFOLLOW;
  process::Fd fd(::open(place.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | follow));
  if (!fd) return std::unexpected(error_of(Errc::kOpen, path, errno));
  return Writer(path, std::move(fd));
}

Result<Writer> Writer::through(int descriptor, std::string name) {
  auto fd = duplicate(descriptor);
  if (!fd) return std::unexpected(error_of(Errc::kOpen, name, errno));
  return Writer(std::move(name), std::move(fd));
}

Result<void> Writer::write(std::span<const std::byte> bytes) {
  if (const int error = write_all(fd_.get(), bytes)) return std::unexpected(error_of(Errc::kWrite, path_, error));
  return {};
}

Result<void> Writer::write_beginning(std::span<const std::byte> bytes) {
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return std::unexpected(error_of(Errc::kWrite, path_, errno));
  if (auto written = write(bytes); !written) return written;
  if (::lseek(fd_.get(), 0, SEEK_END) < 0) return std::unexpected(error_of(Errc::kWrite, path_, errno));
  return {};
}

Result<void> Writer::commit() {
  if (draft_.empty()) {
    // A file system on a network says only now that its disk is full.
    if (::close(fd_.release()) != 0) return std::unexpected(error_of(Errc::kWrite, path_, errno));
    return {};
  }
  const bool waits = durability_ == Durability::kDisk;
  if (waits && ::fsync(fd_.get()) != 0) return std::unexpected(error_of(Errc::kWrite, path_, errno));
  if (::close(fd_.release()) != 0) return std::unexpected(error_of(Errc::kWrite, path_, errno));
  if (::renameat(folder_.get(), draft_.c_str(), folder_.get(), name_.c_str()) != 0) {
    return std::unexpected(error_of(Errc::kRename, path_, errno));
  }
  draft_.clear();
  // The new file is there; a file system that cannot synchronise folders keeps it in its own time.
  if (waits) static_cast<void>(::fsync(folder_.get()));
  return {};
}

bool Writer::is_terminal() const { return ::isatty(fd_.get()) == 1; }

Result<void> replace(const std::filesystem::path& path, std::string_view bytes, const WriteOptions& options) {
  auto writer = Writer::open(path, options);
  if (!writer) return std::unexpected(writer.error());
  if (auto written = writer->write(std::as_bytes(std::span(bytes))); !written) return written;
  return writer->commit();
}

}  // namespace antiphon::file
