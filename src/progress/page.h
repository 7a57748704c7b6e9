#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "progress/record.h"

namespace antiphon::progress {

/// The part of a list of streams that a client asks for. Lists are in the order of names, so that no page repeats what
/// the one before had, whatever begins and ends in between.
struct Page {
  std::optional<StreamName> after{};  ///< The last one of the page before; nullopt: the first page.
  std::size_t most = 100;             ///< 1 to kMost.
  static constexpr std::size_t kMost = 1000;
  friend bool operator==(const Page&, const Page&) = default;
};

/// Reads "limit=N&after=NAME", the part of a target behind its '?', both of which may be absent; other keys are left
/// alone. Returns nullopt if a value is
/// none that its key can have, or one of these keys comes twice.
[[nodiscard]] std::optional<Page> parse_page(std::string_view query);

}  // namespace antiphon::progress
