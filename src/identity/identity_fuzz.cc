#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "identity/identifier.h"

/// A file of keys reads back as it was written, and what proxies and clients claim never ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace identity = antiphon::identity;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto ring = identity::KeyRing::parse(bytes)) {
    const auto again = identity::KeyRing::parse(ring->to_json());
    ANTIPHON_CHECK(again && std::ranges::equal(again->keys(), ring->keys()), "what is written reads back");
  }
  const auto half = bytes.substr(0, size / 2);
  const identity::Identifier identifier({}, {antiphon::net::IpNetwork::parse("0.0.0.0/0").value()});
  const auto caller = identifier.identify({.peer = half, .forwarded_for = bytes, .authorization = bytes});
  ANTIPHON_CHECK(caller.has_value(), "without keys everybody may ask");
  return 0;
}
