#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "redis/census.h"
#include "redis/reply_parser.h"
#include "redis/url.h"

/// The first byte decides: an address, what a cell counts, how a cell is, or replies in pieces of that many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are text here.
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'u') {
    const auto url = antiphon::redis::parse_url(rest);
    if (url) ANTIPHON_CHECK(!url->endpoints.empty(), "an address has a host");
    return 0;
  }
  if (data[0] == 'c') {
    const auto report = antiphon::redis::decode_census(rest);
    if (report) ANTIPHON_CHECK(antiphon::redis::decode_census(encode(*report)) == report, "a report is read again");
    return 0;
  }
  if (data[0] == 'a') {
    const auto report = antiphon::redis::decode_cell(rest);
    if (report) ANTIPHON_CHECK(antiphon::redis::decode_cell(encode(*report)) == report, "a report is read again");
    return 0;
  }
  antiphon::redis::ReplyParser parser({.bytes = 4096, .nodes = 64});
  const std::size_t piece = data[0] == 0 ? 1 : data[0];
  while (!rest.empty()) {
    if (!parser.feed(rest.substr(0, piece))) return 0;
    rest.remove_prefix(rest.size() < piece ? rest.size() : piece);
    for (;;) {
      const auto reply = parser.next();
      if (!reply) return 0;
      if (!*reply) break;
    }
  }
  return 0;
}
