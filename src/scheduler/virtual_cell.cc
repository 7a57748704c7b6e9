#include "scheduler/virtual_cell.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::scheduler {

VirtualCell::VirtualCell(Setup setup) : setup_(std::move(setup)), scheduler_(setup_.options), random_(setup_.seed) {
  scheduler_.set_prior(VoiceId{1}, {.fixed = setup_.fixed, .ratio = setup_.ratio, .plan_ratio = setup_.plan_ratio});
  for (; next_worker_ <= setup_.workers; ++next_worker_) {
    scheduler_.add_worker(base::WorkerId{next_worker_});
    alive_.insert(base::WorkerId{next_worker_});
  }
}

void VirtualCell::arrive(const StreamSpec& spec, base::Duration audio, base::TimePoint when) {
  listeners_[spec.id] = Listener{.arrival = when, .text_left = audio, .segments = {}, .jobs = {}, .heard = {}};
  at(when, {.kind = Event::Kind::kArrival, .spec = spec});
}

void VirtualCell::run() {
  while (!events_.empty()) {
    const auto first = events_.extract(events_.begin());
    now_ = first.key().first;
    happen(first.mapped());
    perform(scheduler_.poll(now_));
  }
}

void VirtualCell::perform(const std::vector<Action>& actions) {
  for (const auto& action : actions) {
    if (const auto* dispatch = std::get_if<Dispatch>(&action)) {
      start(*dispatch);
    } else if (const auto* end = std::get_if<StreamDone>(&action)) {
      const Listener& listener = listeners_.at(end->stream);
      const auto first = listener.heard.first_audio_at().value_or(listener.arrival);
      const bool once = done_
                            .try_emplace(end->stream, Heard{.first_audio = first - listener.arrival,
                                                            .stall = listener.heard.total_stall()})
                            .second;
      ANTIPHON_CHECK(once, "a stream ends once");
      ANTIPHON_CHECK(listener.next_segment == listener.segments.size() && listener.text_left <= base::Duration::zero(),
                     "a stream is done when everything is rendered");
    } else if (std::holds_alternative<StreamFailed>(action)) {
      ++failed_;
    }
  }
}

void VirtualCell::start(const Dispatch& dispatch) {
  Listener& listener = listeners_.at(dispatch.stream);
  ANTIPHON_CHECK(listener.jobs.empty(), "one job of a stream at a time");
  ANTIPHON_CHECK(alive_.contains(dispatch.worker), "jobs go to live workers");
  listener.jobs.insert(dispatch.job);
  dispatched_[dispatch.job] = dispatch;
  auto when = now_;
  if (dispatch.kind == JobKind::kPlan) {
    const auto audio = std::min(listener.text_left, setup_.segment_max);
    const auto took = base::from_seconds(setup_.plan_ratio * base::to_seconds(audio));
    at(when + took, {.kind = Event::Kind::kPlanned, .job = dispatch.job, .took = took});
  } else {
    ANTIPHON_CHECK(dispatch.segment == listener.next_segment && dispatch.first_grain == listener.next_grain,
                   "grains are dispatched in order");
    const auto& grains = listener.segments.at(dispatch.segment);
    when += setup_.fixed;
    for (std::uint32_t i = 0; i < dispatch.grains; ++i) {
      const auto took = base::from_seconds(setup_.ratio * base::to_seconds(grains.at(dispatch.first_grain + i)));
      when += took;
      at(when, {.kind = Event::Kind::kGrain, .job = dispatch.job, .took = took});
    }
    at(when, {.kind = Event::Kind::kEnded, .job = dispatch.job});
  }
  scheduler_.started(dispatch.job);
  if (one_in(setup_.worker_loss_every)) {
    at(now_ + std::chrono::milliseconds(5), {.kind = Event::Kind::kWorkerLost, .worker = dispatch.worker});
  }
  if (one_in(setup_.cancel_every)) {
    at(now_ + std::chrono::milliseconds(3), {.kind = Event::Kind::kCancel, .spec = {.id = dispatch.stream}});
  }
}

void VirtualCell::happen(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kArrival:
      scheduler_.add_stream(event.spec, now_);
      return;
    case Event::Kind::kPlanned:
      on_planned(event);
      return;
    case Event::Kind::kGrain:
      on_grain(event);
      return;
    case Event::Kind::kEnded:
      if (const auto it = dispatched_.find(event.job); it != dispatched_.end()) {
        listeners_.at(it->second.stream).jobs.erase(event.job);
        dispatched_.erase(it);
      }
      scheduler_.render_ended(event.job, now_);
      return;
    case Event::Kind::kWorkerLost:
      lose_worker(event.worker);
      return;
    case Event::Kind::kCancel:
      if (scheduler_.playback(event.spec.id) != nullptr) ++cancelled_;
      scheduler_.cancel_stream(event.spec.id, now_);
      return;
  }
}

void VirtualCell::on_planned(const Event& event) {
  const auto it = dispatched_.find(event.job);
  if (it == dispatched_.end()) return;
  Listener& listener = listeners_.at(it->second.stream);
  listener.jobs.erase(event.job);
  dispatched_.erase(it);
  auto audio = std::min(listener.text_left, setup_.segment_max);
  listener.text_left -= audio;
  std::vector<base::Duration> grains;
  for (; audio > base::Duration::zero(); audio -= setup_.grain) grains.push_back(std::min(audio, setup_.grain));
  listener.segments.push_back(grains);
  scheduler_.planned(event.job,
                     {.grains = grains, .more_text = listener.text_left > base::Duration::zero(), .took = event.took},
                     now_);
}

void VirtualCell::on_grain(const Event& event) {
  if (const auto it = dispatched_.find(event.job); it != dispatched_.end()) {
    Listener& listener = listeners_.at(it->second.stream);
    const auto& grains = listener.segments.at(listener.next_segment);
    listener.heard.advance(grains.at(listener.next_grain), now_);
    if (++listener.next_grain == grains.size()) {
      ++listener.next_segment;
      listener.next_grain = 0;
    }
  }
  scheduler_.grain_rendered(event.job, event.took, now_);
}

void VirtualCell::lose_worker(base::WorkerId worker) {
  if (alive_.erase(worker) == 0) return;
  for (auto it = dispatched_.begin(); it != dispatched_.end();) {
    if (it->second.worker != worker) {
      ++it;
      continue;
    }
    listeners_.at(it->second.stream).jobs.erase(it->first);
    it = dispatched_.erase(it);
  }
  scheduler_.remove_worker(worker, now_);
  scheduler_.add_worker(base::WorkerId{next_worker_});
  alive_.insert(base::WorkerId{next_worker_++});
}

}  // namespace antiphon::scheduler
