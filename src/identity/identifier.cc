#include "identity/identifier.h"

#include "base/sha256.h"
#include "identity/hash.h"
#include "net/client_address.h"

namespace antiphon::identity {

std::uint64_t hash(std::initializer_list<std::string_view> parts) {
  std::string bytes;
  for (const auto part : parts) {
    bytes += std::to_string(part.size());
    bytes += ':';
    bytes += part;
  }
  const auto digest = base::sha256(bytes);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | digest.at(i);
  return value;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

Caller user_within(Caller caller, std::string_view name) {
  if (!caller.takes_body_user || name.empty()) return caller;
  caller.user = {hash({"body", std::to_string(caller.account.value), name})};
  return caller;
}

namespace {

/// What the key allows.
Caller with_key(const ApiKey& key, base::UserId user) {
  return {.account = {hash({"key", key.name})},
          .user = user,
          .weight = key.weight,
          .max_streams = key.max_streams,
          .wait = key.wait,
          .pacing = key.pacing,
          .key = key.name,
          .voices = key.voices,
          .is_admin = key.admin,
          .key_sha256 = key.sha256,
          .takes_body_user = key.users == Users::kBody};
}

}  // namespace

base::Result<Caller, Errc> Identifier::identify(const Facts& facts) const {
  const auto client = net::client_address(facts.peer, facts.forwarded_for, trusted_proxies_);
  const auto address = net::address_group(client);
  const auto secret = facts.xi_api_key.empty() ? bearer_token(facts.authorization) : facts.xi_api_key;
  if (keys_) {
    if (secret.empty()) return std::unexpected(Errc::kNoKey);
    const auto* const key = keys_->find(secret);
    if (key == nullptr) return std::unexpected(Errc::kUnknownKey);
    return keyed(*key, facts, address);
  }
  const auto parsed = net::parse_address(client);
  const base::UserId user{hash({"address", address, secret})};
  if (parsed && net::is_loopback(*parsed)) return Caller{.account = user, .user = user, .is_admin = true};
  return Caller{.account = {hash({"address", address})}, .user = user};
}

std::string Identifier::client(std::string_view peer, std::string_view forwarded_for) const {
  return net::client_address(peer, forwarded_for, trusted_proxies_);
}

std::optional<Caller> Identifier::renewed(Caller caller) const {
  if (!keys_) return caller;
  const auto* const key = keys_->find_hash(caller.key_sha256);
  if (key == nullptr) return std::nullopt;
  return with_key(*key, caller.user);
}

Caller Identifier::keyed(const ApiKey& key, const Facts& facts, std::string_view address) {
  const bool by_header = key.users == Users::kHeader && !facts.header_user.empty();
  return with_key(key, {by_header ? hash({"key", key.name, "header", facts.header_user})
                                  : hash({"key", key.name, "address", address})});
}

}  // namespace antiphon::identity
