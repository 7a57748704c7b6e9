#pragma once

#include <span>
#include <string>
#include <string_view>

namespace antiphon::config {

/// The candidate that takes the fewest edits to become `name` (Levenshtein 1966); "" without candidates.
[[nodiscard]] std::string nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace antiphon::config
