#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "redis/error.h"

namespace antiphon::redis {

struct Endpoint {
  std::string host;  ///< A name or a numeric address, without brackets; of a Unix socket its absolute path.
  std::uint16_t port = 6379;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Where a server is, and how a client introduces itself.
struct Url {
  enum class Kind : std::uint8_t { kTcp, kTls, kUnix, kSentinel };
  Kind kind = Kind::kTcp;
  std::vector<Endpoint> endpoints;  ///< One; of kSentinel those of the sentinels, up to 16.
  std::string master;               ///< Name of the master that kSentinel's servers watch.
  std::string user;                 ///< User of the access control list; "": the default user.
  std::string password;             ///< "": none is sent.
  std::uint32_t database = 0;
  friend bool operator==(const Url&, const Url&) = default;
};

/// `redis://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://...` within TLS,
/// `unix://[USER][:PASSWORD@]/PATH[?db=N]`, or `redis+sentinel://[USER][:PASSWORD@]HOST[:PORT],.../MASTER[/DATABASE]`,
/// where the sentinels' port is 26379 unless it is given. User and password are percent-coded. Error: kUrl, whose
/// message never holds the password.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Returns the address without user and password, for logs.
[[nodiscard]] std::string describe(const Url& url);

}  // namespace antiphon::redis
