#include "scheduler/demand.h"

#include <algorithm>

namespace antiphon::scheduler {
namespace {

/// What rounding may add to a sum of some hundred lines, in worker-seconds.
constexpr double kRounding = 1e-9;
/// How much finer than the last one each step of the search for the earliest delay is.
constexpr double kGrowth = 1.3;
constexpr int kRefinements = 6;

}  // namespace

DemandCurve::DemandCurve(std::span<const DemandLine> lines, const Supply& supply) : supply_(supply) {
  corners_.reserve(2 * lines.size());
  for (const auto& line : lines) append(line, {}, corners_);
  std::ranges::sort(corners_, {}, &Corner::when);
}

void DemandCurve::add(std::span<const DemandLine> more, base::Duration delay) {
  std::vector<Corner> added;
  for (const auto& line : more) append(line, delay, added);
  std::ranges::sort(added, {}, &Corner::when);
  std::vector<Corner> merged(corners_.size() + added.size());
  std::ranges::merge(corners_, added, merged.begin(), {}, &Corner::when, &Corner::when);
  corners_ = std::move(merged);
}

void DemandCurve::append(const DemandLine& line, base::Duration delay, std::vector<Corner>& corners) const {
  const double first = base::to_seconds(line.first);
  const double total = std::max(first, base::to_seconds(line.total));
  if (total <= 0) return;
  const double soonest =
      base::to_seconds(delay) + (first + base::to_seconds(supply_.reserve)) / std::max(supply_.rate, kRounding);
  const double due = std::max(base::to_seconds(line.due + delay - supply_.now), soonest);
  const bool grows = line.rate > 0 && total > first;
  corners.push_back({.when = due, .jump = first, .bend = grows ? line.rate : 0});
  if (grows) corners.push_back({.when = due + (total - first) / line.rate, .jump = 0, .bend = -line.rate});
}

bool DemandCurve::fits(std::span<const DemandLine> more, base::Duration delay) const {
  std::vector<Corner> added;
  added.reserve(2 * more.size());
  for (const auto& line : more) append(line, delay, added);
  if (added.empty()) return true;
  std::ranges::sort(added, {}, &Corner::when);
  if (supply_.rate <= 0) return false;

  const double begin = added.front().when;  // before it nothing changes
  const double reserve = base::to_seconds(supply_.reserve);
  double when = 0;
  double demand = 0;
  double slope = 0;
  auto old = corners_.begin();
  auto fresh = added.begin();
  while (old != corners_.end() || fresh != added.end()) {
    const bool take_old = fresh == added.end() || (old != corners_.end() && old->when <= fresh->when);
    const Corner& corner = take_old ? *old++ : *fresh++;
    demand += slope * (corner.when - when);
    when = corner.when;
    const auto too_much = [&] { return demand > supply_.rate * when - reserve + kRounding; };
    if (when >= begin && too_much()) return false;
    demand += corner.jump;
    slope += corner.bend;
    if (when >= begin && too_much()) return false;
  }
  return true;
}

base::Duration DemandCurve::earliest(std::span<const DemandLine> more, base::Duration step,
                                     base::Duration limit) const {
  if (fits(more)) return {};
  base::Duration refused{};
  base::Duration fitting = step;
  while (fitting < limit && !fits(more, fitting)) {
    refused = fitting;
    fitting = base::from_seconds(base::to_seconds(fitting) * kGrowth);
  }
  if (fitting >= limit) return limit;
  for (int i = 0; i < kRefinements && fitting - refused > step / 2; ++i) {
    const auto middle = refused + (fitting - refused) / 2;
    (fits(more, middle) ? fitting : refused) = middle;
  }
  return fitting;
}

double DemandCurve::load(base::Duration horizon) const {
  if (supply_.rate <= 0) return corners_.empty() ? 0 : 1;
  const double from = base::to_seconds(horizon);
  double worst = 0;
  double when = 0;
  double demand = 0;
  double slope = 0;
  for (const auto& corner : corners_) {
    demand += slope * (corner.when - when) + corner.jump;
    slope += corner.bend;
    when = corner.when;
    worst = std::max(worst, demand / (supply_.rate * std::max(when, from)));
  }
  return worst;
}

}  // namespace antiphon::scheduler
