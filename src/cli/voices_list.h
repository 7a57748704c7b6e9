#pragma once

#include <cstdint>
#include <string_view>

#include "config/config.h"

namespace antiphon::cli {

enum class ListForm : std::uint8_t { kTable, kJson };

/// Prints the voices of the store, one a line or as one JSON object. Returns the exit status. Throws
/// std::runtime_error.
[[nodiscard]] int list_voices(const config::Config& config, ListForm form);

/// Prints the voices of the index whose id, language, engine or description has `word` in it, in any case of letters.
/// Returns 1 if there are none.
[[nodiscard]] int search_voices(std::string_view word, ListForm form);

}  // namespace antiphon::cli
