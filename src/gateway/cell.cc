#include "gateway/cell.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "runtime/log.h"

namespace antiphon::gateway {

Cell::Cell(runtime::Executor executor, runtime::Clock& clock, Probe& probe, CellOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      probe_(probe),
      options_(std::move(options)),
      voices_(options_.voices),
      scheduler_(options_.scheduling),
      desk_(scheduler_),
      costly_texts_({.losses = options_.scheduling.worker_losses_per_job}),
      lengths_(options_.voices.size()),
      spoken_(options_.voices.size()),
      ready_(executor_),
      idle_(executor_),
      processes_(executor_, options_.worker),
      fleet_(executor_, clock_, options_.source == nullptr ? processes_ : *options_.source, voices_, *this,
             {.pool = options_.pool,
              .voices_per_worker = options_.voices_per_worker,
              .gpu = options_.gpu,
              .remote = options_.remote}),
      tasks_(executor_) {
  for (const auto& voice : options_.voices) {
    if (voice.cost) scheduler_.set_prior(number(voice.id), *voice.cost);
  }
}

Cell::~Cell() { ANTIPHON_CHECK(streams_.empty(), "streams are closed before their cell"); }

void Cell::start() {
  fleet_.start();
  tasks_.spawn(watch());
}

runtime::Awaitable<bool> Cell::wait_ready() {
  while (ready_workers() == 0) {
    if (!co_await ready_.wait()) co_return false;
  }
  co_return true;
}

runtime::Awaitable<> Cell::wait_idle() {
  const auto busy = [](const auto& entry) { return !entry.second->idle(); };
  while (std::ranges::any_of(streams_, busy)) {
    if (!co_await idle_.wait()) co_return;
  }
}

runtime::Awaitable<> Cell::watch() {
  while (co_await runtime::sleep_for(clock_, std::chrono::seconds(1))) end_stalled();
}

void Cell::end_stalled() {
  const auto now = clock_.now();
  const auto streams = streams_;
  for (const auto& [id, stream] : streams) {
    if (stream->idle() || !stream->entry()) continue;
    const bool wants = stream->end() == SpeechStream::End::kNotYet && stream->waiting().value == 0;
    if (wants && now - stream->progress() >= options_.stream_stall_limit) {
      fail(*stream, {.code = Errc::kStalled, .message = "no worker rendered it in time"});
    }
  }
  act();
}

runtime::Awaitable<> Cell::stop() {
  stopping_ = true;
  next_consultation_.reset();
  co_await fleet_.stop();
  tasks_.cancel();
  co_await tasks_.join();
  const auto left = streams_;
  for (const auto& [id, stream] : left) fail(*stream, {.code = Errc::kWorkerLost, .message = "the server is stopping"});
}

std::vector<std::int16_t> Cell::take(SpeechStream& stream) {
  auto pcm = stream.take();
  stream.progressed(clock_.now());
  scheduler_.unblock_stream(stream.id(), base::playing_time({pcm.size()}, stream.spec().rate), clock_.now());
  act();
  return pcm;
}

base::Duration Cell::oldest_job_age() const {
  base::Duration oldest{};
  for (const auto& [id, job] : jobs_) oldest = std::max(oldest, clock_.now() - job.progress);
  return oldest;
}

void Cell::pool_due() {
  act();
  fleet_.update_pool({.load = scheduler_.load(),
                      .start_wait = scheduler_.start_wait(clock_.now()),
                      .refusals = capacity_refusals_,
                      .calls = desk_.calls()});
}

void Cell::act() {
  do {
    if (room_changed_) consult_desk();
    act_on_schedule();
  } while (room_changed_);
  fleet_.set_streams_under_way(scheduler_.streams());
}

void Cell::act_on_schedule() {
  for (auto actions = scheduler_.poll(clock_.now()); !actions.empty(); actions = scheduler_.poll(clock_.now())) {
    for (const auto& action : actions) std::visit([this](const auto& body) { perform(body); }, action);
  }
}

void Cell::perform(const scheduler::Dispatch& dispatch) {
  SpeechStream& stream = *streams_.at(dispatch.stream);
  const bool plans = dispatch.kind == scheduler::JobKind::kPlan;
  const auto text = plans ? hash_of(stream, *stream.utterance().next()) : 0;
  if (plans && costly_texts_.refuses(text, clock_.now())) {
    refuse_text(stream);
    // The job is taken back before its stream goes: it was never sent, so there is nothing to cancel or to learn.
    scheduler_.plan_again(dispatch.job);
    unschedule(stream);
    return;
  }
  jobs_.emplace(dispatch.job, Job{.stream = dispatch.stream,
                                  .worker = dispatch.worker,
                                  .kind = dispatch.kind,
                                  .progress = clock_.now(),
                                  .grains_left = dispatch.grains,
                                  .text = text});
  const auto& spoken = voice(stream.spec().voice_id);
  worker_pool::StallJudge::Work work;
  if (dispatch.learnt) work = {.wall_p95 = dispatch.p95.wall, .cpu_p95 = dispatch.p95.cpu};
  const auto number = dispatch.job.value;
  if (plans) {
    // What a plan costs goes by its text, of which a segment of faster speech holds more: see text::limit_of().
    const double more_text = std::clamp(static_cast<double>(stream.spec().speed), 1.0, 2.0);
    work.wall_p95 = base::from_seconds(base::to_seconds(work.wall_p95) * more_text);
    work.cpu_p95 = base::from_seconds(base::to_seconds(work.cpu_p95) * more_text);
    auto job = stream.plan_job(dispatch.job);
    job.patience_us = base::to_microseconds(plan_patience(dispatch.stream));
    fleet_.send_job(dispatch.worker, spoken, number, std::move(job), work);
  } else {
    auto job = stream.render_job(dispatch.job, dispatch.first_grain, dispatch.grains);
    add_company(dispatch, job);
    fleet_.send_job(dispatch.worker, spoken, number, std::move(job), work);
  }
}

void Cell::add_company(const scheduler::Dispatch& dispatch, wire::RenderJob& job) const {
  job.alone = dispatch.alone;
  job.company = static_cast<std::uint32_t>(std::min<std::size_t>(scheduler_.streams(), wire::Limits::kPlaces));
  job.patience_us = base::to_microseconds(patience(dispatch.stream));
}

base::Duration Cell::patience(base::StreamId stream) const {
  const auto* const playback = scheduler_.playback(stream);
  const auto dry_at = playback == nullptr ? std::nullopt : playback->dry_at();
  return dry_at ? *dry_at - clock_.now() - options_.scheduling.guard : base::Duration{};
}

base::Duration Cell::plan_patience(base::StreamId stream) const {
  // Others' plans, which may be more urgent, wait for this one in the scheduler: so it waits for no longer than a job.
  const auto longest = options_.scheduling.longest_job;
  return std::min(patience(stream) + scheduler_.left_of(stream).planned - 2 * longest, longest);
}

void Cell::perform(const scheduler::CancelJob& cancel) { fleet_.cancel_job(cancel.worker, cancel.job.value); }

void Cell::perform(const scheduler::StreamDone& done) {
  room_changed_ = true;
  if (const auto it = streams_.find(done.stream); it != streams_.end()) it->second->complete();
}

void Cell::perform(const scheduler::StreamFailed& failed) {
  room_changed_ = true;
  const auto it = streams_.find(failed.stream);
  if (it == streams_.end()) return;
  switch (failed.reason) {
    case scheduler::FailureReason::kWorkersLost:
      it->second->fail({.code = Errc::kWorkerLost, .message = "the workers that rendered it ended unexpectedly"});
      return;
    case scheduler::FailureReason::kJobFailed:
      it->second->fail({.code = Errc::kEngineFailed, .message = "the worker could not compute it"});
      return;
    case scheduler::FailureReason::kShed:
      it->second->fail({.code = Errc::kShed, .message = "The server lost the room that it had for this request."});
      return;
  }
}

void Cell::fail(SpeechStream& stream, Error error) {
  runtime::log_error("stream_failed", {{"stream", stream.id().value}, {"reason", error.message}});
  stream.fail(std::move(error));
  unschedule(stream);
}

void Cell::unschedule(const SpeechStream& stream) {
  scheduler_.cancel_stream(stream.id(), clock_.now());
  fleet_.set_streams_under_way(scheduler_.streams());
}

void Cell::reload(const std::vector<fleet::Voice>& voices) {
  const auto known = voices_.all().size();
  voices_.serve(voices);
  for (const auto& voice : voices_.all().subspan(known)) {
    lengths_.emplace_back();
    spoken_.push_back(false);
    if (voice.cost) scheduler_.set_prior(number(voice.id), *voice.cost);
  }
  fleet_.check_voices();
  fleet_.reset_faults();
}

const fleet::Voice& Cell::voice(const std::string& id) const { return voices_.all()[voices_.number(id)]; }

scheduler::VoiceId Cell::number(const std::string& id) const { return {voices_.number(id)}; }

}  // namespace antiphon::gateway
