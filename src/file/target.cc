#include "file/target.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <system_error>

namespace antiphon::file {
namespace {

constexpr int kMostLinks = 40;

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// The links of /proc/PID/fd lead to what is open, whatever their text says.
bool is_in_proc(const std::filesystem::path& path) {
  struct statfs system{};
  return ::statfs(folder_of(path).c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

Error error_of(Errc code, const std::filesystem::path& path, int number) {
  return {.code = code, .message = fmt::format("{}: {}", path.string(), std::generic_category().message(number))};
}

std::filesystem::path Target::folder() const { return folder_of(place); }

Result<Target> find_target(const std::filesystem::path& path) {
  Target target{.place = path};
  for (int links = 0; links <= kMostLinks; ++links) {
    struct stat node{};
    if (::lstat(target.place.c_str(), &node) != 0) {
      if (errno == ENOENT) return target;
      return std::unexpected(error_of(Errc::kOpen, path, errno));
    }
    if (S_ISLNK(node.st_mode) && !is_in_proc(target.place)) {
      std::error_code error;
      const auto link = std::filesystem::read_symlink(target.place, error);
      if (error) return std::unexpected(error_of(Errc::kOpen, path, error.value()));
      target.place = folder_of(target.place) / link;
      continue;
    }
    if (S_ISDIR(node.st_mode)) return std::unexpected(error_of(Errc::kOpen, path, EISDIR));
    target.is_descriptor = S_ISLNK(node.st_mode);
    if (S_ISREG(node.st_mode)) {
      target.owner = {.user = node.st_uid, .group = node.st_gid};
    } else {
      target.way = Target::Way::kThrough;
    }
    return target;
  }
  return std::unexpected(error_of(Errc::kOpen, path, ELOOP));
}

}  // namespace antiphon::file
