#pragma once

#include <filesystem>

#include "engine/api/engine.h"
#include "engine/hibari/table.h"

namespace antiphon::engine::hibari {

/// Reads a table's file. Error: kVoiceCorrupt, with the file and what of it is wrong.
[[nodiscard]] Result<Table> read_table(const std::filesystem::path& path);

}  // namespace antiphon::engine::hibari
