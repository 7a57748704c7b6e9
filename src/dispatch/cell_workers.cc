// What the cell hears of its workers' coming and going, and of what lies between.
#include <algorithm>
#include <cmath>

#include "dispatch/cell.h"
#include "identity/hash.h"
#include "runtime/log.h"

namespace antiphon::dispatch {
namespace {

/// Whether a link costs more or less than it did, beyond what measurements scatter.
bool differ(const worker_pool::LinkQuality::Cost& now, const worker_pool::LinkQuality::Cost& before) {
  constexpr double kShare = 0.1;
  constexpr double kLeast = 0.001;  // seconds a job, or for each second of audio
  const auto moved = [&](double a, double b) { return std::abs(a - b) > std::max(kLeast, kShare * b); };
  return moved(base::to_seconds(now.fixed), base::to_seconds(before.fixed)) || moved(now.ratio, before.ratio);
}

}  // namespace

void Cell::remote_joined(const fleet::NewWorker& joined) {
  const auto& id = joined.remote_id;
  // What a machine's workers cost is learnt together, over all the times that they join.
  const scheduler::DeviceId device{identity::hash({"remote", id.substr(0, id.rfind('/'))})};
  const auto depth = options_.scheduling.queue_depth;
  coordinator::Worker worker{.id = joined.worker, .places = joined.places, .depth = depth, .device = device};
  for (const auto& voice : joined.voices) worker.voices.push_back(number(voice));
  post(coordinator::RoundTripMeasured{.worker = joined.worker, .round_trip = joined.link->round_trip()});
  post(coordinator::RemoteJoined{std::move(worker)});
  distances_[joined.worker] = {.device = device, .depth = depth};
  update_distance(joined.worker, *joined.link, distances_[joined.worker]);
  ready_.notify_all();
  act();
}

void Cell::link_measured(base::WorkerId worker, const worker_pool::LinkQuality& link) {
  post(coordinator::RoundTripMeasured{.worker = worker, .round_trip = link.round_trip()});
  const auto told = distances_.find(worker);
  if (told != distances_.end() && update_distance(worker, link, told->second)) act();
}

bool Cell::update_distance(base::WorkerId worker, const worker_pool::LinkQuality& link, Distance& told) {
  const auto job = scheduler().pace(number(voices_.first().id)).render_cost(options_.scheduling.chunk_max);
  const auto cost = link.cost(job);
  const auto depth = std::max(options_.scheduling.queue_depth, link.depth(job));
  const bool is_news = !told.cost || differ(cost, *told.cost) || depth != told.depth;
  if (!is_news) return false;
  told.cost = cost;
  told.depth = depth;
  post(coordinator::LinkMeasured{
      .worker = worker, .device = told.device, .distance = {.fixed = cost.fixed, .ratio = cost.ratio}, .depth = depth});
  return true;
}

void Cell::fingerprint_changed() {
  const auto streams = streams_;
  for (const auto& [id, stream] : streams) {
    if (!stream->is_under_way()) continue;
    fail(*stream, {.code = protocol::Errc::kWorkerLost,
                   .message = "the workers that rendered it are gone, and the others would compute other bytes"});
  }
  act();
}

coordinator::TextId Cell::hash_of(const SpeechStream& stream, const text::Segment& segment) const {
  return text_key_.hash_of(stream.spec().voice_id, segment.text);
}

bool Cell::has_refused_text(const SpeechStream& stream) const {
  const auto& costly = coordinator_.costly_texts();
  if (costly.size() == 0) return false;
  return std::ranges::any_of(stream.utterance().segments(), [&](const auto& segment) {
    return costly.refuses(hash_of(stream, segment), clock_.now());
  });
}

void Cell::refuse_text(SpeechStream& stream) {
  runtime::log_warn("text_refused",
                    {{"stream", stream.id().value}, {"remembered", coordinator_.costly_texts().size()}});
  stream.fail({.code = protocol::Errc::kTextNotSpeakable,
               .message = "The text has ended the workers that read it, and is not tried again for a while."});
}

void Cell::worker_left(base::WorkerId worker) {
  distances_.erase(worker);
  std::erase_if(jobs_, [&](const auto& entry) { return entry.second.worker == worker; });
}

void Cell::perform(const coordinator::TextBlamed& blamed) {
  runtime::log_warn("text_cost_worker",
                    {{"stream", blamed.stream.value}, {"worker", blamed.worker.value}, {"losses", blamed.losses}});
}

}  // namespace antiphon::dispatch
