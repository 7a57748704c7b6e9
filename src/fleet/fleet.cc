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
using worker_pool::Cause;
using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallDetector;

/// How often memory is looked at.
constexpr base::Duration kWeigh = std::chrono::seconds(1);

}  // namespace

Fleet::Fleet(runtime::Executor executor, runtime::Clock& clock, WorkerSource& source, const VoiceTable& voices,
             const coordinator::Coordinator& coordinator, Events& events, Options options)
    : executor_(std::move(executor)),
      clock_(clock),
      source_(source),
      voices_(voices),
      coordinator_(coordinator),
      events_(events),
      options_(std::move(options)),
      memory_(source, options_.gpu, pool().options().memory_share),
      loader_(voices, memory_, slots_, events),
      life_(events, gate_, voices),
      tasks_(executor_) {}

void Fleet::start() {
  for (worker_pool::SlotIndex i = 0; i < pool().slots().size(); ++i) {
    slots_.add(std::make_unique<LocalWorker>(executor_, clock_, source_, pool(), i));
  }
  weigh();
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
  while (co_await runtime::sleep_for(clock_, link::kHeartbeat)) beat();
}

void Fleet::measure_memory() {
  if (clock_.now() - weighed_at_ >= kWeigh) weigh();
}

std::vector<StallDetector::Reading> Fleet::readings() const {
  std::vector<StallDetector::Reading> readings;
  for (const Slot* const slot : slots_.all()) {
    if (!slot->joined) continue;
    Worker& worker = *slot->worker;
    readings.push_back({.worker = slot->id, .cpu = worker.cpu(), .runnable = worker.is_alive(slot->tasks.size())});
  }
  return readings;
}

void Fleet::weigh() {
  weighed_at_ = clock_.now();
  memory_.read();
  for (const auto& [slot, worker] : slots_.local()) {
    if (!worker->is_connected()) continue;
    WorkerStatus status;
    worker->describe(status);
    events_.report(coordinator::ResidentMeasured{.slot = slot->index, .bytes = worker->resident()});
    memory_.saw_worker(pool().slots()[slot->index].resident_when_ready());
    slot->device_bytes = memory_.read_device(status.pid);
  }
  events_.report(memory_.measured());
}

void Fleet::beat() {
  for (const Slot* const slot : slots_.all()) {
    if (slot->worker->is_connected() && !slot->worker->beat()) life_.report_fault(*slot, Death::kStalled);
  }
}

void Fleet::log(ActionKind kind, worker_pool::SlotIndex slot, Cause cause) const {
  runtime::log_info("pool", {{"does", worker_pool::name_of(kind)},
                             {"slot", slot},
                             {"cause", worker_pool::name_of(cause)},
                             {"active", pool().active()}});
}

void Fleet::perform(const coordinator::Spawn& spawn) {
  log(ActionKind::kSpawn, spawn.slot, spawn.cause);
  tasks_.spawn(run(*slots_.local().at(spawn.slot).slot));
}

void Fleet::perform(const coordinator::Promote& promote) {
  log(ActionKind::kPromote, promote.slot, promote.cause);
  life_.join(*slots_.local().at(promote.slot).slot);
}

void Fleet::perform(const coordinator::Retire& retire) {
  log(ActionKind::kRetire, retire.slot, retire.cause);
  life_.finish_retiring(*slots_.local().at(retire.slot).slot);
}

void Fleet::perform(const coordinator::Kill& kill) {
  Slot* const slot = slots_.find(kill.worker);
  if (slot == nullptr || slot->given_up) return;
  if (kill.stall) {
    runtime::log_error("worker_stalled", {{"worker", slot->id.value},
                                          {"why", worker_pool::name_of(kill.stall->stall)},
                                          {"after_s", base::to_seconds(kill.stall->after)},
                                          {"job", slot->tasks.first()}});
  }
  life_.kill(*slot, kill.death);
}

void Fleet::set_streams_under_way(std::size_t streams) {
  streams_under_way_ = streams;
  perform(gate_.update(situation()));
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
  life_.ready(*slot);
  check_voices(*slot);  // others may be served since it came
}

runtime::Awaitable<> Fleet::run(Slot& slot) {
  slot.begin(base::WorkerId{next_worker_++});
  if (!slot.worker->start({.id = slot.id, .epoch = slot.epoch})) {
    events_.report(coordinator::WorkerNotSpawned{slot.index});
    co_return;
  }
  life_.connected(slot);
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
      RemoteWorkerOptions{.kernel = options_.remote.kernel, .stall = pool().options().stall});
  Slot& slot = slots_.add(std::move(worker));
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
      life_.report_fault(slot, news.death);
      return true;
    case LinkNews::Kind::kLeaves:
      life_.let_go(slot);
      return true;
  }
  return false;
}

void Fleet::on_job_message(Slot& slot, wire::Message message) {
  const auto number = wire::job_of(message);
  const auto* const task = slot.tasks.find(number);
  if (!slot.joined || task == nullptr) return;
  base::Duration cpu{};
  if (std::holds_alternative<wire::Started>(message)) {
    cpu = slot.worker->cpu();
  } else if (const auto* grain = std::get_if<wire::GrainDone>(&message)) {
    if (task->rate.hz > 0) slot.rendered += base::playing_time({grain->pcm.size()}, task->rate);
    slot.busy += base::from_microseconds(grain->share_us);
  } else {
    cpu = slot.worker->cpu();
    ++slot.jobs;
    slot.tasks.ended(number);
  }
  events_.on_answer({.worker = slot.id, .cpu = cpu, .message = std::move(message)});
}

void Fleet::on_ready(Slot& slot, const wire::Ready& ready) {
  if (slot.worker->state() != SlotState::kStarting || !slot.voices.empty()) return;
  perform(slot.worker->tell(gate_, ready.fingerprint, situation()));
  if (slot.given_up) return;
  runtime::log_info("worker_ready", {{"worker", slot.id.value}, {"fingerprint", ready.fingerprint}});
  loader_.end_start(slot);
  slot.places = ready.places;
  slot.most_voices = std::min<std::size_t>(options_.voices_per_worker, ready.voices);
  loader_.load_first(slot);
}

void Fleet::on_load_failed(Slot& slot, const std::string& voice, const wire::Failed& failed) {
  runtime::log_error("voice_not_loaded", {{"worker", slot.id.value}, {"voice", voice}, {"reason", failed.message}});
  std::erase(slot.voices, voice);
  loader_.end(slot, failed.job);
  if (!slot.joined) events_.report(coordinator::VoiceUnloaded{.worker = slot.id, .voice = voices_.id_of(voice)});
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
    return report_bad_answer(slot.id, "it loaded another voice than it was told");
  }
  const auto* const voice = voices_.find(loaded.voice_id);
  if (voice != nullptr) {
    const auto fault = slot.worker->fault_of(*voice, loaded);
    if (!fault.empty()) return life_.dismiss(slot, wire::Refusal::kVoices, fault);
  }
  runtime::log_info("voice_loaded", {{"worker", slot.id.value},
                                     {"voice", loaded.voice_id},
                                     {"load_s", base::to_seconds(base::from_microseconds(loaded.load_us))}});
  loader_.end(slot, loaded.job);
  if (slot.worker->state() == SlotState::kStarting) return on_loaded(slot);
  if (!slot.joined) return;
  events_.report(coordinator::VoiceLoaded{.worker = slot.id, .voice = voices_.id_of(loaded.voice_id)});
  // The spare gets what the others need, once it is known that it does no harm.
  if (voice != nullptr) loader_.load_spares(*voice);
}

void Fleet::on_loaded(Slot& slot) {
  if (!slot.loading.empty()) return;
  // The pool is asked when the worker is ready, and knows by then what one more would hold.
  if (const auto place = slot.worker->pool_slot()) memory_.saw_worker(slots_.local()[*place].worker->resident());
  weigh();
  const auto worker = slot.id;
  perform(slot.worker->loaded(gate_));
  const auto* const local = slots_.find(worker);
  if (local == nullptr || !local->worker->pool_slot()) return;
  events_.report(
      coordinator::ResidentMeasured{.slot = local->index, .bytes = slots_.local()[local->index].worker->resident()});
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
    events_.report(coordinator::VoiceLacking{.worker = slot.id, .voice = voices_.id_of(voice->id)});
  }
}

void Fleet::send_job(base::WorkerId worker, const Voice& voice, std::uint64_t job, wire::Message message,
                     StallDetector::Work work) {
  Slot* const slot = slots_.find(worker);
  ANTIPHON_CHECK(slot != nullptr && slot->joined, "jobs go to workers that have joined");
  loader_.load(*slot, voice, base::JobId{job});
  slot->worker->tell_expected(work, message);
  slot->tasks.add({.number = job, .rate = voice.rate});
  slot->worker->send(message);
}

void Fleet::cancel_job(base::WorkerId worker, std::uint64_t job) {
  if (const Slot* const slot = slots_.find(worker)) slot->worker->send(wire::Cancel{.job = job});
}

void Fleet::report_bad_answer(base::WorkerId worker, const std::string& why) {
  const Slot* const slot = slots_.find(worker);
  if (slot == nullptr || slot->given_up) return;
  runtime::log_error("worker_bad_answer", {{"worker", worker.value}, {"why", why}});
  life_.report_fault(*slot, Death::kBadAnswer);
}

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
  return {.no_local_workers = pool().options().most == 0 || pool().condition() == worker_pool::Condition::kGivenUp,
          .speaking = streams_under_way_ > 0};
}

}  // namespace antiphon::fleet
