#include "dispatch/live_snapshot.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::dispatch {
namespace {

using nlohmann::json;

/// To a ten-thousandth, so that its text is short.
double rounded(double value) {
  constexpr double kParts = 10'000;
  return std::round(value * kParts) / kParts;
}

double seconds(base::Duration duration) { return rounded(base::to_seconds(duration)); }

template <class T>
json number_or_null(const std::optional<T>& id) {
  return id ? json(id->value) : json(nullptr);
}

std::string event_of(const json& data) {
  // What is not UTF-8 can only come from the id of a voice or the name of another machine or cell.
  return fmt::format("event: snapshot\ndata: {}\n\n", data.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string_view name_of(LiveStream::State state) {
  switch (state) {
    case LiveStream::State::kWaiting:
      return "waiting";
    case LiveStream::State::kStarted:
      return "started";
    case LiveStream::State::kEnding:
      return "ending";
  }
  std::unreachable();
}

json entry_of(const LiveStream& stream) {
  return {{"id", std::to_string(stream.id.value)},
          {"user", fmt::format("{:08x}", stream.user)},
          {"voice", stream.voice},
          {"state", name_of(stream.state)},
          {"buffer_s", seconds(stream.buffer)},
          {"rendered_s", seconds(stream.rendered)},
          {"delivered_s", seconds(stream.delivered)},
          {"worker", number_or_null(stream.worker)},
          {"age_s", seconds(stream.age)}};
}

json entry_of(const LiveJob& job, base::TimePoint start) {
  return {{"worker", job.worker.value},
          {"stream", std::to_string(job.stream.value)},
          {"kind", job.kind == scheduler::JobKind::kPlan ? "plan" : "chunk"},
          {"begin_s", seconds(job.begin - start)},
          {"duration_s", seconds(job.duration)},
          {"audio_s", seconds(job.audio)}};
}

/// What a worker is to those that watch it.
std::string_view state_of(const LiveWorker& worker) {
  using enum worker_pool::SlotState;
  switch (worker.state) {
    case kStarting:
    case kWaiting:
      return "starting";
    case kSpare:
    case kActive:
      return worker.queue > 0 ? "busy" : "ready";
    case kRetiring:
    case kEnding:
    case kEmpty:
      return "draining";
    case kQuarantined:
    case kGivenUp:
      return "suspect";
  }
  std::unreachable();
}

json entry_of(const LiveWorker& worker) {
  return {{"id", worker.id.value},
          {"kind", worker.node ? "remote" : "local"},
          {"node", worker.node.value_or("")},
          {"state", state_of(worker)},
          {"slot_state", worker_pool::name_of(worker.state)},
          {"rtf", worker.rtf ? json(rounded(*worker.rtf)) : json(nullptr)},
          {"memory_bytes", worker.memory > 0 ? json(worker.memory) : json(nullptr)},
          {"voices", worker.voices},
          {"job", worker.job ? json(std::to_string(worker.job->value)) : json(nullptr)},
          {"jobs_done", worker.jobs_done},
          {"pid", worker.pid > 0 ? json(worker.pid) : json(nullptr)}};
}

std::string_view state_of(const progress::KnownCell& cell) {
  if (cell.is_silent) return "silent";
  switch (cell.figures.phase) {
    case progress::CellFigures::Phase::kServing:
      return "serving";
    case progress::CellFigures::Phase::kDraining:
      return "draining";
  }
  std::unreachable();
}

json entry_of(const progress::KnownCell& cell) {
  constexpr double kWhole = 100;
  return {{"name", cell.name},
          {"own", cell.place == progress::KnownCell::Place::kHere},
          {"state", state_of(cell)},
          {"workers", cell.figures.workers},
          {"streams", cell.figures.streams},
          {"waiting", cell.figures.waiting},
          {"spare", cell.figures.spare_percent / kWhole},
          {"age_s", seconds(cell.age)}};
}

}  // namespace

void RecentCost::observe(std::span<LiveWorker> workers) {
  std::unordered_map<base::WorkerId, Past> seen;
  for (auto& worker : workers) {
    const auto before = past_.find(worker.id);
    auto past = before != past_.end() ? before->second : Past{};
    const auto rendered = worker.rendered - past.rendered;
    const bool is_first = !past.rtf && rendered > base::Duration::zero();
    if (is_first || rendered >= kSpan) {
      past = {.rendered = worker.rendered,
              .busy = worker.busy,
              .rtf = base::to_seconds(worker.busy - past.busy) / base::to_seconds(rendered)};
    }
    worker.rtf = past.rtf;
    seen.emplace(worker.id, past);
  }
  past_ = std::move(seen);
}

std::string streams_event(const LiveStreams& live, std::span<const LiveJob> jobs, std::span<const LiveRefusal> refusals,
                          base::TimePoint start, base::TimePoint now) {
  auto streams = json::array();
  for (const auto& stream : live.streams) streams.push_back(entry_of(stream));
  auto grains = json::array();
  for (const auto& job : jobs) grains.push_back(entry_of(job, start));
  auto refused = json::array();
  for (const auto& refusal : refusals) {
    refused.push_back({{"time_s", seconds(refusal.at - start)},
                       {"reason", refusal.reason},
                       {"retry_after_s", seconds(refusal.retry_after)}});
  }
  return event_of({{"time_s", seconds(now - start)},
                   {"streams", std::move(streams)},
                   {"streams_total", live.total},
                   {"grains", std::move(grains)},
                   {"load",
                    {{"promised", rounded(live.load.promised)},
                     {"limit", 1.0},
                     {"streams", live.load.streams},
                     {"waiting", live.load.waiting},
                     {"degradation", live.load.degradation}}},
                   {"refusals", std::move(refused)}});
}

std::string workers_event(std::span<const LiveWorker> workers, std::span<const progress::KnownCell> cells,
                          base::Duration since_start) {
  auto entries = json::array();
  for (const auto& worker : workers) entries.push_back(entry_of(worker));
  auto known = json::array();
  for (const auto& cell : cells) known.push_back(entry_of(cell));
  return event_of({{"time_s", seconds(since_start)}, {"workers", std::move(entries)}, {"cells", std::move(known)}});
}

}  // namespace antiphon::dispatch
