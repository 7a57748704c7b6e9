#include "scheduler/cell_costs.h"

#include <algorithm>

#include "scheduler/chunk_rule.h"

namespace antiphon::scheduler {

void CellCosts::saw_start(VoiceId voice, base::Duration grain) {
  constexpr int kForget = 8;
  auto& start = starts_[voice];
  start = grain >= start ? grain : start - (start - grain) / kForget;
}

CostModel CellCosts::cost(VoiceId voice, DeviceId device) const {
  return book_.model({.voice = voice, .device = device, .busy = workers_.count()});
}

double CellCosts::slowness(VoiceId voice) const {
  double sum = 0;
  std::uint32_t workers = 0;
  for (const auto& [device, count] : workers_.devices()) {
    sum += count * book_.slowness({.voice = voice, .device = device, .busy = workers_.count()});
    workers += count;
  }
  return workers == 0 ? 1.0 : sum / workers;
}

base::Duration CellCosts::startup_buffer(VoiceId voice) const {
  const auto least = scheduler::startup_buffer(options_, cost(voice), workers_.count());
  const auto start = starts_.find(voice);
  return start == starts_.end() ? least : std::max(least, start->second);
}

base::Duration CellCosts::start_cost(VoiceId voice) const {
  const auto model = cost(voice);
  return model.plan_cost(kTypicalSegment) + model.render_cost(startup_buffer(voice));
}

base::Duration CellCosts::start_time(VoiceId voice, base::Duration first_segment) const {
  const auto model = pace(voice);
  return model.plan_cost(first_segment) + model.render_cost(startup_buffer(voice));
}

CostModel CellCosts::mean(ModelOf model, VoiceId voice) const {
  const auto on = [&](DeviceId device) {
    return (book_.*model)({.voice = voice, .device = device, .busy = workers_.count()});
  };
  const auto& devices = workers_.devices();
  if (devices.size() <= 1) return on(devices.empty() ? DeviceId{} : devices.begin()->first);
  // A worker-second of a mixed cell does the mean of what its workers do in one.
  CostModel::Prior mean{.fixed = {}, .ratio = 0, .plan_ratio = 0};
  double speed = 0;
  double planning = 0;
  std::uint32_t workers = 0;
  for (const auto& [device, count] : devices) workers += count;
  for (const auto& [device, count] : devices) {
    const auto one = on(device);
    mean.fixed += one.fixed() * count / workers;
    speed += count / one.ratio() / workers;
    planning += count / one.prior().plan_ratio / workers;
  }
  mean.ratio = 1 / speed;
  mean.plan_ratio = 1 / planning;
  return CostModel(mean);
}

}  // namespace antiphon::scheduler
