#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace antiphon::identity {

/// Whether audio leaves as fast as it is made, or a little ahead of its playback.
enum class Pacing : std::uint8_t { kUnpaced, kPaced };

/// Who asks, as far as fairness and limits go. Fairness is between accounts first, and then between the users of one.
struct Caller {
  base::UserId account;                ///< An API key; without keys an address, or a token on this machine.
  base::UserId user;                   ///< The account itself where it has no users of its own.
  double weight = 1.0;                 ///< Weight of the account's share; greater than 0.
  std::uint32_t max_streams = 0;       ///< Most streams of the account at once; 0 = no limit of its own.
  std::optional<base::Duration> wait;  ///< How long a request may wait for its start; nothing = the server's default.
  std::optional<Pacing> pacing;        ///< Nothing = the door's default.
  std::string key;                     ///< The name of its API key; "" where it has none.
  std::vector<std::string> voices;     ///< Ids of the voices that it may use; empty = all.
  bool is_admin = false;               ///< May see what the server does inside.
  std::string key_sha256 = {};         ///< ApiKey::sha256 of the key that it came with; "" = it needed none.
  bool takes_body_user = false;        ///< Its users are told apart by the body's `user`: see user_within().
};

/// `caller` as the user of this name, where its account's users are named by the body; else, and without a name, as
/// it is.
[[nodiscard]] Caller user_within(Caller caller, std::string_view name);

}  // namespace antiphon::identity
