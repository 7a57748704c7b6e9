#pragma once

#include <string>

#include "fleet/fleet.h"

namespace antiphon::gateway {

/// The body of GET /v1/workers: each worker, and what the pool decided last and why. See docs/http.md.
[[nodiscard]] std::string worker_report(const fleet::Fleet& fleet);

}  // namespace antiphon::gateway
