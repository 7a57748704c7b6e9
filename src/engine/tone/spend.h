#pragma once

#include "base/time.h"
#include "engine/tone/manifest.h"

namespace antiphon::engine::tone {

/// Blocks the calling thread until it has used `amount` of CPU time, or for `amount` of time; see Cost::Mode.
void spend(Cost::Mode mode, base::Duration amount);

}  // namespace antiphon::engine::tone
