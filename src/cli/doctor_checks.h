#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor_report.h"
#include "config/config.h"
#include "voice/catalogue.h"

/// What `antiphon doctor` looks at. A check says what it found and never throws; none changes anything. Each of them
/// blocks for the system only.
namespace antiphon::cli {

/// The store and what is in it: whether there are voices, and the one that is preferred; whether the server may write
/// there, where it keeps what voices cost. `voices`: what was read, for the checks that come after.
[[nodiscard]] std::vector<Finding> check_store(const config::Config& config, voice::Catalogue& voices);
/// Whether the server could listen there now.
[[nodiscard]] Finding check_port(std::string_view check, const std::string& address, std::uint16_t port);
/// The same of Wyoming's, which is configured.
[[nodiscard]] Finding check_wyoming(const config::Config& config);
/// Processors, and what a control group leaves of them.
[[nodiscard]] Finding check_processors(const config::Config& config);
/// Open files, against what as many connections as are allowed need.
[[nodiscard]] Finding check_files(const config::Config& config, std::uint32_t workers);
/// Memory of the machine or of its control group, against what the workers take where each has loaded a voice of
/// `voice_bytes`.
[[nodiscard]] Finding check_memory(const config::Config& config, std::uint32_t workers, std::uint64_t voice_bytes);
/// Keys, tokens and certificates: whether they can be read, and whether a server may start with them.
[[nodiscard]] std::vector<Finding> check_access(const config::Config& config);
/// Whether the clock can be right.
[[nodiscard]] Finding check_time();
/// The device that is configured, and a CUDA device that is not used.
[[nodiscard]] Finding check_device(const config::Config& config);

}  // namespace antiphon::cli
