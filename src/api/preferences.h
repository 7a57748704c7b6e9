#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace antiphon::api {

/// What a client prefers by the header `Prefer` (RFC 7240). A preference that is not understood is no error, and is
/// left alone; the first of a name counts.
struct Preferences {
  /// How long it can wait for its turn: `wait=N` in seconds (section 4.3), 0 to 86,400; decimals are taken too.
  std::optional<base::Duration> wait;
  /// Whether the audio is to come a little ahead of its playback and not as fast as it is made: `pace` or `pace=false`,
  /// of this server alone.
  std::optional<bool> paced;
};

[[nodiscard]] Preferences parse_preferences(std::string_view prefer);

}  // namespace antiphon::api
