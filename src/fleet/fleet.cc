#include "fleet/fleet.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "identity/hash.h"
#include "runtime/log.h"
#include "wire/job_of.h"

namespace antiphon::fleet {
namespace {

using worker_pool::ActionKind;
using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallJudge;

/// How often the pool is asked while nothing happens, and how often memory is looked at.
constexpr base::Duration kAsk = std::chrono::milliseconds(100);
constexpr base::Duration kWeigh = std::chrono::seconds(1);

}  // namespace

Fleet::Fleet(runtime::Executor executor, runtime::Clock& clock, WorkerSource& source, const VoiceTable& voices,
             Events& events, Options options)
    : executor_(std::move(executor)),
      clock_(clock),
      source_(source),
      voices_(voices),
      events_(events),
      options_(std::move(options)),
      pool_(options_.pool),
      judge_(options_.pool.stall),
      memory_(source, options_.gpu, options_.pool.memory_share),
      loader_(clock, voices, memory_, slots_, events),
      life_(events, gate_),
      tasks_(executor_) {}

void Fleet::start() {
  for (worker_pool::SlotIndex i = 0; i < pool_.slots().size(); ++i) {
    slots_.add(judge_, std::make_unique<LocalWorker>(executor_, clock_, source_, pool_, i));
  }
  weigh();
  life_.ask_for_pool();
  tasks_.spawn(watch());
}

runtime::Awaitable<> Fleet::stop() {
  life_.stop();
  for (Slot* const slot : slots_.all()) {
    if (slot->worker->is_connected()) slot->worker->kill();
  }
  tasks_.cancel();
  co_await tasks_.join();
}

runtime::Awaitable<> Fleet::watch() {
  auto asked = clock_.now();
  while (co_await runtime::sleep_for(clock_, judge_.idle() ? kAsk : StallJudge::kInterval)) {
    judge();
    const auto now = clock_.now();
    if (now - weighed_at_ >= kWeigh) weigh();
    if (now - beaten_at_ >= link::kHeartbeat) beat();
    if (now - asked < kAsk) continue;
    asked = now;
    life_.ask_for_pool();
  }
}

void Fleet::judge() {
  std::vector<StallJudge::Reading> readings;
  for (Slot* const slot : slots_.all()) {
    if (!slot->joined) continue;
    Worker& worker = *slot->worker;
    readings.push_back({.worker = slot->id, .cpu = worker.cpu(), .runnable = worker.is_alive(slot->tasks.size())});
  }
  for (const auto& verdict : judge_.judge(readings, clock_.now())) {
    Slot* const slot = slots_.find(verdict.worker);
    if (slot == nullptr || slot->given_up) continue;
    runtime::log_error("worker_stalled", {{"worker", slot->id.value},
                                          {"why", worker_pool::name_of(verdict.stall)},
                                          {"after_s", base::to_seconds(verdict.after)},
                                          {"job", slot->tasks.first()}});
    life_.kill(*slot, verdict.stall == worker_pool::Stall::kLoad ? Death::kLoadStalled : Death::kStalled);
  }
}

void Fleet::weigh() {
  weighed_at_ = clock_.now();
  memory_.read();
  for (const auto& [slot, worker] : slots_.local()) {
    if (!worker->is_connected()) continue;
    WorkerStatus status;
    worker->weigh();
    worker->describe(status);
    memory_.saw_worker(pool_.slots()[slot->index].resident_when_ready());
    slot->device_bytes = memory_.read_device(status.pid);
  }
}

void Fleet::beat() {
  beaten_at_ = clock_.now();
  for (Slot* const slot : slots_.all()) {
    if (slot->worker->is_connected() && !slot->worker->beat()) life_.kill(*slot, Death::kStalled);
  }
}

void Fleet::update_pool(const Demand& demand) {
  if (life_.stopping()) return;
  worker_pool::Sample sample{.load = demand.load,
                             .start_wait = demand.start_wait,
                             .refusals = demand.refusals,
                             .calls = demand.calls,
                             .others = remote_workers()};
  memory_.describe(sample);
  for (const auto& action : pool_.update(sample, clock_.now())) perform(action);
  perform(gate_.update(situation()));
}

void Fleet::perform(const worker_pool::Action& action) {
  Slot& slot = *slots_.local().at(action.slot).slot;
  runtime::log_info("pool", {{"does", worker_pool::name_of(action.kind)},
                             {"slot", action.slot},
                             {"cause", worker_pool::name_of(action.cause)},
                             {"active", pool_.active()}});
  switch (action.kind) {
    case ActionKind::kSpawn:
      tasks_.spawn(run(slot));
      return;
    case ActionKind::kPromote:
      life_.join(slot);
      return;
    case ActionKind::kRetire:
      life_.retire(slot);
      return;
  }
}

void Fleet::perform(const FingerprintGate::Actions& actions) {
  for (const auto& action : actions) perform(action);
}

void Fleet::perform(const FingerprintGate::Action& action) {
  using Kind = FingerprintGate::ActionKind;
  if (action.kind == Kind::kChanged) return events_.fingerprint_changed();
  Slot* const slot = slots_.find(action.worker);
  if (slot == nullptr || slot->given_up) return;
  if (action.kind == Kind::kRefuse) {
    return life_.dismiss(
        *slot, wire::Refusal::kFingerprint,
        "it would compute other bytes: it is " + action.fingerprint + ", the others are " + gate_.current());
  }
  if (action.kind == Kind::kHold) {
    runtime::log_info("remote_worker_held", {{"worker", slot->id.value}, {"id", slot->worker->remote_id()}});
    return;
  }
  if (slot->worker->state() != SlotState::kStarting) return;
  life_.join(*slot);
  check_voices(*slot);  // others may be served since it came
  life_.ask_for_pool();
}

runtime::Awaitable<> Fleet::run(Slot& slot) {
  slot.begin(base::WorkerId{next_worker_++});
  if (!slot.worker->start({.id = slot.id, .epoch = slot.epoch})) co_return;
  loader_.add_start(slot);
  auto reason =
      co_await slot.worker->run([this, &slot](wire::Message message) { on_message(slot, std::move(message)); });
  life_.end(slot, std::move(reason));
}

runtime::Awaitable<> Fleet::serve(std::unique_ptr<link::MessageStream> stream, wire::Join join, std::string address) {
  if (life_.stopping() || refuse(join)) co_return;  // another one may have come since it was asked
  join.incarnation = incarnation_of(join, slots_.members());
  for (const auto& other : slots_.remote()) {
    if (other.slot->worker->remote_id() == join.id && !other.slot->given_up) {
      life_.dismiss(*other.slot, wire::Refusal::kSuperseded, "a newer worker of the id " + join.id + " has joined");
    }
  }
  auto token = base::sha256_hex(join.token);
  join.token.clear();
  auto worker = std::make_unique<RemoteWorker>(
      clock_, ledger_, std::move(stream),
      RemoteOrigin{.join = std::move(join), .address = std::move(address), .token_sha256 = std::move(token)},
      RemoteWorkerOptions{.kernel = options_.remote.kernel, .stall = options_.pool.stall});
  Slot& slot = slots_.add(judge_, std::move(worker));
  co_await run(slot);
  slots_.erase(slot);
}

void Fleet::on_message(Slot& slot, wire::Message message) {
  if (slot.given_up || life_.stopping()) return;
  if (on_link_message(slot, message)) return;
  std::visit(
      [&]<class M>(M&& body) {
        using Body = std::remove_cvref_t<M>;
        if constexpr (requires { body.epoch; } && !std::is_same_v<Body, wire::Hello>) {
          if (body.epoch != slot.epoch) return;
        }
        if constexpr (std::is_same_v<Body, wire::Ready>) {
          on_ready(slot, body);
        } else if constexpr (std::is_same_v<Body, wire::VoiceLoaded>) {
          on_voice_loaded(slot, body);
        } else if constexpr (std::is_same_v<Body, wire::Failed>) {
          const auto load = slot.loading.extract(body.job);
          if (load) return on_load_failed(slot, load.mapped(), body);
          on_job_message(slot, std::forward<M>(body));
        } else if constexpr (requires { body.job; }) {
          on_job_message(slot, std::forward<M>(body));
        }
      },
      std::move(message));
  life_.finish_retiring(slot);
}

bool Fleet::on_link_message(Slot& slot, const wire::Message& message) {
  const auto news = slot.worker->interpret(message);
  switch (news.kind) {
    case LinkNews::Kind::kNone:
      return false;
    case LinkNews::Kind::kMeasured:
      if (slot.joined) events_.link_measured(slot.id, *slot.worker->link());
      return true;
    case LinkNews::Kind::kLost:
      life_.kill(slot, news.death);
      return true;
    case LinkNews::Kind::kLeaves:
      life_.let_go(slot);
      return true;
  }
  return false;
}

void Fleet::on_job_message(Slot& slot, wire::Message message) {
  const auto now = clock_.now();
  const auto number = wire::job_of(message);
  const auto* const task = slot.tasks.find(number);
  if (!slot.joined || task == nullptr) return;
  bool is_last = false;
  if (std::holds_alternative<wire::Started>(message)) {
    slot.tasks.started(number, slot.worker->cpu(), now);
    if (slot.plans.contains(number)) slot.begun_plans.insert(number);
  } else if (const auto* grain = std::get_if<wire::GrainDone>(&message)) {
    slot.tasks.progressed(now);
    if (task->rate.hz > 0) slot.rendered += base::playing_time({grain->pcm.size()}, task->rate);
    slot.busy += base::from_microseconds(grain->share_us);
  } else {
    is_last = true;
    ++slot.jobs;
    end_task(slot, number);
    if (std::holds_alternative<wire::Planned>(message)) slot.worker->planned();
  }
  const auto worker = slot.id;
  events_.on_answer(worker, std::move(message));
  if (!is_last || slot.id != worker) return;
  slot.plans.erase(number);
  slot.begun_plans.erase(number);
}

void Fleet::on_ready(Slot& slot, const wire::Ready& ready) {
  if (slot.worker->state() != SlotState::kStarting || !slot.voices.empty()) return;
  perform(slot.worker->tell(gate_, ready.fingerprint, situation()));
  if (slot.given_up) return;
  runtime::log_info("worker_ready", {{"worker", slot.id.value}, {"fingerprint", ready.fingerprint}});
  slot.tasks.clear();  // its start
  slot.places = ready.places;
  slot.most_voices = std::min<std::size_t>(options_.voices_per_worker, ready.voices);
  loader_.load_first(slot);
}

void Fleet::on_load_failed(Slot& slot, const std::string& voice, const wire::Failed& failed) {
  runtime::log_error("voice_not_loaded", {{"worker", slot.id.value}, {"voice", voice}, {"reason", failed.message}});
  std::erase(slot.voices, voice);
  end_task(slot, failed.job);
  if (slot.worker->depends_on(voice, voices_)) {
    life_.dismiss(slot, wire::Refusal::kVoices, voice + " cannot be loaded: " + failed.message);
  } else if (slot.worker->state() == SlotState::kStarting) {
    on_loaded(slot);
  }
}

void Fleet::on_voice_loaded(Slot& slot, const wire::VoiceLoaded& loaded) {
  const auto asked = slot.loading.extract(loaded.job);
  if (!asked) return;
  if (asked.mapped() != loaded.voice_id) {
    return kill_for_bad_answer(slot.id, "it loaded another voice than it was told");
  }
  const auto* const voice = voices_.find(loaded.voice_id);
  if (voice != nullptr) {
    const auto fault = slot.worker->fault_of(*voice, loaded);
    if (!fault.empty()) return life_.dismiss(slot, wire::Refusal::kVoices, fault);
  }
  runtime::log_info("voice_loaded", {{"worker", slot.id.value},
                                     {"voice", loaded.voice_id},
                                     {"load_s", base::to_seconds(base::from_microseconds(loaded.load_us))}});
  end_task(slot, loaded.job);
  if (slot.worker->state() == SlotState::kStarting) return on_loaded(slot);
  if (!slot.joined) return;
  events_.voice_loaded(slot.id, loaded.voice_id);
  // The spare gets what the others need, once it is known that it does no harm.
  if (voice != nullptr) loader_.load_spares(*voice);
}

void Fleet::on_loaded(Slot& slot) {
  if (!slot.loading.empty()) return;
  perform(slot.worker->loaded(gate_));
  weigh();
  life_.ask_for_pool();
}

void Fleet::check_voices() {
  for (const Slot* const slot : slots_.all()) {
    if (slot->joined && !slot->given_up) check_voices(*slot);
  }
}

void Fleet::check_voices(const Slot& slot) {
  for (const auto* const voice : voices_.served()) {
    const auto fault = slot.worker->fault_of(*voice);
    if (fault.empty()) continue;
    runtime::log_warn("remote_worker_lacks_voice", {{"worker", slot.id.value}, {"reason", fault}});
    events_.voice_lacking(slot.id, voice->id);
  }
}

void Fleet::send_job(base::WorkerId worker, const Voice& voice, std::uint64_t job, wire::Message message,
                     StallJudge::Work work) {
  Slot* const slot = slots_.find(worker);
  ANTIPHON_CHECK(slot != nullptr && slot->joined, "jobs go to workers that have joined");
  loader_.load(*slot, voice);
  if (std::holds_alternative<wire::PlanJob>(message)) slot->plans.insert(job);
  // What its process computes meanwhile is for all that it has under way.
  work.cpu_p95 *= slot->places;
  work = slot->worker->expect(work, message);
  slot->tasks.add({.number = job, .work = work, .rate = voice.rate}, slot->worker->cpu(), clock_.now());
  slot->worker->send(message);
}

void Fleet::cancel_job(base::WorkerId worker, std::uint64_t job) {
  if (Slot* const slot = slots_.find(worker)) slot->worker->send(wire::Cancel{.job = job});
}

void Fleet::kill_for_bad_answer(base::WorkerId worker, const std::string& why) {
  Slot* const slot = slots_.find(worker);
  if (slot == nullptr || slot->given_up) return;
  runtime::log_error("worker_bad_answer", {{"worker", worker.value}, {"why", why}});
  life_.kill(*slot, Death::kBadAnswer);
}

void Fleet::end_task(Slot& slot, std::uint64_t number) { slot.tasks.ended(number, slot.worker->cpu(), clock_.now()); }

std::optional<wire::Refused> Fleet::refuse(const wire::Join& join) const {
  return refusal_of(join, slots_.members(), options_.remote.most, voices_.served());
}

void Fleet::check_tokens(const identity::KeyRing& tokens) {
  for (const auto& [slot, worker] : slots_.remote()) {
    if (slot->given_up || tokens.find_hash(worker->origin().token_sha256) != nullptr) continue;
    life_.dismiss(*slot, wire::Refusal::kToken, "its token was revoked");
  }
}

FingerprintGate::Situation Fleet::situation() const {
  return {.no_local_workers = pool_.options().most == 0 || pool_.condition() == worker_pool::Condition::kGivenUp,
          .speaking = streams_under_way_ > 0};
}

}  // namespace antiphon::fleet
