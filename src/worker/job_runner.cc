#include "worker/job_runner.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <span>
#include <utility>

#include "wire/job_of.h"
#include "worker/usage.h"

namespace antiphon::worker {
namespace {

std::unexpected<engine::Error> failure(engine::Errc code, std::string message) {
  return std::unexpected(engine::Error{code, std::move(message)});
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

/// What `act` gives; what it throws is an error.
template <class T, class Act>
engine::Result<T> guarded(const Act& act) {
  try {
    return act();
  } catch (const std::exception& e) {
    return failure(engine::Errc::kEngineFailure, std::string("the engine threw: ") + e.what());
  } catch (...) {
    return failure(engine::Errc::kEngineFailure, "the engine threw something unknown");
  }
}

engine::RenderRequest request_of(const Rendering& rendering) {
  return {.grain = from_wire(rendering.grain()),
          .rows = rendering.rows(),
          .state = rendering.state,
          .speaker = rendering.job.speaker};
}

}  // namespace

void JobRunner::run() {
  bool alive = true;
  while (alive && !queue_.closed()) {
    auto taken = renderings_.empty() ? queue_.pop() : queue_.pop_if([this](const auto& next) { return fits(next); });
    if (taken) {
      alive = perform(std::move(*taken));
    } else if (!renderings_.empty()) {
      alive = go_on();
    }
  }
}

bool JobRunner::fits(const JobQueue::Taken& next) const {
  if (const auto* render = std::get_if<wire::RenderJob>(&next.job)) return renderings_.fits(*render);
  if (const auto* plan = std::get_if<wire::PlanJob>(&next.job)) {
    const auto latest = latest_begin(next.received, plan->max_delay_us);
    return next.cancelled || (renderings_.interruptible() && latest <= renderings_.latest());
  }
  return false;  // voices come and go when nothing is under way
}

bool JobRunner::perform(JobQueue::Taken taken) {
  if (auto* const render = std::get_if<wire::RenderJob>(&taken.job)) return begin(std::move(*render), taken);
  const auto outcome = guarded<Sent>([&]() -> Outcome {
    if (const auto* const plan = std::get_if<wire::PlanJob>(&taken.job)) return carry_out(*plan, taken.cancelled);
    if (const auto* const load = std::get_if<wire::LoadVoice>(&taken.job)) return carry_out(*load);
    return carry_out(std::get<wire::UnloadVoice>(taken.job));
  });
  return end(wire::job_of(taken.job), outcome);
}

bool JobRunner::end(std::uint64_t job, const Outcome& outcome) {
  ++jobs_done_;
  queue_.finished(job);
  if (outcome && *outcome != Sent::kNotEncodable) return *outcome == Sent::kSent;
  const engine::Error error =
      outcome ? engine::Error{engine::Errc::kEngineFailure, "the engine's result exceeds the limits of the wire"}
              : outcome.error();
  return link_.send(failed(job, epoch_, error)) != Sent::kGone;
}

JobRunner::Outcome JobRunner::carry_out(const wire::LoadVoice& load) {
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

JobRunner::Outcome JobRunner::carry_out(const wire::UnloadVoice& unload) {
  shelf_.unload(unload.voice_id);
  return Sent::kSent;
}

JobRunner::Outcome JobRunner::carry_out(const wire::PlanJob& job, bool cancelled) {
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

bool JobRunner::begin(wire::RenderJob job, const JobQueue::Taken& taken) {
  const auto number = job.job;
  if (taken.cancelled)
    return end(number, link_.send(wire::RenderDone{.job = number, .epoch = epoch_, .cancelled = true}));
  if (link_.send(wire::Started{.job = number, .epoch = epoch_}) != Sent::kSent) return false;
  const auto voice = shelf_.find(job.voice_id);
  if (!voice) return end(number, std::unexpected(voice.error()));
  renderings_.begin(std::move(job), (*voice)->info().sample_rate, taken.received, Clock::now());
  return true;
}

bool JobRunner::end(const Rendering& rendering) {
  const wire::RenderDone done{
      .job = rendering.job.job, .epoch = epoch_, .grains_done = rendering.done, .cancelled = !rendering.complete()};
  renderings_.erase(rendering);
  return end(done.job, link_.send(done));
}

bool JobRunner::end_cancelled() {
  std::vector<const Rendering*> cancelled;
  for (const auto& rendering : renderings_.all()) {
    if (queue_.should_stop(rendering.job.job)) cancelled.push_back(&rendering);
  }
  return std::ranges::all_of(cancelled, [this](const auto* rendering) { return end(*rendering); });
}

bool JobRunner::go_on() {
  if (!end_cancelled()) return false;
  if (renderings_.empty()) return true;
  const auto now = Clock::now();
  const auto batch = renderings_.next(std::bind_front(&JobRunner::batch_size, this), now);
  // What waits in the queue now does not join before some of this was rendered.
  if (batch.begin <= now || queue_.waiting() > 0) return render(batch.grains);
  queue_.wait_for_news(batch.begin);
  return true;
}

bool JobRunner::render(const std::vector<Rendering*>& batch) {
  const auto& voice_id = batch.front()->job.voice_id;
  const auto kind = kind_of(batch.front()->grain());
  const Stopwatch watch;
  auto grains = render_together(batch);
  const auto wall_us = watch.wall_us();
  const auto cpu_us = watch.cpu_us() / batch.size();
  const auto share_us = wall_us / sharing(batch);
  renderings_.took(voice_id, kind, std::chrono::microseconds(wall_us));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const wire::GrainDone done{.job = batch[i]->job.job,
                               .epoch = epoch_,
                               .index = batch[i]->done,
                               .cpu_us = cpu_us,
                               .wall_us = wall_us,
                               .share_us = share_us};
    if (!hand_over(*batch[i], std::move(grains[i]), done)) return false;
  }
  return true;
}

std::size_t JobRunner::batch_size(const std::string& voice_id, engine::GrainKind kind) const {
  const auto voice = shelf_.find(voice_id);
  return voice ? std::max<std::size_t>(1, (*voice)->batch_size(kind)) : 1;
}

std::size_t JobRunner::sharing(const std::vector<Rendering*>& batch) const {
  const auto& front = *batch.front();
  return std::min(batch_size(front.job.voice_id, kind_of(front.grain())), batch.size() + renderings_.room());
}

JobRunner::Grains JobRunner::render_together(const std::vector<Rendering*>& batch) {
  std::vector<engine::RenderRequest> requests;
  for (const auto* rendering : batch) requests.push_back(request_of(*rendering));
  const auto try_it = [&](std::span<const engine::RenderRequest> some) {
    return guarded<Grains>([&]() -> engine::Result<Grains> {
      const auto voice = shelf_.find(batch.front()->job.voice_id);
      if (!voice) return std::unexpected(voice.error());
      auto grains = (*voice)->render_batch(some);
      if (grains.size() == some.size()) return grains;
      return failure(engine::Errc::kEngineFailure, "the engine yielded another number of grains than asked for");
    });
  };
  auto all = try_it(requests);
  if (all) return std::move(*all);
  Grains grains;
  if (requests.size() == 1) {
    grains.emplace_back(std::unexpected(std::move(all.error())));
    return grains;
  }
  // One that makes the engine throw fails alone.
  for (const auto& request : requests) {
    auto one = try_it(std::span(&request, 1));
    grains.push_back(one ? std::move(one->front()) : std::unexpected(std::move(one.error())));
  }
  return grains;
}

bool JobRunner::hand_over(Rendering& rendering, engine::Result<engine::RenderedGrain> grain, wire::GrainDone done) {
  if (grain && grain->pcm.size() != rendering.grain().samples) {
    grain = failure(engine::Errc::kEngineFailure, "the engine yielded another number of samples than planned");
  }
  Outcome outcome = Sent::kSent;
  if (grain) {
    done.pcm = std::move(grain->pcm);
    done.state = std::move(grain->state);
    wire::Message message = std::move(done);
    outcome = link_.send(message);
    if (*outcome == Sent::kSent) {
      rendering.advance(std::move(std::get<wire::GrainDone>(message).state), Clock::now());
      return !rendering.complete() || end(rendering);
    }
  } else {
    outcome = std::unexpected(std::move(grain.error()));
  }
  const auto job = rendering.job.job;
  renderings_.erase(rendering);
  return end(job, outcome);
}

}  // namespace antiphon::worker
