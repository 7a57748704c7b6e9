#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fleet/voice_table.h"
#include "wire/message.h"

namespace antiphon::fleet {

/// A remote worker that has joined before.
struct Member {
  std::string id;
  std::uint64_t incarnation = 0;
  bool given_up = false;  ///< It is on its way out.
};

/// Returns under what number a worker joins: its own, or a larger one if it was not welcomed under that and an older
/// worker of its id has it.
[[nodiscard]] std::uint64_t incarnation_of(const wire::Join& join, std::span<const Member> members);

/// Returns nullopt if a worker that says this may join `members`, of which there may be `most`. Its version and token
/// are not looked at here. Pure.
[[nodiscard]] std::optional<wire::Refused> refusal_of(const wire::Join& join, std::span<const Member> members,
                                                      std::size_t most, const std::vector<const Voice*>& served);

}  // namespace antiphon::fleet
