#include "fleet/join_rules.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fleet/remote_worker.h"

namespace antiphon::fleet {

std::uint64_t incarnation_of(const wire::Join& join, std::span<const Member> members) {
  auto number = join.incarnation;
  if (join.returning) return number;
  // It began after the others: that its number is smaller is a clock that was set back.
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  for (const auto& member : members) {
    if (member.id != join.id || member.incarnation < number) continue;
    number = member.incarnation == kMost ? kMost : member.incarnation + 1;
  }
  return number;
}

std::optional<wire::Refused> refusal_of(const wire::Join& join, std::span<const Member> members, std::size_t most,
                                        const std::vector<const Voice*>& served) {
  const auto refused = [](wire::Refusal code, std::string reason) {
    return wire::Refused{.code = static_cast<std::uint8_t>(code), .reason = std::move(reason)};
  };
  // One that takes the place of an older one of its id needs no further place; that one may take a while to go.
  const auto has_its_place = [&](const Member& member) { return member.id == join.id && !member.given_up; };
  const bool full = members.size() >= most;
  if (full && (std::ranges::none_of(members, has_its_place) || members.size() >= 2 * most)) {
    return refused(wire::Refusal::kFull, "the gateway takes no more workers");
  }
  const auto number = incarnation_of(join, members);
  const auto is_newer = [&](const Member& member) { return member.id == join.id && member.incarnation > number; };
  if (std::ranges::any_of(members, is_newer)) {
    return refused(wire::Refusal::kSuperseded, "a newer worker of the id " + join.id + " has joined");
  }
  for (const auto* const voice : served) {
    if (auto fault = voice_fault(*voice, join); !fault.empty())
      return refused(wire::Refusal::kVoices, std::move(fault));
  }
  return std::nullopt;
}

}  // namespace antiphon::fleet
