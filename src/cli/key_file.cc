#include "cli/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "config/config.h"
#include "file/lock.h"
#include "file/writer.h"
#include "process/fd.h"

namespace antiphon::cli {
namespace {

/// One more than parse() takes.
constexpr std::size_t kMostBytes = (std::size_t{16} << 20U) + 1;

config::Error cannot_be_read(const std::filesystem::path& file) {
  const auto reason = std::generic_category().message(errno);
  return config::Error{fmt::format("{}: {}", file.string(), reason)};
}

std::string read_all(int fd, const std::filesystem::path& file) {
  std::string text;
  constexpr std::size_t kPiece = std::size_t{64} << 10U;
  for (ssize_t got = 1; got > 0 && text.size() < kMostBytes;) {
    const auto before = text.size();
    text.resize(before + kPiece);
    got = ::read(fd, text.data() + before, kPiece);
    if (got < 0) throw cannot_be_read(file);
    text.resize(before + static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

std::optional<identity::KeyRing> read_keys(const std::filesystem::path& file) {
  // A link that leads nowhere is no missing file: what it led to may have been taken away.
  struct stat node{};
  if (::lstat(file.c_str(), &node) != 0 && errno == ENOENT) return std::nullopt;
  const process::Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &node) != 0) throw cannot_be_read(file);
  if (!S_ISREG(node.st_mode)) throw config::Error(fmt::format("{}: not a file of keys", file.string()));
  auto keys = identity::KeyRing::parse(read_all(fd.get(), file));
  if (!keys) throw config::Error(fmt::format("{}: {}", file.string(), keys.error()));
  return std::move(*keys);
}

void change_keys(const std::filesystem::path& file, const std::function<void(identity::KeyRing&)>& change) {
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const auto lock = file::Lock::take(file);
  if (!lock) throw config::Error(lock.error().message);
  auto keys = read_keys(file).value_or(identity::KeyRing{});
  change(keys);
  constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;
  const auto written = file::replace(file, keys.to_json(), {.mode = kOwnerAlone});
  if (!written) throw config::Error(written.error().message);
}

}  // namespace antiphon::cli
