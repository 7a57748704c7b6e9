#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "identity/key_ring.h"

namespace antiphon::cli {

/// Nothing where there is no such file. A file whose list is empty is one all the same: nobody is let in by it. Throws
/// config::Error where it cannot be read, is no regular file, or says what it must not.
[[nodiscard]] std::optional<identity::KeyRing> read_keys(const std::filesystem::path& file);

/// Reads the keys, has `change` change them and replaces the file, readable by its owner alone, while no other process
/// does the same; makes its folder where there is none. What `change` throws leaves the file as it is. Throws
/// config::Error.
void change_keys(const std::filesystem::path& file, const std::function<void(identity::KeyRing&)>& change);

}  // namespace antiphon::cli
