#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/doctor_report.h"
#include "config/config.h"
#include "voice/catalogue.h"
#include "worker/voice_cache.h"

namespace antiphon::cli {

/// Loads a voice in this process, speaks some sentences with it a few times and takes the least time of each, of the
/// processor, so that what else the machine does counts little. Takes some seconds at most. Does not set `listeners`.
/// Error: why it cannot be loaded or does not speak.
[[nodiscard]] base::Result<VoiceCost, std::string> measure_cost(worker::Engines& engines,
                                                                const voice::CatalogueEntry& voice);

/// Sets how many listeners `workers` carry at such a cost by simulating the configured scheduler; a second of
/// computing.
void find_listeners(VoiceCost& cost, const config::Config& config, std::uint32_t workers);

}  // namespace antiphon::cli
