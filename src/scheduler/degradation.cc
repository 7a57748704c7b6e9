#include "scheduler/degradation.h"

#include <utility>

namespace antiphon::scheduler {
namespace {

constexpr base::Duration kCalm = std::chrono::seconds(1);

}  // namespace

std::string_view degradation_name(Degradation level) {
  switch (level) {
    case Degradation::kNone:
      return "none";
    case Degradation::kNoPrefetch:
      return "no_prefetch";
    case Degradation::kCheaperVoices:
      return "cheaper_voices";
    case Degradation::kRefusing:
      return "refusing";
    case Degradation::kShedding:
      return "shedding";
  }
  std::unreachable();
}

std::optional<Degradation> DegradationController::update(const Options& options, const Reading& reading,
                                                         base::TimePoint now) {
  const auto target = wanted(options, reading, now);
  if (target == level_) {
    lower_since_.reset();
    return std::nullopt;
  }
  if (target > level_) {
    lower_since_.reset();
    level_ = target;
    ++steps_up_;
    return level_;
  }
  if (!lower_since_) lower_since_ = now;
  if (now - *lower_since_ < kCalm) return std::nullopt;
  lower_since_ = now;
  level_ = static_cast<Degradation>(std::to_underlying(level_) - 1);
  ++steps_down_;
  return level_;
}

Degradation DegradationController::wanted(const Options& options, const Reading& reading, base::TimePoint now) {
  if (reading.lateness <= options.shed_lateness) late_since_.reset();
  if (reading.lateness > options.shed_lateness && !late_since_) late_since_ = now;
  if (late_since_ && now - *late_since_ > options.shed_after) return Degradation::kShedding;
  if (refused_at_ && now - *refused_at_ < kCalm) return Degradation::kRefusing;
  if (reading.demand > options.cheaper_load) return Degradation::kCheaperVoices;
  if (reading.demand > options.prefetch_load) return Degradation::kNoPrefetch;
  return Degradation::kNone;
}

}  // namespace antiphon::scheduler
