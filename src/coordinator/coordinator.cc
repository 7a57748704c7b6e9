#include "coordinator/coordinator.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::coordinator {
namespace {

/// A segment of faster speech has up to so many times the text, and no more: see text::limit_of().
constexpr double kMostText = 2;

}  // namespace

Coordinator::Coordinator(Options options)
    : options_(std::move(options)),
      scheduler_(options_.scheduling),
      admission_(scheduler_),
      roster_(options_, scheduler_, commands_) {}

template <class Body>
void Coordinator::take_up(const Body& event, base::TimePoint now) {
  if constexpr (requires { roster_.handle(event, now); }) {
    roster_.handle(event, now);
  } else {
    handle(event, now);
  }
}

std::vector<Command> Coordinator::run(base::TimePoint now) {
  const auto events = std::exchange(events_, {});
  for (const auto& event : events) {
    std::visit([&](const auto& body) { take_up(body, now); }, event);
    if (roster_.take_changed()) ask_pool(now);
    if (roster_.take_joined()) note_room();
  }
  bool busy = true;
  while (busy) {
    if (std::exchange(admit_, false)) run_admission(now);
    busy = run_scheduler(now) || admit_;
  }
  return std::exchange(commands_, {});
}

std::optional<base::TimePoint> Coordinator::next_wakeup() const {
  auto next = roster_.next_tick();
  for (const auto& other : {admission_at_, pool_at_}) {
    if (other) next = next ? std::min(*next, *other) : other;
  }
  return next;
}

bool Coordinator::wants_readings(base::TimePoint now) const {
  const auto is_due = [now](const std::optional<base::TimePoint>& at) { return at && *at <= now; };
  return !is_due(admission_at_) && !is_due(pool_at_) && roster_.judges(now);
}

void Coordinator::handle(const RequestArrived& event, base::TimePoint now) {
  ANTIPHON_CHECK(open_.emplace(event.stream.id, event.speed).second, "the id of a request is new");
  admission_.apply(event.stream, event.wait, now);
  admit_ = true;
}

void Coordinator::handle(const RequestLeft& event, base::TimePoint now) {
  if (open_.erase(event.stream) == 0) return;
  if (scheduler_.playback(event.stream) == nullptr) {
    admission_.leave(event.stream);
  } else {
    scheduler_.cancel_stream(event.stream, now);
  }
  note_room();
}

void Coordinator::handle(const TextArrived& event, base::TimePoint now) {
  scheduler_.text_arrived(event.stream, event.expected, now);
}

void Coordinator::handle(const TextEnded& event, base::TimePoint now) { scheduler_.text_ended(event.stream, now); }

void Coordinator::handle(const StreamBlocked& event, base::TimePoint /*now*/) { scheduler_.block_stream(event.stream); }

void Coordinator::handle(const StreamUnblocked& event, base::TimePoint now) {
  scheduler_.unblock_stream(event.stream, event.taken, now);
}

void Coordinator::handle(const JobStarted& event, base::TimePoint now) {
  roster_.started(event, now);
  scheduler_.started(event.job);
}

void Coordinator::handle(const SegmentPlanned& event, base::TimePoint now) {
  roster_.planned(event.job);
  roster_.ended(event.job, event.cpu, now);
  scheduler_.planned(event.job,
                     {.grains = event.grains,
                      .first_silence = event.first_silence,
                      .more_text = event.more_text,
                      .awaits_text = event.awaits_text,
                      .expected = event.expected,
                      .took = event.took},
                     now);
}

void Coordinator::handle(const PlanRefused& event, base::TimePoint now) {
  roster_.ended(event.job, event.cpu, now);
  scheduler_.plan_again(event.job);
}

void Coordinator::handle(const GrainRendered& event, base::TimePoint now) {
  roster_.progressed(event.job, now);
  scheduler_.grain_rendered(event.job, event.took, now);
}

void Coordinator::handle(const RenderEnded& event, base::TimePoint now) {
  roster_.ended(event.job, event.cpu, now);
  scheduler_.render_ended(event.job, now);
}

void Coordinator::handle(const JobFailed& event, base::TimePoint now) {
  roster_.ended(event.job, event.cpu, now);
  scheduler_.job_failed(event.job, now);
}

void Coordinator::handle(const Started& /*event*/, base::TimePoint now) {
  if (options_.pool_interval > base::Duration::zero()) pool_at_ = now + options_.pool_interval;
  ask_pool(now);
}

void Coordinator::handle(const Tick& event, base::TimePoint now) {
  // One at a time: what follows from it is done before the next is looked at, in another tick at the same time.
  if (admission_at_ && *admission_at_ <= now) {
    admission_at_.reset();
    admit_ = true;
  } else if (pool_at_ && *pool_at_ <= now) {
    pool_at_ = requests_over_ ? std::nullopt : std::optional(now + options_.pool_interval);
    ask_pool(now);
  } else {
    roster_.tick(event.readings, now);
  }
}

void Coordinator::handle(const RequestsOver& /*event*/, base::TimePoint /*now*/) { requests_over_ = true; }

void Coordinator::note_room() {
  if (admission_.waiting() > 0) admit_ = true;
}

void Coordinator::ask_pool(base::TimePoint now) {
  roster_.ask_pool({.refusals = refusals_, .spare_requests = admission_.spare_requests()}, now);
  if (roster_.take_joined()) note_room();
}

void Coordinator::run_admission(base::TimePoint now) {
  const auto report_all = [&](const std::vector<scheduler::Verdict>& verdicts) {
    for (const auto& verdict : verdicts) std::visit([&](const auto& body) { report(body, now); }, verdict);
  };
  report_all(admission_.poll(now, pool().spare_wait_limit()));
  if (admission_.called()) {
    ask_pool(now);  // after which admission runs again where a worker has joined
    if (pool().spare_wait_limit()) report_all(admission_.poll(now));
  }
  if (!admission_at_) admission_at_ = admission_.next_poll(now);
}

void Coordinator::report(const scheduler::Admitted& verdict, base::TimePoint now) {
  commands_.emplace_back(
      Admitted{.verdict = verdict, .predicted_start = scheduler_.predicted_start(verdict.voice, now)});
}

void Coordinator::report(const scheduler::Refused& verdict, base::TimePoint /*now*/) {
  const bool for_want_of_capacity =
      verdict.reason == scheduler::RefusalReason::kCapacity || verdict.reason == scheduler::RefusalReason::kQueueFull;
  if (for_want_of_capacity) ++refusals_;
  if (open_.erase(verdict.stream) == 0) return;
  commands_.emplace_back(Refused{.verdict = verdict, .limit = pool().limit()});
}

bool Coordinator::run_scheduler(base::TimePoint now) {
  const auto actions = scheduler_.poll(now);
  for (const auto& action : actions) std::visit([&](const auto& body) { command(body, now); }, action);
  return !actions.empty();
}

void Coordinator::command(const scheduler::Dispatch& job, base::TimePoint now) {
  commands_.emplace_back(Dispatch{.job = job,
                                  .work = roster_.dispatched(job, text_share(job), now),
                                  .max_delay = max_delay(job, now),
                                  .streams = scheduler_.streams()});
}

void Coordinator::command(const scheduler::CancelJob& cancel, base::TimePoint /*now*/) {
  commands_.emplace_back(cancel);
}

void Coordinator::command(const scheduler::StreamDone& done, base::TimePoint /*now*/) {
  note_room();
  if (open_.erase(done.stream) > 0) commands_.emplace_back(done);
}

void Coordinator::command(const scheduler::StreamFailed& failed, base::TimePoint /*now*/) {
  note_room();
  if (open_.erase(failed.stream) > 0) commands_.emplace_back(failed);
}

double Coordinator::text_share(const scheduler::Dispatch& job) const {
  const auto open = open_.find(job.stream);
  if (job.kind != scheduler::JobKind::kPlan || open == open_.end()) return 1;
  return std::clamp(open->second, 1.0, kMostText);
}

base::Duration Coordinator::max_delay(const scheduler::Dispatch& job, base::TimePoint now) const {
  const auto* const playback = scheduler_.playback(job.stream);
  const auto underrun_at = playback == nullptr ? std::nullopt : playback->underrun_at();
  const auto delay = underrun_at ? *underrun_at - now - options_.scheduling.guard : base::Duration{};
  if (job.kind == scheduler::JobKind::kRender) return std::max(base::Duration{}, delay);
  // Others' plans, which may be more urgent, wait for this one in the scheduler: so it waits for no longer than a job.
  const auto longest = options_.scheduling.longest_job;
  const auto planned = scheduler_.left_of(job.stream).planned;
  return std::clamp(delay + planned - 2 * longest, base::Duration{}, longest);
}

}  // namespace antiphon::coordinator
