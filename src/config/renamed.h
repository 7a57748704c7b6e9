#pragma once

#include <algorithm>
#include <array>
#include <string_view>

/// Names that the version before this one gave to keys and values. They are still read, with a warning, until the next
/// version.
namespace antiphon::config {

/// A key that had another name.
struct RenamedKey {
  std::string_view section;
  std::string_view was;
  std::string_view name;
};

/// A value of a key, [scheduler] policy, that had another name.
struct RenamedPolicy {
  std::string_view was;
  std::string_view name;
};

inline constexpr std::array<RenamedKey, 4> kRenamedKeys = {{
    {.section = "admission", .was = "phantom_streams", .name = "headroom_streams"},
    {.section = "admission", .was = "phantom_length_seconds", .name = "headroom_length_seconds"},
    {.section = "scheduler", .was = "plan_chunk_seconds", .name = "arrival_chunk_seconds"},
    {.section = "scheduler", .was = "plan_chunk_loaded_seconds", .name = "arrival_chunk_loaded_seconds"},
}};

inline constexpr std::array<RenamedPolicy, 2> kRenamedPolicies = {{
    {.was = "ours", .name = "fair"},
    {.was = "plan", .name = "arrival"},
}};

/// Returns the former name of a key; "": it had none.
[[nodiscard]] constexpr std::string_view former_name(std::string_view section, std::string_view name) {
  const auto* const found = std::ranges::find_if(
      kRenamedKeys, [&](const RenamedKey& one) { return one.section == section && one.name == name; });
  return found == kRenamedKeys.end() ? std::string_view() : found->was;
}

[[nodiscard]] constexpr bool is_former_name(std::string_view section, std::string_view name) {
  return std::ranges::any_of(kRenamedKeys,
                             [&](const RenamedKey& one) { return one.section == section && one.was == name; });
}

/// Returns the name that a policy has now, and any other text as it is.
[[nodiscard]] constexpr std::string_view present_policy(std::string_view name) {
  const auto* const found = std::ranges::find(kRenamedPolicies, name, &RenamedPolicy::was);
  return found == kRenamedPolicies.end() ? name : found->name;
}

}  // namespace antiphon::config
