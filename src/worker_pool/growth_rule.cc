#include "worker_pool/growth_rule.h"

#include <utility>

namespace antiphon::worker_pool {
namespace {

/// Since when `condition` has held without a break.
void follow(bool condition, base::TimePoint now, std::optional<base::TimePoint>& since) {
  if (!condition) {
    since.reset();
  } else if (!since) {
    since = now;
  }
}

}  // namespace

GrowthRule::Advice GrowthRule::update(const Options& options, const Sample& sample, std::uint32_t active,
                                      std::uint32_t wanted, base::TimePoint now) {
  const bool refused = std::exchange(refusals_, sample.refusals) < sample.refusals;
  const bool called = std::exchange(spare_requests_, sample.spare_requests) < sample.spare_requests;
  if (active == 0 || active != wanted) {
    waits_since_.reset();
    idle_since_.reset();
    return {};
  }
  follow(sample.start_wait > options.start_wait, now, waits_since_);
  const auto all = active + sample.others;
  const double load_of_fewer = all > 1 ? sample.load * all / (all - 1) : 0;
  follow(active > options.least && load_of_fewer <= options.shrink_load, now, idle_since_);
  const bool waits = waits_since_ && now - *waits_since_ >= options.grow_after;
  if (refused || called || waits) {
    if (active >= options.most) return {};
    waits_since_.reset();
    idle_since_.reset();
    if (refused) return {.step = Step::kGrow, .cause = Cause::kRefused};
    return {.step = Step::kGrow, .cause = called ? Cause::kNoRoom : Cause::kStartWait};
  }
  if (idle_since_ && now - *idle_since_ >= options.shrink_after) {
    idle_since_.reset();
    return {.step = Step::kShrink, .cause = Cause::kLittleLoad};
  }
  return {};
}

}  // namespace antiphon::worker_pool
