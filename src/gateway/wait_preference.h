#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace antiphon::gateway {

/// How long a client is willing to wait: `wait` of the header `Prefer`, in seconds (RFC 7240, section 4.3). Decimals
/// are taken too. Nothing where it is absent or not a number from 0 to 86,400; a preference is never an error.
[[nodiscard]] std::optional<base::Duration> wait_preference(std::string_view prefer);

}  // namespace antiphon::gateway
