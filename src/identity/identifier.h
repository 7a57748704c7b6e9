#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"
#include "identity/key_ring.h"
#include "net/ip_network.h"

namespace antiphon::identity {

/// What a request says about its sender.
struct Facts {
  std::string_view peer;           ///< Numeric address.
  std::string_view forwarded_for;  ///< All X-Forwarded-For fields, joined by commas.
  std::string_view authorization;  ///< The field's value.
  std::string_view xi_api_key;     ///< ElevenLabs' field; it goes before the other.
  std::string_view header_user;    ///< X-OpenWebUI-User-Id.
};

enum class Errc : std::uint8_t {
  kNoKey,       ///< Keys are asked for, and none was sent.
  kUnknownKey,  ///< What was sent is none.
};

/// Identifies the sender of a request. Not thread-safe.
class Identifier {
 public:
  /// `keys`: nothing = none are asked for; an empty ring = nobody is let in.
  explicit Identifier(std::optional<KeyRing> keys = {}, std::vector<net::IpNetwork> trusted_proxies = {})
      : keys_(std::move(keys)), trusted_proxies_(std::move(trusted_proxies)) {}

  /// With keys, the account is the key, and its users are told apart as the key says. Without, anything sent as a key
  /// is a name that nobody checks: the account is the address, and its users are those names; on the loopback, where
  /// all share an address, each name is an account. A caller is an admin if its key says so, or without keys if
  /// it is on the loopback.
  [[nodiscard]] base::Result<Caller, Errc> identify(const Facts& facts) const;

  /// The client's own address; see net::client_address().
  [[nodiscard]] std::string client(std::string_view peer, std::string_view forwarded_for) const;

  /// The caller as the keys are now: with what its key allows by now. Nothing where it would not be let in any more.
  [[nodiscard]] std::optional<Caller> renewed(Caller caller) const;

  /// From now on keys are asked for, and these count.
  void set_keys(KeyRing keys) { keys_ = std::move(keys); }

 private:
  [[nodiscard]] static Caller keyed(const ApiKey& key, const Facts& facts, std::string_view address);

  std::optional<KeyRing> keys_;
  std::vector<net::IpNetwork> trusted_proxies_;
};

/// What follows "Bearer " in an Authorization field; "" where it is of another scheme.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

}  // namespace antiphon::identity
