#include "scheduler/options.h"

#include <array>
#include <utility>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::pair<Policy, std::string_view>, 5> kPolicyNames = {{
    {Policy::kFifo, "fifo"},
    {Policy::kRoundRobin, "rr"},
    {Policy::kPlan, "plan"},
    {Policy::kEdf, "edf"},
    {Policy::kOurs, "ours"},
}};

}  // namespace

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

std::expected<void, std::string> Options::validate() const {
  const auto within = [](base::Duration value, base::Duration low, base::Duration high) {
    return value >= low && value <= high;
  };
  if (!within(start_slack, 0s, 10s)) return std::unexpected("start_slack must be 0 to 10 s");
  if (!within(guard, 0s, 1s)) return std::unexpected("guard must be 0 to 1 s");
  if (!within(longest_job, 10ms, 10s)) return std::unexpected("longest_job must be 10 ms to 10 s");
  if (!within(chunk_max, 50ms, 10s)) return std::unexpected("chunk_max must be 0.05 to 10 s");
  if (!within(first_chunk_max, 50ms, 10s)) return std::unexpected("first_chunk_max must be 0.05 to 10 s");
  if (fixed_chunk_grains > 1000) return std::unexpected("fixed_chunk_grains must be 0 to 1000");
  if (!(utilisation >= 0.1 && utilisation <= 1.0)) return std::unexpected("utilisation must be 0.1 to 1");
  if (worker_losses_per_job < 1 || worker_losses_per_job > 10) {
    return std::unexpected("worker_losses_per_job must be 1 to 10");
  }
  if (!within(user_memory, 0s, 10min)) return std::unexpected("user_memory must be 0 to 10 min");
  return {};
}

}  // namespace antiphon::scheduler
