#include "scheduler/chunk_rule.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

/// The smallest number of grains whose audio reaches `audio`, or all.
std::uint32_t grains_reaching(std::span<const base::Duration> grains, base::Duration audio) {
  base::Duration sum{};
  for (std::uint32_t n = 0; n < grains.size(); ++n) {
    sum += grains[n];
    if (sum >= audio) return n + 1;
  }
  return static_cast<std::uint32_t>(grains.size());
}

/// The largest number of grains that satisfies `fits(audio)`, at least one.
template <class Fits>
std::uint32_t grains_within(std::span<const base::Duration> grains, const Fits& fits) {
  base::Duration sum = grains.front();
  std::uint32_t n = 1;
  while (n < grains.size() && fits(sum + grains[n])) sum += grains[n++];
  return n;
}

}  // namespace

base::Duration startup_buffer(const Options& options, const CostModel& cost, std::uint32_t workers) {
  const double m = std::max(1U, workers);
  const double longest = base::to_seconds(options.longest_job);
  const double shortest = base::to_seconds(cost.fixed());
  const double rho = std::min(1.0, cost.ratio());
  const double spread = ((m - 1) * longest - shortest) / (m - (m - 2) * rho);
  return base::from_seconds(std::max(0.0, spread) + 2 * longest);
}

std::uint32_t chunk_grains(const Options& options, const CostModel& cost, const CostModel& pace,
                           const ChunkSituation& at) {
  ANTIPHON_CHECK(!at.grains.empty(), "a chunk needs a grain");
  const auto left = static_cast<std::uint32_t>(at.grains.size());
  if (options.fixed_chunk_grains > 0) return std::min(options.fixed_chunk_grains, left);
  if (options.policy == Policy::kArrival) {
    return grains_reaching(at.grains, at.loaded ? options.arrival_chunk_loaded : options.arrival_chunk);
  }
  if (at.first) {
    const auto wanted = std::min(startup_buffer(options, cost, at.workers), options.first_chunk_max);
    return std::min(grains_reaching(at.grains, wanted),
                    grains_within(at.grains, [&](base::Duration audio) { return audio <= options.first_chunk_max; }));
  }
  const auto most = grains_within(at.grains, [&](base::Duration audio) {
    const auto took = pace.render_cost(audio);
    return audio <= options.chunk_max && took <= options.longest_job && took <= at.until_dry - options.guard;
  });
  // Below this length the fixed cost per chunk alone would overload the workers.
  const double spare = options.utilisation * at.workers - cost.ratio() * at.streams;
  if (spare <= 0.0) return most;
  const auto least = base::from_seconds(base::to_seconds(cost.fixed()) * at.streams / spare);
  return std::max(most, grains_reaching(at.grains, std::min(least, options.chunk_max)));
}

}  // namespace antiphon::scheduler
