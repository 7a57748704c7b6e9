#include <algorithm>
#include <string>
#include <utility>

#include "dispatch/cell.h"

// What the cell shows to those that watch it.

namespace antiphon::dispatch {
namespace {

LiveStream::State state_of(const SpeechStream& stream) {
  if (stream.end() != SpeechStream::End::kNotYet) return LiveStream::State::kEnding;
  return stream.entry() ? LiveStream::State::kStarted : LiveStream::State::kWaiting;
}

LiveWorker live_worker(fleet::WorkerStatus status) {
  LiveWorker worker{.id = status.worker,
                    .state = status.state,
                    .queue = status.queue,
                    .rendered = status.rendered,
                    .busy = status.busy,
                    .memory = status.resident,
                    .voices = std::move(status.voices),
                    .jobs_done = status.jobs,
                    .pid = status.pid};
  if (status.remote) worker.node = status.remote->id.substr(0, status.remote->id.rfind('/'));
  return worker;
}

}  // namespace

void Cell::note_done(const RunningJob& job) {
  if (!live_.is_read()) return;
  const auto now = clock_.now();
  const auto begin = job.begun.value_or(now);
  live_.add(LiveJob{.stream = job.stream,
                    .worker = job.worker,
                    .kind = job.kind,
                    .begin = begin,
                    .duration = now - begin,
                    .audio = job.audio});
}

LiveStream Cell::live_stream(const SpeechStream& stream) const {
  const auto now = clock_.now();
  const auto& spec = stream.spec();
  return {.id = stream.id(),
          .user = static_cast<std::uint32_t>(text_key_.hash_of("user", std::to_string(spec.user.value))),
          .voice = spec.voice_id,
          .state = state_of(stream),
          .buffer = std::max(stream.underrun_at().value_or(now) - now, base::Duration{}),
          .rendered = base::playing_time(stream.rendered(), spec.rate),
          .delivered = stream.delivered(),
          .age = now - stream.opened_at()};
}

LiveStreams Cell::live_streams() const {
  LiveStreams live{.total = streams_.size(),
                   .load = {.promised = scheduler().load(),
                            .streams = scheduler().streams(),
                            .waiting = waiting(),
                            .degradation = std::to_underlying(scheduler().degradation().level())}};
  std::vector<base::StreamId> shown;
  shown.reserve(streams_.size());
  for (const auto& [id, stream] : streams_) shown.push_back(id);
  const auto count = std::min(shown.size(), LiveStreams::kMost);
  std::ranges::partial_sort(shown, shown.begin() + static_cast<std::ptrdiff_t>(count));
  shown.resize(count);
  std::unordered_map<base::StreamId, base::WorkerId> workers;
  for (const auto& [id, job] : jobs_) workers.emplace(job.stream, job.worker);
  for (const auto id : shown) {
    auto& stream = live.streams.emplace_back(live_stream(*streams_.at(id)));
    if (const auto worker = workers.find(id); worker != workers.end()) stream.worker = worker->second;
  }
  return live;
}

std::vector<LiveWorker> Cell::live_workers() const {
  std::unordered_map<base::WorkerId, const RunningJob*> begun;
  for (const auto& [id, job] : jobs_) {
    if (!job.begun) continue;
    const auto [entry, is_first] = begun.emplace(job.worker, &job);
    if (!is_first && *job.begun < *entry->second->begun) entry->second = &job;
  }
  const auto slots = fleet_.pool().slots();
  std::vector<LiveWorker> workers;
  for (auto& status : fleet_.status()) {
    const bool was_used = status.remote || slots[status.slot].starts() > 0;
    if (!was_used || status.state == worker_pool::SlotState::kEmpty) continue;
    auto& worker = workers.emplace_back(live_worker(std::move(status)));
    if (const auto job = begun.find(worker.id); job != begun.end()) worker.job = job->second->stream;
  }
  return workers;
}

}  // namespace antiphon::dispatch
