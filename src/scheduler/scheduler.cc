#include "scheduler/scheduler.h"

#include <tuple>
#include <utility>

#include "base/check.h"
#include "scheduler/next_job.h"

namespace antiphon::scheduler {

using records::Job;

Scheduler::Scheduler(Options options)
    : options_(std::move(options)),
      workers_(options_.placement),
      queue_(options_),
      costs_(options_, workers_),
      demand_(options_, workers_, costs_),
      load_(options_, streams_, queue_),
      selector_({.options = options_,
                 .workers = workers_,
                 .streams = streams_,
                 .queue = queue_,
                 .costs = costs_,
                 .load = load_}),
      predictions_({.options = options_,
                    .workers = workers_,
                    .streams = streams_,
                    .queue = queue_,
                    .jobs = jobs_,
                    .costs = costs_,
                    .demand = demand_}) {
  ANTIPHON_CHECK(options_.validate().has_value(), "scheduler options");
}

void Scheduler::add_worker(base::WorkerId worker, std::uint32_t depth, DeviceId device, std::uint32_t places) {
  workers_.add(worker, depth, device, places);
  costs_.book().add_worker(device);
}

void Scheduler::remove_worker(base::WorkerId worker, base::TimePoint now) {
  const auto removed = workers_.remove(worker);
  if (!removed) return;
  costs_.book().remove_worker(removed->device);
  for (const auto id : removed->jobs) {
    const Job& job = jobs_.at(id);
    Stream* stream = stream_of(job);
    const bool at_work = job.started || !job.loaded;
    jobs_.erase(id);
    if (stream == nullptr) continue;
    stream->job.reset();
    if (at_work) ++stream->losses;
    if (stream->losses >= options_.worker_losses_per_job) {
      pending_.emplace_back(StreamFailed{stream->spec.id});
      forget(stream->spec.id, now);
    } else {
      after_render(*stream, now);
    }
  }
}

void Scheduler::add_stream(const StreamSpec& spec, base::TimePoint now) {
  Stream& stream = streams_.add(spec, now);
  accounts_.enter(spec);
  if (stream.text_ready) begin_waiting(stream, now);
  enqueue(stream);
}

void Scheduler::text_arrived(base::StreamId id, base::Duration expected, base::TimePoint now) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || !stream->text_left) return;
  stream->unplanned = expected;
  if (stream->text_ready) return;
  const bool was_idle = is_idle(*stream);
  stream->text_ready = true;
  if (was_idle) {
    const auto underrun_at = stream->playback.underrun_at();
    if (underrun_at && *underrun_at <= now + options_.guard) stream->playback.pause();
    if (!stream->playback.started()) begin_waiting(*stream, now);
  }
  enqueue(*stream);
}

void Scheduler::text_ended(base::StreamId id, base::TimePoint now) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || stream->text_ready) return;
  stream->text_left = false;
  if (!stream->job) finish_if_done(*stream, now);
}

void Scheduler::cancel_stream(base::StreamId id, base::TimePoint now) {
  const Stream* stream = streams_.find(id);
  if (stream == nullptr) return;
  if (stream->job) {
    Job& job = jobs_.at(*stream->job);
    job.cancelled = true;
    pending_.emplace_back(CancelJob{*stream->job, job.worker});
  }
  forget(id, now);
}

void Scheduler::block_stream(base::StreamId id) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr) return;
  stream->blocked = true;
  queue_.dequeue(*stream);
}

void Scheduler::unblock_stream(base::StreamId id, base::Duration taken, base::TimePoint now) {
  Stream* stream = streams_.find(id);
  if (stream == nullptr || !stream->blocked) return;
  stream->blocked = false;
  stream->playback.excuse_until(now + taken);
  enqueue(*stream);
}

void Scheduler::started(base::JobId id) {
  if (Job* job = jobs_.find(id)) job->started = true;
}

void Scheduler::planned(base::JobId id, const PlanOutcome& outcome, base::TimePoint now) {
  Job* job = jobs_.find(id, JobKind::kPlan);
  if (job == nullptr) return;
  base::Duration audio{};
  for (const auto grain : outcome.grains) audio += grain;
  charge(*job, outcome.took);
  costs_.book().observe_plan(job->cost, audio, occupied(*job, workers_.at(job->worker), now));
  Stream* stream = stream_of(*job);
  end_job(id, now);
  if (stream == nullptr) return;
  stream->losses = 0;
  stream->text_ready = outcome.more_text;
  stream->text_left = outcome.more_text || outcome.awaits_text;
  stream->unplanned = outcome.expected;
  if (!outcome.grains.empty()) {
    if (stream->segments_planned == 0) {
      costs_.saw_start(stream->spec.voice, outcome.grains.front() - outcome.first_silence);
    }
    stream->segments.push_back(
        {.index = stream->segments_planned++, .grains = {outcome.grains.begin(), outcome.grains.end()}, .next = 0});
    stream->planned_ahead += audio;
  }
  finish_if_done(*stream, now);
}

void Scheduler::plan_again(base::JobId id) {
  const Job* job = jobs_.find(id, JobKind::kPlan);
  if (job == nullptr) return;
  Stream* stream = stream_of(*job);
  end_job(id, job->begun);
  if (stream != nullptr) enqueue(*stream);
}

void Scheduler::job_failed(base::JobId id, base::TimePoint now) {
  const Job* job = jobs_.find(id);
  if (job == nullptr) return;
  const Stream* stream = stream_of(*job);
  end_job(id, now);
  if (stream == nullptr) return;
  const auto failed = stream->spec.id;
  pending_.emplace_back(StreamFailed{.stream = failed, .reason = FailureReason::kJobFailed});
  forget(failed, now);
}

void Scheduler::grain_rendered(base::JobId id, WorkTime took, base::TimePoint now) {
  Job* job = jobs_.find(id, JobKind::kRender);
  if (job == nullptr || job->grains_left == 0) return;
  --job->grains_left;
  charge(*job, took);
  Stream* stream = stream_of(*job);
  if (stream == nullptr) return;
  auto& segment = stream->segments.front();
  const auto audio = segment.grains[segment.next++];
  job->audio += audio;
  stream->losses = 0;
  stream->planned_ahead -= audio;
  stream->playback.advance(audio, now);
  end_waiting(*stream);
}

void Scheduler::render_ended(base::JobId id, base::TimePoint now) {
  const Job* job = jobs_.find(id, JobKind::kRender);
  if (job == nullptr) return;
  Stream* stream = stream_of(*job);
  if (stream != nullptr && job->grains_left == 0) {
    costs_.book().observe_render(job->cost, job->audio, occupied(*job, workers_.at(job->worker), now));
  }
  end_job(id, now);
  if (stream != nullptr) after_render(*stream, now);
}

std::vector<Action> Scheduler::poll(base::TimePoint now) {
  for (const auto& member : accounts_.forget_idle(now, options_.user_memory)) queue_.forget(member);
  auto actions = std::exchange(pending_, {});
  while (const auto selected = selector_.next(now)) actions.emplace_back(dispatch(*selected, now));
  if (load_.is_due(now)) assess(now);
  for (auto& action : std::exchange(pending_, {})) actions.push_back(std::move(action));
  return actions;
}

Promised Scheduler::assess(base::TimePoint now) {
  auto promised = demand_.promised(streams_, now);
  load_.read(promised.curve, now);
  if (degradation().level() == Degradation::kShedding) shed(now);
  return promised;
}

Scheduler::Stream* Scheduler::stream_of(const Job& job) { return job.cancelled ? nullptr : streams_.find(job.stream); }

void Scheduler::begin_waiting(Stream& stream, base::TimePoint now) {
  end_waiting(stream);
  stream.waiting = true;
  accounts_.begin_waiting(stream.spec);
  stream.arrival = now;
  stream.start_tag = accounts_.take_start_tag(stream.spec, now, start_spacing(stream));
  stream.start_time = costs_.start_time(stream.spec.voice, next_segment(stream));
  stream.begun = false;
}

void Scheduler::end_waiting(Stream& stream) {
  if (std::exchange(stream.waiting, false)) accounts_.end_waiting(stream.spec);
}

base::Duration Scheduler::start_spacing(const Stream& stream) const {
  return base::from_seconds(base::to_seconds(costs_.start_cost(stream.spec.voice)) *
                            static_cast<double>(accounts_.waiting()) / workers_.count() / stream.spec.weight);
}

void Scheduler::enqueue(Stream& stream) {
  if (stream.blocked || stream.job || is_idle(stream)) return queue_.dequeue(stream);
  queue_.enqueue(stream, accounts_.served(stream.spec.user));
}

Dispatch Scheduler::dispatch(const JobSelector::Selection& selected, base::TimePoint now) {
  Stream& stream = streams_.at(selected.stream);
  queue_.begin(stream);
  const auto cost = selector_.cost_key(selected);
  const auto job = selector_.describe(selected, jobs_.new_id(), cost, now);
  if (job.kind == JobKind::kRender) ++stream.chunks;
  stream.job = job.job;
  stream.last_worker = job.worker;
  stream.last_turn = ++turn_;
  jobs_.add(job.job, {.stream = stream.spec.id,
                      .user = stream.spec.user,
                      .worker = job.worker,
                      .kind = job.kind,
                      .cost = cost,
                      .loaded = workers_.at(job.worker).voices.contains(stream.spec.voice),
                      .grains_left = job.grains,
                      .cancelled = false,
                      .started = false,
                      .begun = now,
                      .audio = {},
                      .took = {}});
  workers_.begin_job(job.worker, job.job, job.kind);
  return job;
}

void Scheduler::charge(Job& job, WorkTime took) {
  job.took.wall += took.wall;
  job.took.cpu += took.cpu;
  job.took.share += took.share;
  accounts_.charge(job.user, took.share);
}

void Scheduler::end_job(base::JobId id, base::TimePoint now) {
  const Job& job = jobs_.at(id);
  if (Stream* stream = stream_of(job)) stream->job.reset();
  workers_.end_job(job.worker, id, job.kind, now);
  jobs_.erase(id);
}

void Scheduler::after_render(Stream& stream, base::TimePoint now) {
  if (!stream.segments.empty() && stream.segments.front().next == stream.segments.front().grains.size()) {
    stream.segments.pop_front();
  }
  finish_if_done(stream, now);
}

void Scheduler::finish_if_done(Stream& stream, base::TimePoint now) {
  if (!stream.segments.empty() || stream.text_left) return enqueue(stream);
  pending_.emplace_back(StreamDone{stream.spec.id});
  forget(stream.spec.id, now);
}

void Scheduler::shed(base::TimePoint now) {
  const Stream* chosen = nullptr;
  const auto rank = [&](const Stream& stream) {
    const auto share = accounts_.streams_of_account(account_of(stream.spec)) / stream.spec.weight;
    return std::tuple(share, accounts_.streams_of_user(stream.spec.user), stream.spec.id);
  };
  for (const auto& [id, stream] : streams_) {
    if (!is_idle(stream) && (chosen == nullptr || rank(stream) > rank(*chosen))) chosen = &stream;
  }
  if (chosen == nullptr) return;
  const auto id = chosen->spec.id;
  pending_.emplace_back(StreamFailed{.stream = id, .reason = FailureReason::kShed});
  cancel_stream(id, now);
}

void Scheduler::forget(base::StreamId id, base::TimePoint now) {
  Stream& stream = streams_.at(id);
  queue_.dequeue(stream);
  end_waiting(stream);
  accounts_.leave(stream.spec, now);
  streams_.erase(id);
}

}  // namespace antiphon::scheduler
