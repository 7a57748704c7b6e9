#include "dispatch/cell.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "runtime/log.h"

namespace antiphon::dispatch {

Cell::Cell(runtime::Executor executor, runtime::Clock& clock, Probe& probe, CellOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      probe_(probe),
      options_(std::move(options)),
      voices_(options_.voices),
      coordinator_({.scheduling = options_.scheduling, .pool = options_.pool}),
      lengths_(options_.voices.size()),
      spoken_(options_.voices.size()),
      ready_(executor_),
      idle_(executor_),
      processes_(executor_, options_.worker),
      fleet_(executor_, clock_, options_.source == nullptr ? processes_ : *options_.source, voices_, coordinator_,
             *this, {.voices_per_worker = options_.voices_per_worker, .gpu = options_.gpu, .remote = options_.remote}),
      tasks_(executor_) {
  for (const auto& voice : options_.voices) {
    if (voice.cost) coordinator_.set_prior(number(voice.id), *voice.cost);
  }
}

Cell::~Cell() { ANTIPHON_CHECK(streams_.empty(), "streams are closed before their cell"); }

void Cell::start() {
  fleet_.start();
  post(coordinator::Started{});
  act();
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
      fail(*stream, {.code = protocol::Errc::kStalled, .message = "no worker rendered it in time"});
    }
  }
  act();
}

runtime::Awaitable<> Cell::stop() {
  stopping_ = true;
  timer_.reset();
  co_await fleet_.stop();
  tasks_.cancel();
  co_await tasks_.join();
  const auto left = streams_;
  for (const auto& [id, stream] : left)
    fail(*stream, {.code = protocol::Errc::kWorkerLost, .message = "the server is stopping"});
}

std::vector<std::int16_t> Cell::take(SpeechStream& stream) {
  auto pcm = stream.take();
  stream.progressed(clock_.now());
  post(coordinator::StreamUnblocked{.stream = stream.id(),
                                    .taken = base::playing_time({pcm.size()}, stream.spec().rate)});
  act();
  return pcm;
}

base::Duration Cell::oldest_job_age() const {
  base::Duration oldest{};
  for (const auto& [id, job] : jobs_) oldest = std::max(oldest, clock_.now() - job.progress);
  return oldest;
}

void Cell::post(coordinator::Event event) {
  if (!stopping_) coordinator_.post(std::move(event));
}

void Cell::report(coordinator::Event event) {
  post(std::move(event));
  act();
}

void Cell::act() {
  if (stopping_ || std::exchange(acting_, true)) return;
  do {
    const auto commands = coordinator_.run(clock_.now());
    for (const auto& command : commands) std::visit([this](const auto& body) { perform(body); }, command);
    // A worker may be admitted by that, which is reported.
    if (!coordinator_.has_posted()) fleet_.set_streams_under_way(scheduler().streams());
  } while (coordinator_.has_posted());
  acting_ = false;
  arm_timer();
}

void Cell::arm_timer() {
  const auto next = coordinator_.next_wakeup();
  if (next == timer_at_ && timer_) return;
  timer_at_ = next;
  timer_.reset();
  if (next) timer_ = clock_.start_timer(executor_, *next, [this] { tick(); });
}

void Cell::tick() {
  timer_at_.reset();
  fleet_.measure_memory();
  coordinator::Tick tick;
  if (coordinator_.wants_readings(clock_.now())) tick.readings = fleet_.readings();
  post(std::move(tick));
  act();
}

void Cell::perform(const coordinator::Dispatch& dispatch) {
  SpeechStream& stream = *streams_.at(dispatch.job.stream);
  if (dispatch.job.kind == scheduler::JobKind::kPlan) {
    send_plan(dispatch, stream);
  } else {
    send_render(dispatch, stream);
  }
}

void Cell::send_plan(const coordinator::Dispatch& dispatch, SpeechStream& stream) {
  const auto text = hash_of(stream, *stream.utterance().next());
  if (coordinator_.costly_texts().refuses(text, clock_.now())) {
    refuse_text(stream);
    // The job is taken back before its stream goes: it was never sent, so there is nothing to cancel or to learn.
    post(coordinator::PlanRefused{.job = dispatch.job.job});
    unschedule(stream);
    return;
  }
  note_job(dispatch.job, text);
  auto job = stream.plan_job(dispatch.job.job);
  job.max_delay_us = base::to_microseconds(dispatch.max_delay);
  fleet_.send_job(dispatch.job.worker, voice(stream.spec().voice_id), dispatch.job.job.value, std::move(job),
                  dispatch.work);
}

void Cell::send_render(const coordinator::Dispatch& dispatch, SpeechStream& stream) {
  note_job(dispatch.job, coordinator::kNoText);
  auto job = stream.render_job(dispatch.job.job, dispatch.job.first_grain, dispatch.job.grains);
  job.exclusive = dispatch.job.exclusive;
  job.batch_hint = static_cast<std::uint32_t>(std::min<std::size_t>(dispatch.streams, wire::Limits::kPlaces));
  job.max_delay_us = base::to_microseconds(dispatch.max_delay);
  fleet_.send_job(dispatch.job.worker, voice(stream.spec().voice_id), dispatch.job.job.value, std::move(job),
                  dispatch.work);
}

void Cell::note_job(const scheduler::Dispatch& job, coordinator::TextId text) {
  jobs_.emplace(job.job, RunningJob{.stream = job.stream,
                                    .worker = job.worker,
                                    .kind = job.kind,
                                    .progress = clock_.now(),
                                    .grains_left = job.grains,
                                    .text = text});
}

void Cell::perform(const coordinator::CancelJob& cancel) { fleet_.cancel_job(cancel.worker, cancel.job.value); }

void Cell::perform(const coordinator::StreamDone& done) {
  if (const auto it = streams_.find(done.stream); it != streams_.end()) it->second->complete();
}

void Cell::perform(const coordinator::StreamFailed& failed) {
  const auto it = streams_.find(failed.stream);
  if (it == streams_.end()) return;
  switch (failed.reason) {
    case scheduler::FailureReason::kWorkersLost:
      it->second->fail(
          {.code = protocol::Errc::kWorkerLost, .message = "the workers that rendered it ended unexpectedly"});
      return;
    case scheduler::FailureReason::kJobFailed:
      it->second->fail({.code = protocol::Errc::kEngineFailed, .message = "the worker could not compute it"});
      return;
    case scheduler::FailureReason::kShed:
      it->second->fail(
          {.code = protocol::Errc::kShed, .message = "The server lost the room that it had for this request."});
      return;
  }
}

void Cell::perform(const coordinator::Promote& promote) {
  fleet_.perform(promote);
  ready_.notify_all();
}

void Cell::fail(SpeechStream& stream, protocol::Error error) {
  runtime::log_error("stream_failed", {{"stream", stream.id().value}, {"reason", error.message}});
  stream.fail(std::move(error));
  unschedule(stream);
}

void Cell::reload(const std::vector<fleet::Voice>& voices) {
  const auto known = voices_.all().size();
  voices_.serve(voices);
  for (const auto& voice : voices_.all().subspan(known)) {
    lengths_.emplace_back();
    spoken_.push_back(false);
    if (voice.cost) coordinator_.set_prior(number(voice.id), *voice.cost);
  }
  fleet_.check_voices();
  post(coordinator::FaultsReset{});
  act();
}

const fleet::Voice& Cell::voice(const std::string& id) const { return voices_.all()[voices_.number(id)]; }

scheduler::VoiceId Cell::number(const std::string& id) const { return {voices_.number(id)}; }

}  // namespace antiphon::dispatch
