#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace antiphon::cli {

/// HOST:PORT, [IPV6]:PORT or HOST over what is there. `source` says where it was written. Throws config::Error.
void listen_at(std::string_view source, std::string_view place, std::string& host, std::uint16_t& listen_port);

}  // namespace antiphon::cli
