#include "config/nearest.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace antiphon::config {
namespace {

/// Longer names are compared by their beginnings: a hostile file must not cost quadratic time.
constexpr std::size_t kMostCompared = 64;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  auto least = std::numeric_limits<std::size_t>::max();
  for (const auto& candidate : candidates) {
    const auto edits = distance(name.substr(0, kMostCompared), candidate);
    if (edits < least) best = candidate;
    least = std::min(least, edits);
  }
  return best;
}

}  // namespace antiphon::config
