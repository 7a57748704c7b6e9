#include "cli/address.h"

#include <fmt/core.h>

#include <charconv>
#include <system_error>

#include "config/config.h"

namespace antiphon::cli {

void listen_at(std::string_view source, std::string_view place, std::string& host, std::uint16_t& listen_port) {
  const auto colon = place.rfind(':');
  const bool bracketed = place.starts_with('[');
  const bool has_port =
      colon != std::string_view::npos && (bracketed ? colon > 0 && place[colon - 1] == ']' : place.find(':') == colon);
  if (has_port) {
    const auto port = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen_port);
    if (error != std::errc{} || end != port.data() + port.size()) {
      throw config::Error(fmt::format("{}: '{}' is not a port (0 to 65535)", source, port));
    }
    place = place.substr(0, colon);
  }
  if (bracketed && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  host = place;
}

}  // namespace antiphon::cli
