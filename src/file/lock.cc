#include "file/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "file/target.h"

namespace antiphon::file {
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);

}  // namespace

Result<Lock> Lock::take(const std::filesystem::path& path, std::chrono::milliseconds patience) {
  const auto target = find_target(path);
  if (!target) return std::unexpected(target.error());
  auto place = target->place;
  place += ".lock";
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  process::Fd fd(::open(place.c_str(), kFlags, S_IRUSR | S_IWUSR));
  if (!fd) return std::unexpected(error_of(Errc::kOpen, place, errno));
  // The owner of a file must be able to change it, too, after root has. What is no lock of ours, such as a hard link to
  // another file, is not given away.
  struct stat found{};
  const bool ours =
      ::fstat(fd.get(), &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1 && found.st_size == 0;
  if (ours && target->owner && ::geteuid() == 0) {
    static_cast<void>(::fchown(fd.get(), target->owner->user, target->owner->group));
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return std::unexpected(error_of(Errc::kOpen, place, errno));
    if (std::chrono::steady_clock::now() >= deadline) {
      return std::unexpected(Error{
          .code = Errc::kLocked,
          .message = fmt::format("{}: another process has held its lock for {} ms", path.string(), patience.count())});
    }
    std::this_thread::sleep_for(kPause);
  }
  return Lock(std::move(fd));
}

}  // namespace antiphon::file
