#include "scheduler/worker_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {

using records::Stream;
using records::Worker;

void WorkerTable::add(base::WorkerId worker, std::uint32_t depth, DeviceId device, std::uint32_t places) {
  ANTIPHON_CHECK(places >= 1 && depth >= places, "queue depth");
  const bool added =
      workers_.try_emplace(worker, Worker{.depth = depth, .places = places, .device = device, .jobs = {}, .voices = {}})
          .second;
  ANTIPHON_CHECK(added, "worker id is new");
  ++devices_[device];
  places_ += places;
}

void WorkerTable::set_depth(base::WorkerId id, std::uint32_t depth) {
  ANTIPHON_CHECK(depth >= 1, "queue depth");
  if (Worker* worker = find(id)) worker->depth = worker->places + depth - 1;
}

void WorkerTable::voice_loaded(base::WorkerId id, VoiceId voice) {
  if (Worker* worker = find(id)) worker->voices.insert(voice);
}

void WorkerTable::voice_unloaded(base::WorkerId id, VoiceId voice) {
  if (Worker* worker = find(id)) worker->voices.erase(voice);
}

void WorkerTable::voice_lacking(base::WorkerId id, VoiceId voice) {
  if (Worker* worker = find(id)) worker->lacks.insert(voice);
}

void WorkerTable::retire(base::WorkerId id) {
  Worker* worker = find(id);
  if (worker == nullptr || std::exchange(worker->retiring, true)) return;
  ++retiring_;
  places_ -= worker->places;
}

std::optional<Worker> WorkerTable::remove(base::WorkerId id) {
  const auto it = workers_.find(id);
  if (it == workers_.end()) return std::nullopt;
  auto worker = std::move(it->second);
  workers_.erase(it);
  if (const auto device = devices_.find(worker.device); --device->second == 0) devices_.erase(device);
  if (worker.retiring) {
    --retiring_;
  } else {
    places_ -= worker.places;
  }
  return worker;
}

void WorkerTable::begin_job(base::WorkerId id, base::JobId job, JobKind kind) {
  Worker& worker = workers_.at(id);
  worker.jobs.insert(job);
  if (kind == JobKind::kPlan) ++worker.plans;
  placed_last_ = id;
}

void WorkerTable::end_job(base::WorkerId id, base::JobId job, JobKind kind, base::TimePoint now) {
  Worker& worker = workers_.at(id);
  worker.jobs.erase(job);
  if (kind == JobKind::kPlan) --worker.plans;
  worker.free_since = std::max(worker.free_since, now);
}

std::optional<base::WorkerId> WorkerTable::place(const Stream& stream, JobKind kind) const {
  std::optional<Rank> best;
  for (const auto& [id, worker] : workers_) {
    if (worker.retiring || worker.jobs.size() >= worker.depth || worker.lacks.contains(stream.spec.voice)) continue;
    // A worker gets no more plans than if it had one place: chunks are to have the others.
    const bool one_at_a_time = kind == JobKind::kPlan && worker.places > 1;
    if (one_at_a_time && worker.plans > worker.depth - worker.places) continue;
    const auto candidate = rank(stream, id, worker);
    if (!best || candidate < *best) best = candidate;
  }
  if (!best) return std::nullopt;
  return std::get<base::WorkerId>(*best);
}

bool WorkerTable::has_room_for_chunks() const {
  return std::ranges::any_of(workers_, [](const auto& entry) {
    const auto& worker = entry.second;
    return !worker.retiring && worker.places > 1 && worker.jobs.size() < worker.depth;
  });
}

std::size_t WorkerTable::jobs_of(base::WorkerId worker) const {
  const auto it = workers_.find(worker);
  return it == workers_.end() ? 0 : it->second.jobs.size();
}

std::uint32_t WorkerTable::count() const { return static_cast<std::uint32_t>(std::max<std::size_t>(1, size())); }

std::uint32_t WorkerTable::busy() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(workers_, [](const auto& entry) { return !entry.second.jobs.empty(); }));
}

bool WorkerTable::any_idle() const {
  return std::ranges::any_of(workers_, [](const auto& entry) { return entry.second.jobs.empty(); });
}

WorkerTable::Rank WorkerTable::rank(const Stream& stream, base::WorkerId id, const Worker& worker) const {
  switch (placement_) {
    case Placement::kAffinity:
      break;
    case Placement::kLeastLoaded:
      return {worker.jobs.size(), 0, 0, id};
    case Placement::kRoundRobin:
      return {id > placed_last_ ? 0 : 1, 0, 0, id};
  }
  return {worker.voices.contains(stream.spec.voice) ? 0 : 1, stream.last_worker == id ? 0 : 1, worker.jobs.size(), id};
}

Worker* WorkerTable::find(base::WorkerId worker) {
  const auto it = workers_.find(worker);
  return it == workers_.end() ? nullptr : &it->second;
}

}  // namespace antiphon::scheduler
