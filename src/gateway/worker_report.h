#pragma once

#include <string>

#include "gateway/worker_fleet.h"

namespace antiphon::gateway {

/// The body of GET /v1/workers: each worker, and what the pool decided last and why. See docs/http.md.
[[nodiscard]] std::string worker_report(const WorkerFleet& fleet);

}  // namespace antiphon::gateway
