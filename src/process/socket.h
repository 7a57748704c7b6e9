#pragma once

#include <filesystem>
#include <utility>

#include "process/error.h"
#include "process/fd.h"

namespace antiphon::process {

/// Two connected Unix stream sockets, close-on-exec. Errors: kResources, kSystem.
[[nodiscard]] Result<std::pair<Fd, Fd>> socket_pair();

/// Takes over an inherited descriptor after checking that it is a stream socket, and makes it close-on-exec.
/// Error: kSystem.
[[nodiscard]] Result<Fd> adopt_socket(int fd);

/// A blocking connection to the Unix socket at `path`. Errors: kResources, kSystem.
[[nodiscard]] Result<Fd> connect_unix(const std::filesystem::path& path);

}  // namespace antiphon::process
