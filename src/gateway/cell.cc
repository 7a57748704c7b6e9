#include "gateway/cell.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "engine/api/engine.h"
#include "runtime/log.h"

namespace antiphon::gateway {

namespace {

base::SampleCount samples_of(base::Duration duration, base::SampleRate rate) {
  return {static_cast<std::uint64_t>(duration.count()) * rate.hz / 1'000'000'000ULL};
}

}  // namespace

Cell::Cell(runtime::Executor executor, runtime::Clock& clock, Probe& probe, CellOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      probe_(probe),
      options_(std::move(options)),
      scheduler_(options_.scheduling),
      desk_(scheduler_),
      lengths_(options_.voices.size()),
      spoken_(options_.voices.size()),
      ready_(executor_),
      idle_(executor_),
      fleet_(executor_, clock_, *this,
             {.command = options_.worker,
              .pool = options_.pool,
              .voices_per_worker = options_.voices_per_worker,
              .gpu = options_.gpu,
              .remote = options_.remote}),
      tasks_(executor_) {
  ANTIPHON_CHECK(!options_.voices.empty(), "a cell has a voice");
  for (const auto& voice : options_.voices) {
    served_.push_back(voice.id);
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

void Cell::on_answer(base::WorkerId worker, wire::Message message) {
  std::visit(
      [&]<class M>(M&& body) {
        using Body = std::remove_cvref_t<M>;
        if constexpr (requires { body.job; }) {
          const auto job = jobs_.find(base::JobId{body.job});
          if (job == jobs_.end() || job->second.worker != worker) return;
          job->second.progress = clock_.now();
        }
        if constexpr (std::is_same_v<Body, wire::Started>) scheduler_.started(base::JobId{body.job});
        if constexpr (std::is_same_v<Body, wire::Planned>) on_planned(std::forward<M>(body));
        if constexpr (std::is_same_v<Body, wire::GrainDone>) on_grain(std::forward<M>(body));
        if constexpr (std::is_same_v<Body, wire::RenderDone>) end_render(body);
        if constexpr (std::is_same_v<Body, wire::Failed>) on_failed(body);
      },
      std::move(message));
  act();
}

worker_pool::Sample Cell::demand() {
  act();
  return {.load = scheduler_.load(),
          .start_wait = scheduler_.start_wait(clock_.now()),
          .refusals = capacity_refusals_,
          .calls = calls_};
}

void Cell::on_planned(wire::Planned planned) {
  const base::JobId id{planned.job};
  SpeechStream* stream = stream_of(id);
  jobs_.erase(id);
  const scheduler::WorkTime took(base::from_microseconds(planned.wall_us), base::from_microseconds(planned.cpu_us));
  probe_.job(scheduler::JobKind::kPlan, took);
  if (stream == nullptr) {
    scheduler_.planned(id, {.took = took}, clock_.now());
    return;
  }
  const auto rate = stream->spec().rate;
  const auto& segment = *stream->utterance().next();
  const auto pause = samples_of(segment.pause_after, rate);
  std::vector<base::Duration> grains;
  for (const auto& grain : planned.grains) grains.push_back(base::playing_time({grain.samples}, rate));
  learn_length(*stream, segment, grains);
  grains.back() += base::playing_time(pause, rate);
  stream->add_segment(std::move(planned), pause);
  stream->utterance().accepted();
  stream->progressed(clock_.now());
  scheduler_.planned(id,
                     {.grains = grains,
                      .more_text = stream->utterance().next() != nullptr,
                      .awaits_text = stream->utterance().waiting(),
                      .expected = expected_left(*stream),
                      .took = took},
                     clock_.now());
}

void Cell::learn_length(const SpeechStream& stream, const text::Segment& segment,
                        std::span<const base::Duration> grains) {
  base::Duration audio{};
  for (const auto grain : grains) audio += grain;
  const auto spoken = number(stream.spec().voice_id).value;
  spoken_[spoken] = true;
  lengths_[spoken].observe(text::spoken_length(segment.text), static_cast<double>(stream.spec().speed), audio);
}

void Cell::on_grain(wire::GrainDone grain) {
  const base::JobId id{grain.job};
  SpeechStream* stream = stream_of(id);
  const scheduler::WorkTime took(base::from_microseconds(grain.wall_us), base::from_microseconds(grain.cpu_us));
  const auto samples = base::SampleCount{grain.pcm.size()};
  if (stream != nullptr && !stream->add_grain(std::move(grain))) {
    // What it sent is not taken, and another worker renders it. Whose grain loses two workers fails alone.
    fleet_.condemn(jobs_.at(id).worker, "a grain of another length than planned");
    return;
  }
  if (const auto job = jobs_.find(id); job != jobs_.end()) {
    job->second.took.wall += took.wall;
    job->second.took.cpu += took.cpu;
    job->second.grains_left -= std::min(job->second.grains_left, 1U);
  }
  if (stream != nullptr) note_grain(*stream, samples);
  scheduler_.grain_rendered(id, took, clock_.now());
  if (stream != nullptr &&
      base::playing_time(stream->waiting(), stream->spec().rate) > stream->spec().backlog.value_or(options_.backlog)) {
    scheduler_.block_stream(stream->id());
  }
}

void Cell::note_grain(SpeechStream& stream, base::SampleCount samples) {
  const auto now = clock_.now();
  stream.progressed(now);
  const auto* const playback = scheduler_.playback(stream.id());
  const auto dry_at = playback == nullptr ? std::nullopt : playback->dry_at();
  if (stream.begins()) probe_.started(stream.entry()->predicted_start, now - stream.entry()->at);
  probe_.grain(dry_at ? now - *dry_at : base::Duration{}, base::playing_time(samples, stream.spec().rate));
}

void Cell::end_render(const wire::RenderDone& done) {
  const base::JobId id{done.job};
  if (const auto job = jobs_.find(id);
      job != jobs_.end() && !done.cancelled && job->second.grains_left > 0 && stream_of(id) != nullptr) {
    // As with a wrong grain: another worker goes on after the last one that came.
    fleet_.condemn(job->second.worker, "a render job without all its grains");
    return;
  }
  if (const auto job = jobs_.extract(id)) probe_.job(scheduler::JobKind::kRender, job.mapped().took);
  idle_.notify_all();
  scheduler_.render_ended(id, clock_.now());
}

void Cell::on_failed(const wire::Failed& failed) {
  const base::JobId id{failed.job};
  SpeechStream* stream = stream_of(id);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  const auto kind = job->second.kind;
  jobs_.erase(job);
  const auto code = static_cast<engine::Errc>(failed.code);
  if (stream != nullptr && kind == scheduler::JobKind::kPlan && code == engine::Errc::kNothingToSpeak) {
    stream->utterance().nothing();
    scheduler_.planned(id,
                       {.more_text = stream->utterance().next() != nullptr,
                        .awaits_text = stream->utterance().waiting(),
                        .expected = expected_left(*stream)},
                       clock_.now());
    return;
  }
  if (stream != nullptr && kind == scheduler::JobKind::kPlan && code == engine::Errc::kSegmentTooLong &&
      stream->utterance().too_long()) {
    scheduler_.plan_again(id);
    return;
  }
  if (stream != nullptr) fail(*stream, {.code = Errc::kEngineFailed, .message = failed.message});
  if (kind == scheduler::JobKind::kPlan) {
    scheduler_.planned(id, {}, clock_.now());
  } else {
    scheduler_.render_ended(id, clock_.now());
  }
}

void Cell::act() {
  do {
    if (room_changed_) consult_desk();
    act_on_schedule();
  } while (room_changed_);
}

void Cell::act_on_schedule() {
  for (auto actions = scheduler_.poll(clock_.now()); !actions.empty(); actions = scheduler_.poll(clock_.now())) {
    for (const auto& action : actions) std::visit([this](const auto& body) { perform(body); }, action);
  }
}

void Cell::perform(const scheduler::Dispatch& dispatch) {
  const SpeechStream& stream = *streams_.at(dispatch.stream);
  jobs_.emplace(dispatch.job, Job{.stream = dispatch.stream,
                                  .worker = dispatch.worker,
                                  .kind = dispatch.kind,
                                  .progress = clock_.now(),
                                  .grains_left = dispatch.grains});
  const auto& spoken = voice(stream.spec().voice_id);
  worker_pool::StallJudge::Work work;
  if (dispatch.learnt) work = {.wall_p95 = dispatch.p95.wall, .cpu_p95 = dispatch.p95.cpu};
  const auto number = dispatch.job.value;
  if (dispatch.kind == scheduler::JobKind::kPlan) {
    fleet_.send_job(dispatch.worker, spoken, number, stream.plan_job(dispatch.job), work);
  } else {
    auto job = stream.render_job(dispatch.job, dispatch.first_grain, dispatch.grains);
    add_company(dispatch, job);
    fleet_.send_job(dispatch.worker, spoken, number, std::move(job), work);
  }
}

void Cell::add_company(const scheduler::Dispatch& dispatch, wire::RenderJob& job) const {
  job.alone = dispatch.alone;
  job.company = static_cast<std::uint32_t>(std::min<std::size_t>(scheduler_.streams(), wire::Limits::kPlaces));
  // Who hears nothing yet waits for nobody.
  const auto* const playback = scheduler_.playback(dispatch.stream);
  const auto dry_at = playback == nullptr ? std::nullopt : playback->dry_at();
  if (!dry_at) return;
  job.patience_us = base::to_microseconds(*dry_at - clock_.now() - options_.scheduling.guard);
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
    case scheduler::FailureReason::kShed:
      it->second->fail({.code = Errc::kShed, .message = "The server lost the room that it had for this request."});
      return;
  }
}

void Cell::fail(SpeechStream& stream, Error error) {
  runtime::log_error("stream_failed", {{"stream", stream.id().value}, {"reason", error.message}});
  stream.fail(std::move(error));
  scheduler_.cancel_stream(stream.id(), clock_.now());
}

void Cell::reload(const std::vector<CellVoice>& voices) {
  ANTIPHON_CHECK(!voices.empty(), "a cell has a voice");
  for (const auto& voice : voices) {
    if (find_voice(voice.id) != nullptr) continue;
    options_.voices.push_back(voice);
    lengths_.emplace_back();
    spoken_.push_back(false);
    if (voice.cost) scheduler_.set_prior(number(voice.id), *voice.cost);
  }
  first_voice_ = static_cast<std::size_t>(find_voice(voices.front().id) - options_.voices.data());
  served_.clear();
  for (const auto& voice : voices) served_.push_back(voice.id);
  fleet_.check_voices();
  fleet_.forgive();
}

const CellVoice& Cell::voice(const std::string& id) const {
  const auto* const found = find_voice(id);
  ANTIPHON_CHECK(found != nullptr, "the voice is one of the cell's");
  return *found;
}

const CellVoice* Cell::find_voice(const std::string& id) const {
  const auto it = std::ranges::find(options_.voices, id, &CellVoice::id);
  return it == options_.voices.end() ? nullptr : &*it;
}

std::vector<const CellVoice*> Cell::served_voices() const {
  std::vector<const CellVoice*> served;
  for (const auto& id : served_) served.push_back(&voice(id));
  return served;
}

scheduler::VoiceId Cell::number(const std::string& id) const {
  return {static_cast<std::uint64_t>(&voice(id) - options_.voices.data())};
}

SpeechStream* Cell::stream_of(base::JobId id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return nullptr;
  const auto stream = streams_.find(job->second.stream);
  return stream == streams_.end() || stream->second->end() != SpeechStream::End::kNotYet ? nullptr : stream->second;
}

}  // namespace antiphon::gateway
