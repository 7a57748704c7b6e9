#include "scheduler/cost_estimator.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace antiphon::scheduler {
namespace {

/// Weight of the newest job in the speed factor; the first jobs weigh more.
constexpr double kSpeedWeight = 0.1;
/// The same in the usual one.
constexpr double kUsualWeight = 1.0 / 400;
/// One job counts as no more than this many times what was expected, and no less than its inverse.
constexpr double kLargestStep = 2.0;
/// The same while hardly anything is known.
constexpr double kLargestFirstStep = 10.0;
constexpr std::uint64_t kFirstJobs = 5;

/// Of the fit: what the deviation of one job is taken to be, in shares of what is expected; how many jobs it takes to
/// forget; where residuals are cut, in deviations.
constexpr double kNoise = 0.1;
constexpr double kMemory = 200'000;
constexpr double kCut = 3.0;
/// Of the prior: the fixed part may be off by this many seconds, the ratio by this share of it.
constexpr double kFixedSpread = 0.02;
constexpr double kRatioSpread = 0.5;
/// The ratio is never taken to be less than this share of the prior.
constexpr double kLeastRatio = 0.02;

constexpr double kQuantile = 0.95;
constexpr double kQuantileStep = 0.05;
constexpr double kLargestQuantile = 20.0;

std::uint32_t bucket_of(std::uint32_t busy) {
  return static_cast<std::uint32_t>(std::bit_width(std::max(1U, busy) - 1));
}

bool can_be(const LearntCost& learnt) {
  const auto within = [](double value, double low, double high) { return value >= low && value <= high; };
  constexpr double kLeast = 1e-6;
  constexpr double kMost = 1e3;
  constexpr std::uint32_t kMostBusy = 1U << 20;
  const auto& prior = learnt.prior;
  return learnt.key.busy >= 1 && learnt.key.busy <= kMostBusy && within(base::to_seconds(prior.fixed), 0, kMost) &&
         within(prior.ratio, kLeast, kMost) && within(prior.plan_ratio, kLeast, kMost);
}

CostBook::Expectation expectation(base::Duration wall, double wall_p95, base::Duration cpu, double cpu_p95) {
  const auto times = [](base::Duration time, double factor) {
    return base::from_seconds(base::to_seconds(time) * factor);
  };
  return {.expected = {wall, cpu}, .p95 = {times(wall, wall_p95), times(cpu, cpu_p95)}};
}

}  // namespace

LinearCost::LinearCost(double fixed, double ratio)
    : theta_{fixed, ratio},
      spread_{std::max(kFixedSpread, fixed), kRatioSpread * ratio},
      covariance_{spread_[0] * spread_[0], 0, spread_[1] * spread_[1]} {}

void LinearCost::observe(double audio, double took) {
  const double guess = expected(audio);
  if (!(audio > 0) || !(took > 0) || !std::isfinite(took) || !(guess > 0)) return;
  const double seen = took / guess;
  if (seen_ >= kFirstJobs) {
    p95_ *= std::exp(kQuantileStep * (seen > p95_ ? kQuantile : kQuantile - 1));
    p95_ = std::clamp(p95_, 1.0, kLargestQuantile);
  }
  const double largest = seen_ < kFirstJobs ? kLargestFirstStep : kLargestStep;
  const double weight = std::max(kSpeedWeight, 1.0 / static_cast<double>(seen_ + 2));
  ++seen_;
  speed_ *= 1 + weight * (std::clamp(seen, 1 / largest, largest) - 1);
  usual_ += std::max(kUsualWeight, 1.0 / static_cast<double>(seen_)) * (speed_ - usual_);
  fit(audio, took / speed_);
}

void LinearCost::fit(double audio, double took) {
  auto& [ff, fr, rr] = covariance_;
  ff = std::min(ff + spread_[0] * spread_[0] / kMemory, spread_[0] * spread_[0]);
  rr = std::min(rr + spread_[1] * spread_[1] / kMemory, spread_[1] * spread_[1]);
  const double limit = 0.999 * std::sqrt(ff * rr);
  fr = std::clamp(fr, -limit, limit);

  const double guess = theta_[0] + theta_[1] * audio;
  const double noise = kNoise * guess;
  const double gain_fixed = ff + fr * audio;
  const double gain_ratio = fr + rr * audio;
  const double variance = gain_fixed + gain_ratio * audio + noise * noise;
  const double cut = kCut * noise;
  const double residual = std::clamp(took - guess, -cut, cut);
  const double least = kLeastRatio * spread_[1] / kRatioSpread;
  theta_[0] = std::max(0.0, theta_[0] + gain_fixed / variance * residual);
  theta_[1] = std::max(least, theta_[1] + gain_ratio / variance * residual);
  ff -= gain_fixed * gain_fixed / variance;
  fr -= gain_fixed * gain_ratio / variance;
  rr -= gain_ratio * gain_ratio / variance;
}

CostModel CostEstimator::model() const {
  // Plans of segments are much alike in length, so that their fixed part counts per audio-second of a typical one.
  constexpr double kTypicalSegment = 4.0;
  return CostModel({.fixed = base::from_seconds(render_.fixed()),
                    .ratio = render_.ratio(),
                    .plan_ratio = plan_.expected(kTypicalSegment) / kTypicalSegment});
}

base::Duration CostEstimator::expected_render(base::Duration audio) const {
  return base::from_seconds(render_.expected(base::to_seconds(audio)));
}

base::Duration CostEstimator::expected_plan(base::Duration audio) const {
  return base::from_seconds(plan_.expected(base::to_seconds(audio)));
}

void CostBook::set_prior(VoiceId voice, const CostModel::Prior& prior) {
  voices_[voice] = {.prior = prior, .entries = {}};
}

std::vector<LearntCost> CostBook::learnt() const {
  std::vector<LearntCost> result;
  for (const auto& [id, voice] : voices_) {
    for (const auto& entry : voice.entries) {
      const auto jobs = entry.clocks.share.observations();
      if (jobs == 0) continue;
      result.push_back({.key = {.voice = id, .device = entry.device, .busy = 1U << entry.bucket},
                        .prior = entry.clocks.share.model().prior(),
                        .jobs = jobs});
    }
  }
  return result;
}

std::size_t CostBook::restore(std::span<const LearntCost> learnt) {
  std::size_t taken = 0;
  for (const auto& record : learnt) {
    if (!can_be(record)) continue;
    ++taken;
    Voice& voice = voices_[record.key.voice];
    if (record.jobs >= voice.prior_jobs) {
      voice.prior = record.prior;
      voice.prior_jobs = record.jobs;
    }
    const CostEstimator fresh(record.prior);
    learning(record.key) = {.wall = fresh, .cpu = fresh, .share = fresh};
  }
  return taken;
}

void CostBook::observe_render(const CostKey& key, base::Duration audio, WorkTime took) {
  auto& clocks = learning(key);
  clocks.wall.observe_render(audio, took.wall);
  clocks.cpu.observe_render(audio, took.cpu);
  clocks.share.observe_render(audio, took.share);
}

void CostBook::observe_plan(const CostKey& key, base::Duration audio, WorkTime took) {
  auto& clocks = learning(key);
  clocks.wall.observe_plan(audio, took.wall);
  clocks.cpu.observe_plan(audio, took.cpu);
  clocks.share.observe_plan(audio, took.share);
}

CostModel CostBook::model(const CostKey& key) const { return by(&Clocks::share, key); }

CostModel CostBook::pace(const CostKey& key) const { return by(&Clocks::wall, key); }

double CostBook::slowness(const CostKey& key) const {
  const auto* const clocks = nearest(key);
  return clocks == nullptr ? 1.0 : clocks->share.render_slowness();
}

CostModel CostBook::by(CostEstimator Clocks::* clock, const CostKey& key) const {
  if (const auto* clocks = nearest(key)) return (clocks->*clock).model();
  return CostEstimator(prior(key)).model();
}

CostBook::Expectation CostBook::render(const CostKey& key, base::Duration audio) const {
  const auto clocks = fallback(key);
  const auto& cpu = clocks.cpu.observations() > 0 ? clocks.cpu : clocks.wall;
  auto found = expectation(clocks.wall.expected_render(audio), clocks.wall.render_p95(), cpu.expected_render(audio),
                           cpu.render_p95());
  found.learnt = clocks.wall.renders() >= kEnough;
  return found;
}

CostBook::Expectation CostBook::plan(const CostKey& key, base::Duration audio) const {
  const auto clocks = fallback(key);
  const auto& cpu = clocks.cpu.observations() > 0 ? clocks.cpu : clocks.wall;
  auto found =
      expectation(clocks.wall.expected_plan(audio), clocks.wall.plan_p95(), cpu.expected_plan(audio), cpu.plan_p95());
  found.learnt = clocks.wall.plans() >= kEnough;
  return found;
}

void CostBook::remove_worker(DeviceId device) {
  const auto found = devices_.find(device);
  if (found == devices_.end() || found->second.workers == 0) return;
  --found->second.workers;
  forget_excess();
}

CostBook::Device& CostBook::use(DeviceId device) {
  auto& used = devices_[device];
  used.used = ++uses_;
  forget_excess();
  return used;
}

void CostBook::forget_excess() {
  while (devices_.size() > kMostDevices) {
    // The one of the use right now is the last one of all, so that it stays.
    auto oldest = devices_.end();
    for (auto it = devices_.begin(); it != devices_.end(); ++it) {
      const bool older = oldest == devices_.end() || it->second.used < oldest->second.used;
      if (it->second.workers == 0 && it->second.used != uses_ && older) oldest = it;
    }
    if (oldest == devices_.end()) return;
    for (auto& [id, voice] : voices_) {
      std::erase_if(voice.entries, [&](const Entry& entry) { return entry.device == oldest->first; });
    }
    devices_.erase(oldest);
  }
}

CostBook::Clocks& CostBook::learning(const CostKey& key) {
  use(key.device);
  auto& entries = voices_[key.voice].entries;
  const auto bucket = bucket_of(key.busy);
  const auto it = std::ranges::find_if(
      entries, [&](const Entry& entry) { return entry.device == key.device && entry.bucket == bucket; });
  if (it != entries.end()) return it->clocks;
  entries.push_back({.device = key.device, .bucket = bucket, .clocks = fallback(key)});
  return entries.back().clocks;
}

const CostBook::Clocks* CostBook::nearest(const CostKey& key) const {
  const auto voice = voices_.find(key.voice);
  if (voice == voices_.end()) return nullptr;
  const auto bucket = bucket_of(key.busy);
  const Entry* best = nullptr;
  const auto distance = [&](const Entry& entry) {
    return entry.bucket > bucket ? entry.bucket - bucket : bucket - entry.bucket;
  };
  for (const auto& entry : voice->second.entries) {
    if (entry.device != key.device) continue;
    if (best == nullptr || distance(entry) < distance(*best)) best = &entry;
  }
  return best == nullptr ? nullptr : &best->clocks;
}

CostModel::Prior CostBook::prior(const CostKey& key) const {
  const auto voice = voices_.find(key.voice);
  auto prior = voice == voices_.end() ? CostModel::Prior{} : voice->second.prior;
  if (const auto device = devices_.find(key.device); device != devices_.end()) {
    prior.fixed += device->second.distance.fixed;
    prior.ratio += device->second.distance.ratio;
  }
  return prior;
}

CostBook::Clocks CostBook::fallback(const CostKey& key) const {
  if (const auto* clocks = nearest(key)) return *clocks;
  const CostEstimator fresh(prior(key));
  return {.wall = fresh, .cpu = fresh, .share = fresh};
}

}  // namespace antiphon::scheduler
