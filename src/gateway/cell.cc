#include "gateway/cell.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "engine/api/engine.h"
#include "runtime/log.h"

namespace antiphon::gateway {

namespace {

base::Duration microseconds(std::uint64_t us) {
  return std::chrono::microseconds(std::min<std::uint64_t>(us, 1ULL << 40));
}

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
      tasks_(executor_) {
  ANTIPHON_CHECK(!options_.voices.empty(), "a cell has a voice");
  for (const auto& voice : options_.voices) {
    if (voice.cost) scheduler_.set_prior(number(voice.id), *voice.cost);
  }
}

Cell::~Cell() { ANTIPHON_CHECK(streams_.empty(), "streams are closed before their cell"); }

void Cell::start() {
  for (std::uint32_t i = 0; i < options_.workers; ++i) {
    slots_.push_back(std::make_unique<Slot>());
    tasks_.spawn(keep(*slots_.back()));
  }
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
  for (const auto& [id, job] : jobs_) {
    if (now - job.progress < options_.job_stall_limit) continue;
    if (Slot* slot = slot_of(job.worker)) {
      runtime::log_error("worker_stalled", {{"worker", job.worker.value}, {"job", id.value}});
      slot->link->kill();
    }
  }
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
  for (const auto& slot : slots_) {
    if (slot->link) slot->link->kill();
  }
  tasks_.cancel();
  co_await tasks_.join();
  const auto left = streams_;
  for (const auto& [id, stream] : left) fail(*stream, {.code = Errc::kWorkerLost, .message = "the server is stopping"});
}

std::vector<std::int16_t> Cell::take(SpeechStream& stream) {
  auto pcm = stream.take();
  stream.progressed(clock_.now());
  scheduler_.unblock_stream(stream.id());
  act();
  return pcm;
}

base::Duration Cell::oldest_job_age() const {
  base::Duration oldest{};
  for (const auto& [id, job] : jobs_) oldest = std::max(oldest, clock_.now() - job.progress);
  return oldest;
}

runtime::Awaitable<> Cell::keep(Slot& slot) {
  while (!stopping_) {
    slot.id = base::WorkerId{next_worker_++};
    ++slot.epoch;
    slot.voices.clear();
    slot.loading.clear();
    slot.counted = false;
    slot.backoff.started(clock_.now());
    auto link = WorkerLink::start(
        executor_, options_.worker,
        {.protocol_version = wire::kProtocolVersion, .worker_id = slot.id.value, .epoch = slot.epoch});
    std::string reason;
    std::size_t jobs = 0;
    if (link) {
      slot.link = std::move(*link);
      runtime::log_info("worker_started", {{"worker", slot.id.value}, {"pid", slot.link->pid()}});
      reason = co_await slot.link->run([this, &slot](wire::Message message) { on_message(slot, std::move(message)); });
      slot.link.reset();
      jobs = std::erase_if(jobs_, [&](const auto& entry) { return entry.second.worker == slot.id; });
      scheduler_.remove_worker(slot.id, clock_.now());
      room_changed_ = true;
      act();
    } else {
      reason = link.error().message;
    }
    if (stopping_) break;
    const auto wait = slot.backoff.ended(clock_.now());
    runtime::log_warn(
        "worker_ended",
        {{"worker", slot.id.value}, {"reason", reason}, {"jobs", jobs}, {"restart_in_s", base::to_seconds(wait)}});
    if (!co_await runtime::sleep_for(clock_, wait)) break;
  }
}

void Cell::on_message(Slot& slot, wire::Message message) {
  std::visit(
      [&]<class M>(M&& body) {
        using Body = std::remove_cvref_t<M>;
        if constexpr (requires { body.epoch; } && !std::is_same_v<Body, wire::Hello>) {
          if (body.epoch != slot.epoch) return;
        }
        if constexpr (requires { body.job; }) {
          if (const auto job = jobs_.find(base::JobId{body.job}); job != jobs_.end())
            job->second.progress = clock_.now();
        }
        if constexpr (std::is_same_v<Body, wire::Ready>) on_ready(slot, body);
        if constexpr (std::is_same_v<Body, wire::VoiceLoaded>) on_voice_loaded(slot, body);
        if constexpr (std::is_same_v<Body, wire::Planned>) on_planned(std::forward<M>(body));
        if constexpr (std::is_same_v<Body, wire::GrainDone>) on_grain(std::forward<M>(body));
        if constexpr (std::is_same_v<Body, wire::RenderDone>) end_render(base::JobId{body.job});
        if constexpr (std::is_same_v<Body, wire::Failed>) on_failed(slot, body);
      },
      std::move(message));
  act();
}

void Cell::on_ready(Slot& slot, const wire::Ready& ready) {
  runtime::log_info("worker_ready", {{"worker", slot.id.value}, {"fingerprint", ready.fingerprint}});
  load(slot, options_.voices.front());
}

void Cell::load(Slot& slot, const CellVoice& wanted) {
  if (const auto it = std::ranges::find(slot.voices, wanted.id); it != slot.voices.end()) {
    std::rotate(it, it + 1, slot.voices.end());
    return;
  }
  if (slot.voices.size() >= options_.voices_per_worker) {
    scheduler_.voice_unloaded(slot.id, number(slot.voices.front()));
    slot.link->send(wire::UnloadVoice{.voice_id = slot.voices.front()});
    slot.voices.erase(slot.voices.begin());
  }
  slot.voices.push_back(wanted.id);
  slot.loading.emplace(next_load_, wanted.id);
  slot.link->send(wire::LoadVoice{.job = next_load_++, .voice_id = wanted.id, .folder = wanted.folder.string()});
}

void Cell::on_load_failed(Slot& slot, const std::string& voice_id, const wire::Failed& failed) {
  runtime::log_error("voice_not_loaded", {{"worker", slot.id.value}, {"voice", voice_id}, {"reason", failed.message}});
  std::erase(slot.voices, voice_id);
  if (!slot.counted) slot.link->kill();
}

void Cell::on_voice_loaded(Slot& slot, const wire::VoiceLoaded& loaded) {
  runtime::log_info("voice_loaded", {{"worker", slot.id.value},
                                     {"voice", loaded.voice_id},
                                     {"load_s", base::to_seconds(microseconds(loaded.load_us))}});
  slot.loading.erase(loaded.job);
  if (!slot.counted) scheduler_.add_worker(slot.id);
  slot.counted = true;
  room_changed_ = true;
  scheduler_.voice_loaded(slot.id, number(loaded.voice_id));
  ready_.notify_all();
}

void Cell::on_planned(wire::Planned planned) {
  const base::JobId id{planned.job};
  SpeechStream* stream = stream_of(id);
  jobs_.erase(id);
  const scheduler::WorkTime took(microseconds(planned.wall_us), microseconds(planned.cpu_us));
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
  const scheduler::WorkTime took(microseconds(grain.wall_us), microseconds(grain.cpu_us));
  const auto samples = base::SampleCount{grain.pcm.size()};
  if (stream != nullptr && !stream->add_grain(std::move(grain))) {
    fail(*stream, {.code = Errc::kEngineFailed, .message = "a worker returned a grain of another length than planned"});
    stream = nullptr;
  }
  if (const auto job = jobs_.find(id); job != jobs_.end()) {
    job->second.took.wall += took.wall;
    job->second.took.cpu += took.cpu;
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
  if (!dry_at) probe_.started(stream.entry()->predicted_start, now - stream.entry()->at);
  probe_.grain(dry_at ? now - *dry_at : base::Duration{}, base::playing_time(samples, stream.spec().rate));
}

void Cell::end_render(base::JobId id) {
  if (const auto job = jobs_.extract(id)) probe_.job(scheduler::JobKind::kRender, job.mapped().took);
  idle_.notify_all();
  scheduler_.render_ended(id, clock_.now());
}

void Cell::on_failed(Slot& slot, const wire::Failed& failed) {
  if (const auto load = slot.loading.extract(failed.job)) return on_load_failed(slot, load.mapped(), failed);
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
  Slot* slot = slot_of(dispatch.worker);
  const SpeechStream& stream = *streams_.at(dispatch.stream);
  ANTIPHON_CHECK(slot != nullptr, "jobs go to workers that live");
  jobs_.emplace(
      dispatch.job,
      Job{.stream = dispatch.stream, .worker = dispatch.worker, .kind = dispatch.kind, .progress = clock_.now()});
  load(*slot, voice(stream.spec().voice_id));
  if (dispatch.kind == scheduler::JobKind::kPlan) {
    slot->link->send(stream.plan_job(dispatch.job));
  } else {
    slot->link->send(stream.render_job(dispatch.job, dispatch.first_grain, dispatch.grains));
  }
}

void Cell::perform(const scheduler::CancelJob& cancel) {
  if (Slot* slot = slot_of(cancel.worker)) slot->link->send(wire::Cancel{.job = cancel.job.value});
}

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

const CellVoice& Cell::voice(const std::string& id) const {
  const auto it = std::ranges::find(options_.voices, id, &CellVoice::id);
  ANTIPHON_CHECK(it != options_.voices.end(), "the voice is one of the cell's");
  return *it;
}

scheduler::VoiceId Cell::number(const std::string& id) const {
  return {static_cast<std::uint64_t>(&voice(id) - options_.voices.data())};
}

Cell::Slot* Cell::slot_of(base::WorkerId worker) {
  const auto it = std::ranges::find_if(slots_, [&](const auto& slot) { return slot->id == worker && slot->link; });
  return it == slots_.end() ? nullptr : it->get();
}

SpeechStream* Cell::stream_of(base::JobId id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return nullptr;
  const auto stream = streams_.find(job->second.stream);
  return stream == streams_.end() || stream->second->end() != SpeechStream::End::kNotYet ? nullptr : stream->second;
}

}  // namespace antiphon::gateway
