#include <algorithm>
#include <optional>
#include <utility>

#include "scheduler/chunk_rule.h"
#include "scheduler/scheduler.h"

// What the scheduler has promised, what it can promise, and what it does when it cannot keep it.

namespace antiphon::scheduler {
namespace {

/// Demand is compared with what can be done up to this moment and later: a burst of starts is no load.
constexpr base::Duration kLoadHorizon = std::chrono::seconds(2);

}  // namespace

Scheduler::Promised Scheduler::assess(base::TimePoint now) {
  assessed_ = now;
  idle_streams_ = static_cast<std::size_t>(
      std::ranges::count_if(streams_, [](const auto& entry) { return idle(entry.second) || entry.second.blocked; }));
  auto lines = demand(now);
  DemandCurve curve(lines, supply(now));
  load_ = curve.load(kLoadHorizon);
  ladder_.update(options_, {.demand = load_, .lateness = lateness(now)}, now);
  if (ladder_.level() == Degradation::kShedding) shed(now);
  return {.lines = std::move(lines), .curve = std::move(curve)};
}

base::Duration Scheduler::lateness(base::TimePoint now) const {
  const bool by_deadline = options_.policy == Policy::kOurs || options_.policy == Policy::kEdf;
  if (options_.admission == Admission::kOff || !by_deadline) return {};  // nothing was promised
  base::Duration worst{};
  for (const auto* queue : {&ready_, &start_dues_}) {
    for (const auto& key : *queue) {
      const Stream& stream = streams_.at(key.stream);
      const auto promised = stream.playback.dry_at().value_or(stream.arrival + options_.first_audio_target);
      worst = std::max(worst, now - promised);
    }
  }
  return worst;
}

void Scheduler::shed(base::TimePoint now) {
  const Stream* chosen = nullptr;
  const auto rank = [&](const Stream& stream) {
    const auto share = accounts_.streams_of_account(account_of(stream.spec)) / stream.spec.weight;
    return std::tuple(share, accounts_.streams_of_user(stream.spec.user), stream.spec.id);
  };
  for (const auto& [id, stream] : streams_) {
    if (!idle(stream) && (chosen == nullptr || rank(stream) > rank(*chosen))) chosen = &stream;
  }
  if (chosen == nullptr) return;
  const auto id = chosen->spec.id;
  pending_.emplace_back(StreamFailed{.stream = id, .reason = FailureReason::kShed});
  cancel_stream(id, now);
}

std::vector<DemandLine> Scheduler::demand(base::TimePoint now) const {
  std::vector<DemandLine> lines;
  lines.reserve(2 * streams_.size());
  for (const auto& [id, stream] : streams_) append_demand(stream, now, lines);
  return lines;
}

std::vector<DemandLine> Scheduler::demand_of(const StreamSpec& newcomer, base::TimePoint now) const {
  Stream stream;
  stream.spec = newcomer;
  stream.arrival = now;
  stream.unplanned = newcomer.expected;
  std::vector<DemandLine> lines;
  append_demand(stream, now, lines);
  return lines;
}

Supply Scheduler::supply(base::TimePoint now) const {
  const auto m = static_cast<std::int64_t>(workers());
  return {.now = now,
          .rate = options_.utilisation * static_cast<double>(m),
          .reserve = std::max<std::int64_t>(0, m - 1) * options_.longest_job / 2};
}

base::Duration Scheduler::start_wait(base::TimePoint now) const {
  if (workers() == 0) return kLongestWait;
  constexpr base::Duration kStep = std::chrono::milliseconds(50);
  const StreamSpec newcomer{.expected = options_.phantom_length};
  return DemandCurve(demand(now), supply(now)).earliest(demand_of(newcomer, now), kStep, kLongestWait);
}

base::Duration Scheduler::next_end_of_user(base::UserId user, base::TimePoint now) const {
  return next_end([user](const StreamSpec& spec) { return spec.user == user; }, now);
}

base::Duration Scheduler::next_end_of_account(base::UserId account, base::TimePoint now) const {
  return next_end([account](const StreamSpec& spec) { return account_of(spec) == account; }, now);
}

template <class Whose>
base::Duration Scheduler::next_end(const Whose& is_his, base::TimePoint now) const {
  std::optional<base::Duration> soonest;
  for (const auto& [id, stream] : streams_) {
    if (!is_his(stream.spec)) continue;
    const auto left = stream.playback.dry_at().value_or(now) - now + stream.planned_ahead + stream.unplanned;
    soonest = std::min(soonest.value_or(left), left);
  }
  return soonest.value_or(base::Duration{});
}

base::Duration Scheduler::predicted_start(VoiceId voice, base::TimePoint now) const {
  const auto own = start_time(voice);
  const bool idle = std::ranges::any_of(workers_, [](const auto& entry) { return entry.second.jobs.empty(); });
  if (idle && ready_.empty() && start_dues_.empty()) return own;
  Stream newcomer;
  newcomer.arrival = newcomer.start_tag = now;
  const auto turn = due(newcomer);
  base::Duration ahead{};
  for (const auto* queue : {&ready_, &start_dues_}) {
    for (const auto& key : *queue) {
      if (key.due > turn) break;
      const Stream& stream = streams_.at(key.stream);
      const auto model = cost(stream.spec.voice);
      ahead += stream.waiting ? start_cost(stream.spec.voice)
                              : model.render_cost(std::min(options_.chunk_max, stream.planned_ahead));
    }
  }
  for (const auto& [id, job] : jobs_) ahead += cost(job.cost.voice).render_cost(options_.chunk_max) / 2;
  return ahead / worker_count() + own;
}

base::Duration Scheduler::start_cost(VoiceId voice) const {
  const auto model = cost(voice);
  return model.plan_cost(kTypicalSegment) + model.render_cost(cushion(options_, model, worker_count()));
}

base::Duration Scheduler::start_time(VoiceId voice, base::Duration first_segment) const {
  const auto model = pace(voice);
  return model.plan_cost(first_segment) + model.render_cost(cushion(options_, cost(voice), worker_count()));
}

base::Duration Scheduler::next_segment(const Stream& stream) {
  const bool is_known = stream.segments_planned == 0 && stream.spec.first_segment > base::Duration::zero();
  return std::min(stream.unplanned, is_known ? stream.spec.first_segment : kTypicalSegment);
}

void Scheduler::append_demand(const Stream& stream, base::TimePoint now, std::vector<DemandLine>& lines) const {
  if (idle(stream) || stream.blocked) return;
  const auto model = cost(stream.spec.voice);
  const auto kappa = cushion(options_, model, worker_count());
  auto left = stream.planned_ahead + stream.unplanned;
  auto unplanned = stream.unplanned;
  auto dry_at = stream.playback.dry_at();
  if (!dry_at) {
    // Its start is due as a whole: the plan of the first segment and the first chunk.
    const auto first = std::min(left, kappa);
    const auto planned_first = next_segment(stream);
    const auto start = model.plan_cost(planned_first) + model.render_cost(first);
    lines.push_back(
        {.due = stream.arrival + options_.first_audio_target - options_.guard, .first = start, .total = start});
    const auto speed = pace(stream.spec.voice);
    dry_at = std::max(now, stream.arrival) + options_.start_slack + speed.plan_cost(planned_first) +
             speed.render_cost(first) + first;
    left -= first;
    unplanned -= planned_first;
  }
  if (left <= base::Duration::zero()) return;
  const auto chunk = std::min(left, options_.chunk_max);
  const auto plan = unplanned > base::Duration::zero() ? model.plan_cost(unplanned) : base::Duration{};
  const double chunks = base::to_seconds(left) / base::to_seconds(chunk);
  const double per_chunk = base::to_seconds(model.render_cost(chunk)) + base::to_seconds(plan) / chunks;
  lines.push_back({.due = *dry_at - kappa,
                   .first = base::from_seconds(per_chunk),
                   .rate = per_chunk / base::to_seconds(chunk),
                   .total = base::from_seconds(per_chunk * chunks)});
}

CostModel Scheduler::cost(VoiceId voice, DeviceId device) const {
  return costs_.model({.voice = voice, .device = device, .busy = worker_count()});
}

CostModel Scheduler::cost(VoiceId voice) const { return mean(&CostBook::model, voice); }

CostModel Scheduler::pace(VoiceId voice) const { return mean(&CostBook::pace, voice); }

CostModel Scheduler::mean(ModelOf model, VoiceId voice) const {
  const auto on = [&](DeviceId device) {
    return (costs_.*model)({.voice = voice, .device = device, .busy = worker_count()});
  };
  if (devices_.size() <= 1) return on(devices_.empty() ? DeviceId{} : devices_.begin()->first);
  // A worker-second of a mixed cell does the mean of what its workers do in one.
  CostModel::Prior mean{.fixed = {}, .ratio = 0, .plan_ratio = 0};
  double speed = 0;
  double planning = 0;
  std::uint32_t workers = 0;
  for (const auto& [device, count] : devices_) workers += count;
  for (const auto& [device, count] : devices_) {
    const auto one = on(device);
    mean.fixed += one.fixed() * count / workers;
    speed += count / one.ratio() / workers;
    planning += count / one.prior().plan_ratio / workers;
  }
  mean.ratio = 1 / speed;
  mean.plan_ratio = 1 / planning;
  return CostModel(mean);
}

std::uint32_t Scheduler::worker_count() const {
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, workers()));
}

base::Duration Scheduler::start_spacing(const Stream& stream) const {
  return base::from_seconds(base::to_seconds(start_cost(stream.spec.voice)) * static_cast<double>(accounts_.waiting()) /
                            worker_count() / stream.spec.weight);
}

}  // namespace antiphon::scheduler
