#pragma once

#include <string>
#include <vector>

namespace antiphon::redis {

/// The name of a command and its arguments; any bytes.
using Command = std::vector<std::string>;

/// Returns the command as it is sent. REQUIRES: it is not empty.
[[nodiscard]] std::string encode(const Command& command);

}  // namespace antiphon::redis
