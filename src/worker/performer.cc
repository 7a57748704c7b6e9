#include "worker/performer.h"

#include <exception>
#include <span>

#include "worker/usage.h"

namespace antiphon::worker {
namespace {

std::unexpected<engine::Error> failure(engine::Errc code, std::string message) {
  return std::unexpected(engine::Error{code, std::move(message)});
}

std::uint64_t number_of(const Job& job) {
  return std::visit(
      [](const auto& body) -> std::uint64_t {
        if constexpr (requires { body.job; }) return body.job;
        return 0;
      },
      job);
}

wire::Grain to_wire(const engine::GrainSpec& grain) {
  return {static_cast<std::uint8_t>(grain.kind), grain.row_begin, grain.row_end, grain.samples};
}

engine::GrainSpec from_wire(const wire::Grain& grain) {
  return {static_cast<engine::GrainKind>(grain.kind), grain.row_begin, grain.row_end, grain.samples};
}

wire::Failed failed(std::uint64_t job, std::uint32_t epoch, const engine::Error& error) {
  return {.job = job,
          .epoch = epoch,
          .code = static_cast<std::uint8_t>(error.code),
          .message = error.message.substr(0, wire::Limits::kNameBytes)};
}

}  // namespace

bool Performer::perform(const JobQueue::Taken& taken) {
  auto outcome = [&]() -> Outcome {
    try {
      return std::visit([&](const auto& body) { return carry_out(body, taken.cancelled); }, taken.job);
    } catch (const std::exception& e) {
      return failure(engine::Errc::kEngineFailure, std::string("the engine threw: ") + e.what());
    } catch (...) {
      return failure(engine::Errc::kEngineFailure, "the engine threw something unknown");
    }
  }();
  ++jobs_done_;
  if (outcome && *outcome == Sent::kNotEncodable) {
    outcome = failure(engine::Errc::kEngineFailure, "the engine's result exceeds the limits of the wire");
  }
  if (outcome) return *outcome == Sent::kSent;
  return link_.send(failed(number_of(taken.job), epoch_, outcome.error())) != Sent::kGone;
}

Performer::Outcome Performer::carry_out(const wire::LoadVoice& load, bool /*cancelled*/) {
  const Stopwatch watch;
  const auto voice = shelf_.load(load.voice_id, load.folder);
  if (!voice) return std::unexpected(voice.error());
  const auto& info = (*voice)->info();
  return link_.send(wire::VoiceLoaded{.job = load.job,
                                      .epoch = epoch_,
                                      .voice_id = load.voice_id,
                                      .engine = info.engine,
                                      .sample_rate = info.sample_rate.hz,
                                      .language = info.language,
                                      .speakers = info.speakers,
                                      .identity = info.identity,
                                      .max_segment = info.max_segment.value,
                                      .load_us = watch.wall_us()});
}

Performer::Outcome Performer::carry_out(const wire::UnloadVoice& unload, bool /*cancelled*/) {
  shelf_.unload(unload.voice_id);
  return Sent::kSent;
}

Performer::Outcome Performer::carry_out(const wire::PlanJob& job, bool cancelled) {
  if (cancelled) return failure(engine::Errc::kEngineFailure, "the plan was cancelled before it began");
  if (link_.send(wire::Started{.job = job.job, .epoch = epoch_}) != Sent::kSent) return Sent::kGone;
  const auto voice = shelf_.find(job.voice_id);
  if (!voice) return std::unexpected(voice.error());
  const Stopwatch watch;
  auto plan = (*voice)->plan({.text = job.text,
                              .segment_index = job.segment_index,
                              .seed = job.seed,
                              .speed = job.speed,
                              .speaker = job.speaker,
                              .max_samples = {job.max_samples}});
  if (!plan) return std::unexpected(std::move(plan.error()));
  wire::Planned planned{.job = job.job,
                        .epoch = epoch_,
                        .row_bytes = plan->row_bytes,
                        .prior = std::move(plan->prior),
                        .cpu_us = watch.cpu_us(),
                        .wall_us = watch.wall_us()};
  for (const auto& grain : plan->grains) planned.grains.push_back(to_wire(grain));
  for (const auto& mark : plan->marks) planned.marks.push_back({mark.text_offset, mark.sample_offset});
  return link_.send(std::move(planned));
}

Performer::Outcome Performer::carry_out(const wire::RenderJob& job, bool cancelled) {
  std::uint32_t done = 0;
  if (!cancelled) {
    if (link_.send(wire::Started{.job = job.job, .epoch = epoch_}) != Sent::kSent) return Sent::kGone;
    const auto voice = shelf_.find(job.voice_id);
    if (!voice) return std::unexpected(voice.error());
    std::vector<std::byte> state = job.state;
    for (; done < job.grains.size() && !queue_.should_stop(); ++done) {
      auto grain = render_grain(**voice, job, done, state);
      if (!grain) return std::unexpected(std::move(grain.error()));
      wire::Message message = std::move(*grain);
      if (const auto sent = link_.send(message); sent != Sent::kSent) return sent;
      state = std::move(std::get<wire::GrainDone>(message).state);
    }
  }
  return link_.send(
      wire::RenderDone{.job = job.job, .epoch = epoch_, .grains_done = done, .cancelled = done < job.grains.size()});
}

engine::Result<wire::GrainDone> Performer::render_grain(engine::Voice& voice, const wire::RenderJob& job,
                                                        std::uint32_t index, const std::vector<std::byte>& state) {
  const Stopwatch watch;
  const auto grain = from_wire(job.grains[index]);
  const auto offset = std::size_t{grain.row_begin - job.grains.front().row_begin} * job.row_bytes;
  const auto size = std::size_t{grain.row_end - grain.row_begin} * job.row_bytes;
  auto done = voice.render(
      {.grain = grain, .rows = std::span(job.rows).subspan(offset, size), .state = state, .speaker = job.speaker});
  if (!done) return std::unexpected(std::move(done.error()));
  if (done->pcm.size() != grain.samples) {
    return failure(engine::Errc::kEngineFailure, "the engine yielded another number of samples than planned");
  }
  return wire::GrainDone{.job = job.job,
                         .epoch = epoch_,
                         .index = index,
                         .pcm = std::move(done->pcm),
                         .state = std::move(done->state),
                         .cpu_us = watch.cpu_us(),
                         .wall_us = watch.wall_us()};
}

}  // namespace antiphon::worker
