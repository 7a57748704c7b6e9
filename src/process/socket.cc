#include "process/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace antiphon::process {

Result<std::pair<Fd, Fd>> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0) {
    return std::unexpected(system_error("socketpair", errno));
  }
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Result<Fd> adopt_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
    return std::unexpected(system_error("descriptor " + std::to_string(fd) + " is not a socket", errno));
  }
  if (type != SOCK_STREAM) {
    return std::unexpected(Error{Errc::kSystem, "descriptor " + std::to_string(fd) + " is not a stream socket"});
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return Fd(fd);
}

Result<Fd> connect_unix(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto& name = path.native();
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return std::unexpected(Error{Errc::kSystem, "the path of a socket has 1 to 107 bytes"});
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(system_error("socket", errno));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    return std::unexpected(system_error(path.string(), errno));
  }
  return fd;
}

}  // namespace antiphon::process
