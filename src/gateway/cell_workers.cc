// What the cell hears of its workers' coming and going, and of what lies between.
#include <algorithm>
#include <cmath>

#include "gateway/cell.h"
#include "identity/hash.h"
#include "runtime/log.h"

namespace antiphon::gateway {
namespace {

/// Whether a link costs more or less than it did, beyond what measurements scatter.
bool differ(const worker_pool::LinkQuality::Cost& now, const worker_pool::LinkQuality::Cost& before) {
  constexpr double kShare = 0.1;
  constexpr double kLeast = 0.001;  // seconds a job, or for each second of audio
  const auto moved = [&](double a, double b) { return std::abs(a - b) > std::max(kLeast, kShare * b); };
  return moved(base::to_seconds(now.fixed), base::to_seconds(before.fixed)) || moved(now.ratio, before.ratio);
}

}  // namespace

void Cell::worker_joined(const fleet::NewWorker& joined) {
  scheduler::DeviceId device;
  const auto& id = joined.remote_id;
  // What a machine's workers cost is learnt together, over all the times that they join.
  if (!id.empty()) device = scheduler::DeviceId{identity::hash({"remote", id.substr(0, id.rfind('/'))})};
  scheduler_.add_worker(joined.worker, joined.places + options_.scheduling.queue_depth - 1, device, joined.places);
  if (joined.link != nullptr) {
    distances_[joined.worker] = {.device = device, .depth = options_.scheduling.queue_depth};
    update_distance(joined.worker, *joined.link, distances_[joined.worker]);
  }
  for (const auto& loaded : joined.voices) voice_loaded(joined.worker, loaded);
  room_changed_ = true;
  ready_.notify_all();
  act();
}

void Cell::link_measured(base::WorkerId worker, const worker_pool::LinkQuality& link) {
  const auto told = distances_.find(worker);
  if (told != distances_.end() && update_distance(worker, link, told->second)) act();
}

bool Cell::update_distance(base::WorkerId worker, const worker_pool::LinkQuality& link, Distance& told) {
  const auto job = scheduler_.pace(number(voices_.first().id)).render_cost(options_.scheduling.chunk_max);
  const auto cost = link.cost(job);
  const auto depth = std::max(options_.scheduling.queue_depth, link.depth(job));
  const bool is_news = !told.cost || differ(cost, *told.cost) || depth != told.depth;
  if (!is_news) return false;
  told.cost = cost;
  told.depth = depth;
  scheduler_.set_distance(told.device, {.fixed = cost.fixed, .ratio = cost.ratio});
  scheduler_.set_depth(worker, depth);
  return true;
}

void Cell::fingerprint_changed() {
  const auto streams = streams_;
  for (const auto& [id, stream] : streams) {
    if (!stream->is_under_way()) continue;
    fail(*stream, {.code = Errc::kWorkerLost,
                   .message = "the workers that rendered it are gone, and the others would compute other bytes"});
  }
}

void Cell::worker_retires(base::WorkerId worker) {
  scheduler_.retire_worker(worker);
  room_changed_ = true;
}

void Cell::note_costly_texts(base::WorkerId worker) {
  for (const auto& [id, job] : jobs_) {
    if (job.worker != worker || job.kind != scheduler::JobKind::kPlan || !job.started) continue;
    const auto losses = costly_texts_.lost(job.text, clock_.now());
    runtime::log_warn("text_cost_worker", {{"stream", job.stream.value}, {"worker", worker.value}, {"losses", losses}});
  }
}

std::uint64_t Cell::hash_of(const SpeechStream& stream, const text::Segment& segment) const {
  return text_key_.hash_of(stream.spec().voice_id, segment.text);
}

bool Cell::has_refused_text(const SpeechStream& stream) const {
  if (costly_texts_.size() == 0) return false;
  return std::ranges::any_of(stream.utterance().segments(), [&](const auto& segment) {
    return costly_texts_.refuses(hash_of(stream, segment), clock_.now());
  });
}

void Cell::refuse_text(SpeechStream& stream) {
  runtime::log_warn("text_refused", {{"stream", stream.id().value}, {"remembered", costly_texts_.size()}});
  stream.fail({.code = Errc::kTextNotSpeakable,
               .message = "The text has ended the workers that read it, and is not tried again for a while."});
}

void Cell::worker_left(base::WorkerId worker, worker_pool::Blame blame) {
  if (blame == worker_pool::Blame::kText) note_costly_texts(worker);
  distances_.erase(worker);
  std::erase_if(jobs_, [&](const auto& entry) { return entry.second.worker == worker; });
  scheduler_.remove_worker(worker, clock_.now());
  room_changed_ = true;
  act();
}

void Cell::voice_loaded(base::WorkerId worker, const std::string& voice) {
  scheduler_.voice_loaded(worker, number(voice));
}

void Cell::voice_unloaded(base::WorkerId worker, const std::string& voice) {
  scheduler_.voice_unloaded(worker, number(voice));
}

void Cell::voice_lacking(base::WorkerId worker, const std::string& voice) {
  scheduler_.voice_lacking(worker, number(voice));
}

}  // namespace antiphon::gateway
