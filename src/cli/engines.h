#pragma once

#include "config/config.h"
#include "worker/voice_shelf.h"

namespace antiphon::cli {

/// Every engine of this program; they open their libraries when they load their first voice.
[[nodiscard]] worker::Engines make_engines(const config::Engine& paths);

/// The files and folders that they read besides their voices.
[[nodiscard]] std::vector<std::filesystem::path> engine_files(const config::Engine& paths);

}  // namespace antiphon::cli
