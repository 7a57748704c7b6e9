#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "identity/caller.h"

/// Which clients may ask, and which one does. Pure.
namespace antiphon::identity {

/// Whom the requests of one key are told apart by.
enum class Users : std::uint8_t {
  kAddress,  ///< The address they come from.
  kHeader,   ///< `X-OpenWebUI-User-Id`, where it is sent; the address else.
  kBody,     ///< The body's `user`, where it is sent; the address else.
};

/// "address", "header", "body".
[[nodiscard]] std::string_view name_of(Users users);
[[nodiscard]] std::optional<Users> parse_users(std::string_view name);

/// A key as it is kept: what was handed out cannot be found out from it.
struct ApiKey {
  std::string name;  ///< For its keeper; 1 to kMostNameBytes of [A-Za-z0-9._-].
  std::string
      sha256;  ///< SHA-256 of the secret, 64 hexadecimal digits. A secret is too random to be guessed, so no salt.
  double weight = 1.0;                 ///< kLeastWeight to kMostWeight.
  std::uint32_t max_streams = 0;       ///< At once, to kMostStreams; 0 = no limit of its own.
  std::optional<base::Duration> wait;  ///< To kMostWait; nothing = the server's default.
  std::optional<Pacing> pacing;        ///< Nothing = the door's default.
  std::vector<std::string> voices;     ///< Ids of voices, at most kMostVoices; empty = all.
  Users users = Users::kAddress;
  bool admin = false;  ///< It may see what the server does inside.
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

inline constexpr std::size_t kMostNameBytes = 64;
inline constexpr std::size_t kMostSecretBytes = 256;
inline constexpr double kLeastWeight = 0.01;
inline constexpr double kMostWeight = 100;
inline constexpr std::uint32_t kMostStreams = 65'536;
inline constexpr base::Duration kMostWait = std::chrono::seconds(600);
inline constexpr std::size_t kMostVoices = 1'000;

[[nodiscard]] bool is_key_name(std::string_view name);

/// A new secret from kSecretBytes random bytes: "antiphon_" and 64 hexadecimal digits.
inline constexpr std::size_t kSecretBytes = 32;
[[nodiscard]] std::string make_secret(std::string_view random_bytes);

}  // namespace antiphon::identity
