#include "scheduler/options.h"

#include <array>
#include <utility>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::pair<Policy, std::string_view>, 5> kPolicyNames = {{
    {Policy::kFifo, "fifo"},
    {Policy::kRoundRobin, "rr"},
    {Policy::kArrival, "arrival"},
    {Policy::kEdf, "edf"},
    {Policy::kFair, "fair"},
}};

constexpr std::array<std::pair<Placement, std::string_view>, 3> kPlacementNames = {{
    {Placement::kAffinity, "affinity"},
    {Placement::kLeastLoaded, "least_loaded"},
    {Placement::kRoundRobin, "round_robin"},
}};

}  // namespace

std::optional<Placement> parse_placement(std::string_view name) {
  for (const auto& [placement, known] : kPlacementNames) {
    if (known == name) return placement;
  }
  return std::nullopt;
}

std::string_view placement_name(Placement placement) {
  for (const auto& [known, name] : kPlacementNames) {
    if (known == placement) return name;
  }
  return "unknown";
}

std::optional<Policy> parse_policy(std::string_view name) {
  for (const auto& [policy, known] : kPolicyNames) {
    if (known == name) return policy;
  }
  return std::nullopt;
}

std::string_view policy_name(Policy policy) {
  for (const auto& [known, name] : kPolicyNames) {
    if (known == policy) return name;
  }
  return "unknown";
}

std::optional<Admission> parse_admission(std::string_view name) {
  if (name == admission_name(Admission::kOn)) return Admission::kOn;
  if (name == admission_name(Admission::kOff)) return Admission::kOff;
  return std::nullopt;
}

std::string_view admission_name(Admission admission) { return admission == Admission::kOn ? "on" : "off"; }

std::expected<void, std::string> Options::validate() const {
  const auto within = [](base::Duration value, base::Duration low, base::Duration high) {
    return value >= low && value <= high;
  };
  if (queue_depth < 1 || queue_depth > 5) return std::unexpected("queue_depth must be 1 to 5");
  if (!within(start_slack, 0s, 10s)) return std::unexpected("start_slack must be 0 to 10 s");
  if (!within(guard, 0s, 1s)) return std::unexpected("guard must be 0 to 1 s");
  if (!within(longest_job, 10ms, 10s)) return std::unexpected("longest_job must be 10 ms to 10 s");
  if (!within(chunk_max, 50ms, 10s)) return std::unexpected("chunk_max must be 0.05 to 10 s");
  if (!within(first_chunk_max, 50ms, 10s)) return std::unexpected("first_chunk_max must be 0.05 to 10 s");
  if (3 * longest_job > first_chunk_max) {
    return std::unexpected(
        "three times longest_job must fit into first_chunk_max: a first chunk must outlast the longest jobs of others");
  }
  if (!within(arrival_chunk, 50ms, 10s)) return std::unexpected("arrival_chunk must be 0.05 to 10 s");
  if (!within(arrival_chunk_loaded, 50ms, 10s)) return std::unexpected("arrival_chunk_loaded must be 0.05 to 10 s");
  if (fixed_chunk_grains > 1000) return std::unexpected("fixed_chunk_grains must be 0 to 1000");
  if (!(utilisation >= 0.1 && utilisation <= 1.0)) return std::unexpected("utilisation must be 0.1 to 1");
  if (!within(first_audio_target, 100ms, 60s) || first_audio_target <= guard) {
    return std::unexpected("first_audio_target must be 0.1 to 60 s, and more than the guard");
  }
  if (headroom_streams > 16) return std::unexpected("headroom_streams must be 0 to 16");
  if (!within(headroom_length, 1s, 600s)) return std::unexpected("headroom_length must be 1 to 600 s");
  if (waiting_max > 10'000) return std::unexpected("waiting_max must be 0 to 10,000");
  if (!within(reservation_grace, 0s, 60s)) return std::unexpected("reservation_grace must be 0 to 60 s");
  if (streams_per_user < 1 || streams_per_user > 100'000) {
    return std::unexpected("streams_per_user must be 1 to 100,000");
  }
  if (!(prefetch_load >= 0.0 && prefetch_load <= 1.0)) return std::unexpected("prefetch_load must be 0 to 1");
  if (!(cheaper_load >= prefetch_load && cheaper_load <= 1.0)) {
    return std::unexpected("cheaper_load must be prefetch_load to 1");
  }
  if (!within(shed_lateness, 100ms, 10min)) return std::unexpected("shed_lateness must be 0.1 s to 10 min");
  if (!within(shed_after, 0s, 10min)) return std::unexpected("shed_after must be 0 to 10 min");
  if (worker_losses_per_job < 1 || worker_losses_per_job > 10) {
    return std::unexpected("worker_losses_per_job must be 1 to 10");
  }
  if (!within(user_memory, 0s, 10min)) return std::unexpected("user_memory must be 0 to 10 min");
  return {};
}

}  // namespace antiphon::scheduler
