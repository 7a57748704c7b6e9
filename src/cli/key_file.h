#pragma once

#include <filesystem>

#include "identity/key_ring.h"

namespace antiphon::cli {

/// None where there is no such file. Throws config::Error where it cannot be read or says what it must not.
[[nodiscard]] identity::KeyRing read_keys(const std::filesystem::path& file);

/// Replaces the file at once, readable by its owner alone; makes its folder where there is none. Throws config::Error.
void write_keys(const std::filesystem::path& file, const identity::KeyRing& keys);

}  // namespace antiphon::cli
