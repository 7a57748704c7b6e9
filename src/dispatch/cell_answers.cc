#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>

#include "dispatch/cell.h"
#include "engine/api/engine.h"
#include "tracing/tracer.h"

// What workers answer: what was planned and rendered goes to its stream, what it took to the scheduler.

namespace antiphon::dispatch {
namespace {

base::SampleCount samples_of(base::Duration duration, base::SampleRate rate) {
  return {static_cast<std::uint64_t>(duration.count()) * rate.hz / 1'000'000'000ULL};
}

}  // namespace

void Cell::on_answer(fleet::JobAnswer answer) {
  const auto worker = answer.worker;
  const auto cpu = answer.cpu;
  std::visit(
      [&]<class M>(M&& body) {
        using Body = std::remove_cvref_t<M>;
        if constexpr (requires { body.job; }) {
          const auto job = jobs_.find(base::JobId{body.job});
          if (job == jobs_.end() || job->second.worker != worker) return;
          if (!job->second.may_hear<Body>())
            return fleet_.report_bad_answer(worker, "an answer that its job does not have");
          job->second.progress = clock_.now();
        }
        if constexpr (std::is_same_v<Body, wire::Started>) {
          const base::JobId id{body.job};
          auto& job = jobs_.at(id);
          job.begun = job.progress;
          post(coordinator::JobStarted{.job = id, .cpu = cpu, .text = job.text});
        }
        if constexpr (std::is_same_v<Body, wire::Planned>) on_planned(std::forward<M>(body), cpu);
        if constexpr (std::is_same_v<Body, wire::GrainDone>) on_grain(std::forward<M>(body));
        if constexpr (std::is_same_v<Body, wire::RenderDone>) end_render(body, cpu);
        if constexpr (std::is_same_v<Body, wire::Failed>) on_failed(body, cpu);
      },
      std::move(answer.message));
  act();
}

void Cell::on_planned(wire::Planned planned, base::Duration cpu) {
  const base::JobId id{planned.job};
  SpeechStream* stream = stream_of(id);
  auto job = jobs_.extract(id);
  const scheduler::WorkTime took(base::from_microseconds(planned.wall_us), base::from_microseconds(planned.cpu_us));
  probe_.job(scheduler::JobKind::kPlan, took);
  if (stream == nullptr) {
    note_done(job.mapped());
    post(coordinator::SegmentPlanned{.job = id, .took = took, .cpu = cpu});
    return;
  }
  job.mapped().took = took;
  const auto rate = stream->spec().rate;
  const auto& segment = *stream->utterance().next();
  const SpeechStream::Silence silence{.before = samples_of(segment.pause_before, rate),
                                      .behind = samples_of(segment.pause_after, rate)};
  std::vector<base::Duration> grains;
  for (const auto& grain : planned.grains) grains.push_back(base::playing_time({grain.samples}, rate));
  learn_length(*stream, segment, grains);
  auto first_silence = base::playing_time(silence.before, rate);
  if (grains.size() == 1) first_silence += base::playing_time(silence.behind, rate);
  grains.front() += base::playing_time(silence.before, rate);
  grains.back() += base::playing_time(silence.behind, rate);
  job.mapped().audio = std::accumulate(grains.begin(), grains.end(), base::Duration{});
  note_done(job.mapped());
  trace_job(job.mapped(), *stream);
  auto samples = silence.before;
  samples += silence.behind;
  for (const auto& grain : planned.grains) samples += base::SampleCount{grain.samples};
  if (stream->is_unheard(samples)) {
    stream->pass_over(samples);
    grains.clear();
  } else {
    stream->add_segment(std::move(planned), silence);
  }
  stream->utterance().accepted();
  stream->progressed(clock_.now());
  post(coordinator::SegmentPlanned{.job = id,
                                   .grains = std::move(grains),
                                   .first_silence = first_silence,
                                   .more_text = stream->utterance().next() != nullptr,
                                   .awaits_text = stream->utterance().waiting(),
                                   .expected = expected_left(*stream),
                                   .took = took,
                                   .cpu = cpu});
}

void Cell::learn_length(const SpeechStream& stream, const text::Segment& segment,
                        std::span<const base::Duration> grains) {
  base::Duration audio{};
  for (const auto grain : grains) audio += grain;
  const auto spoken = number(stream.spec().voice_id).value;
  spoken_[spoken] = true;
  lengths_[spoken].observe(text::spoken_length(segment.text),
                           text::speed_in(segment.prosody, static_cast<double>(stream.spec().speed)), audio);
}

void Cell::on_grain(wire::GrainDone grain) {
  const base::JobId id{grain.job};
  SpeechStream* stream = stream_of(id);
  const scheduler::WorkTime took(base::from_microseconds(grain.wall_us), base::from_microseconds(grain.cpu_us),
                                 base::from_microseconds(grain.share_us));
  const auto samples = base::SampleCount{grain.pcm.size()};
  if (stream != nullptr && (grain.index != jobs_.at(id).next_grain || !stream->add_grain(std::move(grain)))) {
    // What it sent is not taken, and another worker renders it. Whose grain loses two workers fails alone.
    fleet_.report_bad_answer(jobs_.at(id).worker, "a grain of another place or length than planned");
    return;
  }
  if (const auto job = jobs_.find(id); job != jobs_.end()) {
    job->second.took.wall += took.wall;
    job->second.took.cpu += took.cpu;
    if (stream != nullptr) job->second.audio += base::playing_time(samples, stream->spec().rate);
    ++job->second.next_grain;
    job->second.grains_left -= std::min(job->second.grains_left, 1U);
    if (stream != nullptr && job->second.grains_left == 0) trace_job(job->second, *stream);
  }
  if (stream != nullptr) note_grain(*stream, samples);
  post(coordinator::GrainRendered{.job = id, .took = took});
  if (stream != nullptr) end_where_kept(*stream);
  if (stream != nullptr &&
      base::playing_time(stream->waiting(), stream->spec().rate) > stream->spec().backlog.value_or(options_.backlog)) {
    post(coordinator::StreamBlocked{stream->id()});
  }
}

void Cell::note_grain(SpeechStream& stream, base::SampleCount samples) {
  const auto now = clock_.now();
  stream.progressed(now);
  const auto* const playback = scheduler().playback(stream.id());
  const auto underrun_at = playback == nullptr ? std::nullopt : playback->underrun_at();
  if (stream.begins()) probe_.started(stream.entry()->predicted_start, now - stream.entry()->at);
  probe_.grain(underrun_at ? now - *underrun_at : base::Duration{}, base::playing_time(samples, stream.spec().rate));
}

void Cell::end_render(const wire::RenderDone& done, base::Duration cpu) {
  const base::JobId id{done.job};
  if (const auto job = jobs_.find(id);
      job != jobs_.end() && !done.cancelled && job->second.grains_left > 0 && stream_of(id) != nullptr) {
    // As with a wrong grain: another worker goes on after the last one that came.
    fleet_.report_bad_answer(job->second.worker, "a render job without all its grains");
    return;
  }
  if (const auto job = jobs_.extract(id)) {
    probe_.job(scheduler::JobKind::kRender, job.mapped().took);
    note_done(job.mapped());
  }
  idle_.notify_all();
  post(coordinator::RenderEnded{.job = id, .cpu = cpu});
}

void Cell::trace_job(const RunningJob& job, const SpeechStream& stream) const {
  if (options_.tracer == nullptr || !stream.spec().trace) return;
  std::vector<tracing::Attribute> attributes = {{"antiphon.audio_s", base::to_seconds(job.audio)},
                                                {"antiphon.cpu_s", base::to_seconds(job.took.cpu)}};
  const bool is_plan = job.kind == scheduler::JobKind::kPlan;
  if (!is_plan) attributes.push_back({"antiphon.grains", std::int64_t{job.next_grain}});
  options_.tracer->record(*stream.spec().trace, {.kind = is_plan ? tracing::SpanKind::kPlan : tracing::SpanKind::kChunk,
                                                 .begin = job.begun.value_or(job.progress),
                                                 .end = clock_.now(),
                                                 .stream = stream.id(),
                                                 .worker = job.worker,
                                                 .attributes = std::move(attributes)});
}

void Cell::on_failed(const wire::Failed& failed, base::Duration cpu) {
  const base::JobId id{failed.job};
  SpeechStream* stream = stream_of(id);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  const auto kind = job->second.kind;
  jobs_.erase(job);
  const auto code = static_cast<engine::Errc>(failed.code);
  if (stream != nullptr && kind == scheduler::JobKind::kPlan && code == engine::Errc::kNothingToSpeak) {
    stream->skip_segment();
    stream->utterance().nothing();
    post(coordinator::SegmentPlanned{.job = id,
                                     .more_text = stream->utterance().next() != nullptr,
                                     .awaits_text = stream->utterance().waiting(),
                                     .expected = expected_left(*stream),
                                     .cpu = cpu});
    return;
  }
  if (stream != nullptr && kind == scheduler::JobKind::kPlan && code == engine::Errc::kSegmentTooLong &&
      stream->utterance().too_long()) {
    post(coordinator::PlanRefused{.job = id, .cpu = cpu});
    return;
  }
  if (stream != nullptr) fail(*stream, {.code = protocol::Errc::kEngineFailed, .message = failed.message});
  post(coordinator::JobFailed{.job = id, .cpu = cpu});
}

SpeechStream* Cell::stream_of(base::JobId id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return nullptr;
  const auto stream = streams_.find(job->second.stream);
  return stream == streams_.end() || stream->second->end() != SpeechStream::End::kNotYet ? nullptr : stream->second;
}

}  // namespace antiphon::dispatch
