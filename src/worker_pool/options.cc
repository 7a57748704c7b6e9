#include "worker_pool/options.h"

#include <array>
#include <utility>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using Outcome = std::expected<void, std::string>;

constexpr std::array<std::pair<KillRule, std::string_view>, 2> kKillRules = {{
    {KillRule::kProgress, "progress"},
    {KillRule::kWall, "wall"},
}};

template <class T>
bool within(T value, T low, T high) {
  return value >= low && value <= high;
}

Outcome check(const StallOptions& stall) {
  if (!within(stall.factor, 1.1, 100.0)) return std::unexpected("the kill factor must be 1.1 to 100");
  if (!within<base::Duration>(stall.floor, 1ms, 10s)) return std::unexpected("the kill floor must be 0.001 to 10 s");
  if (!within<base::Duration>(stall.window, 10ms, 10s)) {
    return std::unexpected("the window without progress must be 0.01 to 10 s");
  }
  if (!within<base::Duration>(stall.job_limit, 100ms, 1h)) return std::unexpected("a job's limit must be 0.1 s to 1 h");
  if (!within<base::Duration>(stall.load_limit, 100ms, 1h)) {
    return std::unexpected("the limit of a loading must be 0.1 s to 1 h");
  }
  return {};
}

Outcome check(const Backoff::Options& backoff) {
  if (!within<base::Duration>(backoff.first, 1ms, 1h)) return std::unexpected("the first pause must be 0.001 s to 1 h");
  if (!within<base::Duration>(backoff.cap, backoff.first, 24h)) {
    return std::unexpected("the longest pause must be between the first one and 24 h");
  }
  return {};
}

}  // namespace

std::optional<KillRule> parse_kill_rule(std::string_view name) {
  for (const auto& [rule, known] : kKillRules) {
    if (known == name) return rule;
  }
  return std::nullopt;
}

std::string_view kill_rule_name(KillRule rule) {
  for (const auto& [known, name] : kKillRules) {
    if (known == rule) return name;
  }
  std::unreachable();
}

std::expected<void, std::string> Options::validate() const {
  const bool none = least == 0 && most == 0 && spare == Spare::kOff;
  if (!none && !within(least, 1U, 1024U)) return std::unexpected("there must be 1 to 1024 workers at least");
  if (!within(most, least, 1024U)) return std::unexpected("the most workers must be between the least and 1024");
  if (!within<base::Duration>(start_wait, 0s, 60s)) return std::unexpected("start_wait must be 0 to 60 s");
  if (!within<base::Duration>(grow_after, 0s, 10min)) return std::unexpected("grow_after must be 0 to 10 min");
  if (!within<base::Duration>(shrink_after, 1s, 24h)) return std::unexpected("shrink_after must be 1 s to 24 h");
  if (!within(shrink_load, 0.05, 1.0)) return std::unexpected("shrink_load must be 0.05 to 1");
  if (!within(memory_share, 0.1, 1.0)) return std::unexpected("memory_share must be 0.1 to 1");
  if (!within(deaths_per_minute, 1U, 1000U)) return std::unexpected("deaths_per_minute must be 1 to 1000");
  if (!within<base::Duration>(quarantine, 1s, 24h)) return std::unexpected("quarantine must be 1 s to 24 h");
  if (!within(failed_starts, 1U, 1000U)) return std::unexpected("failed_starts must be 1 to 1000");
  if (auto valid = check(backoff); !valid) return valid;
  return check(stall);
}

}  // namespace antiphon::worker_pool
