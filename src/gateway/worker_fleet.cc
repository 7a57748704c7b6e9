#include "gateway/worker_fleet.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "process/usage.h"
#include "runtime/log.h"

namespace antiphon::gateway {
namespace {

using worker_pool::ActionKind;
using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallJudge;

/// How often the pool is asked while nothing happens, and how often memory is looked at.
constexpr base::Duration kAsk = std::chrono::milliseconds(100);
constexpr base::Duration kWeigh = std::chrono::seconds(1);

}  // namespace

WorkerFleet::WorkerFleet(runtime::Executor executor, runtime::Clock& clock, FleetOwner& owner, FleetOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      owner_(owner),
      options_(std::move(options)),
      pool_(options_.pool),
      judge_(options_.pool.stall),
      tasks_(executor_) {}

void WorkerFleet::start() {
  for (worker_pool::SlotIndex i = 0; i < pool_.slots().size(); ++i) {
    slots_.push_back(std::make_unique<Slot>(judge_));
    slots_.back()->index = i;
  }
  weigh();
  act();
  tasks_.spawn(watch());
}

runtime::Awaitable<> WorkerFleet::stop() {
  stopping_ = true;
  for (Slot* const slot : all_slots()) {
    if (slot->link) slot->link->kill();
  }
  tasks_.cancel();
  co_await tasks_.join();
}

runtime::Awaitable<> WorkerFleet::watch() {
  auto asked = clock_.now();
  while (co_await runtime::sleep_for(clock_, judge_.idle() ? kAsk : StallJudge::kInterval)) {
    judge();
    const auto now = clock_.now();
    if (now - weighed_ >= kWeigh) weigh();
    if (now - beaten_ >= link::kHeartbeat) beat();
    if (now - asked < kAsk) continue;
    asked = now;
    act();
  }
}

void WorkerFleet::judge() {
  std::vector<StallJudge::Reading> readings;
  for (Slot* const slot : all_slots()) {
    if (!slot->joined) continue;
    const bool runnable = slot->remote ? is_heard(*slot) : process::is_runnable(slot->link->pid());
    readings.push_back({.worker = slot->id, .cpu = cpu_of(*slot), .runnable = runnable});
  }
  for (const auto& verdict : judge_.judge(readings, clock_.now())) {
    Slot* const slot = slot_of(verdict.worker);
    if (slot == nullptr || slot->condemned) continue;
    runtime::log_error("worker_stalled", {{"worker", slot->id.value},
                                          {"why", worker_pool::name_of(verdict.stall)},
                                          {"after_s", base::to_seconds(verdict.after)},
                                          {"job", slot->tasks.first()}});
    kill(*slot, verdict.stall == worker_pool::Stall::kLoad ? Death::kLoadStalled : Death::kStalled);
  }
}

void WorkerFleet::weigh() {
  weighed_ = clock_.now();
  if (const auto memory = process::machine_memory()) memory_ = {.total = memory->total, .used = memory->used};
  for (const auto& slot : slots_) {
    if (!slot->link) continue;
    const auto bytes = process::resident_bytes(slot->link->pid()).value_or(0);
    pool_.resident(slot->index, bytes);
    largest_ = std::max(largest_, pool_.slots()[slot->index].resident_when_ready());
    if (options_.gpu == nullptr) continue;
    const auto held = options_.gpu->memory_of(static_cast<std::uint32_t>(slot->link->pid()));
    slot->device_bytes = held ? held->value_or(0) : 0;
    largest_on_device_ = std::max(largest_on_device_, slot->device_bytes);
  }
  if (options_.gpu == nullptr) return;
  const auto memory = options_.gpu->memory();
  if (memory) device_memory_ = {.total = memory->total, .used = memory->used};
}

void WorkerFleet::act() {
  if (stopping_) return;
  auto sample = owner_.demand();
  sample.others = remote_workers();
  sample.machine = memory_;
  sample.worker_bytes = largest_;
  sample.device = device_memory_;
  sample.worker_device_bytes = largest_on_device_;
  for (const auto& action : pool_.update(sample, clock_.now())) perform(action);
  let_others_decide();
}

void WorkerFleet::perform(const worker_pool::Action& action) {
  Slot& slot = *slots_.at(action.slot);
  runtime::log_info("pool", {{"does", worker_pool::name_of(action.kind)},
                             {"slot", action.slot},
                             {"cause", worker_pool::name_of(action.cause)},
                             {"active", pool_.active()}});
  switch (action.kind) {
    case ActionKind::kSpawn:
      tasks_.spawn(run(slot));
      return;
    case ActionKind::kPromote:
      slot.joined = true;
      owner_.worker_joined(slot.id, slot.voices, slot.places);
      return;
    case ActionKind::kRetire:
      if (slot.joined) owner_.worker_retires(slot.id);
      finish_retiring(slot);
      return;
  }
}

runtime::Awaitable<> WorkerFleet::run(Slot& slot) {
  slot.id = base::WorkerId{next_worker_++};
  ++slot.epoch;
  slot.voices.clear();
  slot.loading.clear();
  slot.tasks.reset(slot.id);
  slot.condemned = false;
  slot.blame = worker_pool::Blame::kSlot;
  slot.places = 1;
  slot.device_bytes = 0;
  slot.jobs = 0;
  slot.rendered = slot.busy = {};
  auto link =
      WorkerLink::start(executor_, clock_, options_.command,
                        {.protocol_version = wire::kProtocolVersion, .worker_id = slot.id.value, .epoch = slot.epoch});
  if (!link) {
    runtime::log_warn("worker_not_started", {{"worker", slot.id.value}, {"reason", link.error().message}});
    pool_.not_started(slot.index, clock_.now());
    co_return;
  }
  slot.link = std::move(*link);
  runtime::log_info("worker_started", {{"worker", slot.id.value}, {"pid", slot.link->pid()}});
  add_loading(slot, next_load_++);
  const auto reason =
      co_await slot.link->run([this, &slot](wire::Message message) { on_message(slot, std::move(message)); });
  const bool retired = state(slot) == SlotState::kRetiring;
  const runtime::LogFields fields{{"worker", slot.id.value}, {"reason", reason}, {"jobs", slot.tasks.jobs()}};
  slot.link.reset();
  // Whoever hears that it has left finds it gone from the pool, too: it is lost, and not one too few.
  blame(slot);
  if (!stopping_) pool_.ended(slot.index, clock_.now(), slot.blame);
  leave(slot);
  if (stopping_) co_return;
  if (retired) {
    runtime::log_info("worker_retired", fields);
  } else {
    runtime::log_warn("worker_ended", fields);
    tell_of_rest(slot);
  }
  act();
}

void WorkerFleet::on_message(Slot& slot, wire::Message message) {
  if (slot.condemned || stopping_) return;
  if (slot.remote && on_link_message(slot, message)) return;
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
  finish_retiring(slot);
}

void WorkerFleet::on_job_message(Slot& slot, wire::Message message) {
  const auto now = clock_.now();
  const auto number = std::visit(
      [](const auto& body) -> std::uint64_t {
        if constexpr (requires { body.job; }) return body.job;
        return 0;
      },
      message);
  const auto* const task = slot.tasks.find(number);
  if (!slot.joined || task == nullptr) return;
  if (std::holds_alternative<wire::Started>(message)) {
    slot.tasks.started(number, cpu_of(slot), now);
  } else if (const auto* grain = std::get_if<wire::GrainDone>(&message)) {
    slot.tasks.progressed(now);
    if (task->rate.hz > 0) slot.rendered += base::playing_time({grain->pcm.size()}, task->rate);
    slot.busy += base::from_microseconds(grain->share_us);
  } else {
    ++slot.jobs;
    end_task(slot, number);
    if (!slot.remote && std::holds_alternative<wire::Planned>(message)) pool_.planned(slot.index);
  }
  const auto worker = slot.id;
  owner_.on_answer(worker, std::move(message));
}

void WorkerFleet::on_ready(Slot& slot, const wire::Ready& ready) {
  if (state(slot) != SlotState::kStarting || !slot.voices.empty()) return;
  if (slot.remote) forget_fingerprint_of_nobody();
  if (!accept_fingerprint(slot, ready.fingerprint)) return;
  runtime::log_info("worker_ready", {{"worker", slot.id.value}, {"fingerprint", ready.fingerprint}});
  slot.tasks.clear();  // its start
  slot.places = ready.places;
  slot.most_voices = std::min<std::size_t>(options_.voices_per_worker, ready.voices);
  load(slot, owner_.first_voice());
  for (const auto& id : voices_in_use()) {
    const auto* const voice = owner_.find_voice(id);
    if (voice != nullptr && slot.voices.size() < slot.most_voices) load(slot, *voice);
  }
}

std::vector<std::string> WorkerFleet::voices_in_use() const {
  std::vector<std::string> found;
  for (const Slot* const slot : all_slots()) {
    if (!slot->joined) continue;
    for (auto it = slot->voices.rbegin(); it != slot->voices.rend(); ++it) {
      const bool loads = std::ranges::any_of(slot->loading, [&](const auto& entry) { return entry.second == *it; });
      if (!loads && std::ranges::find(found, *it) == found.end()) found.push_back(*it);
    }
  }
  return found;
}

void WorkerFleet::load(Slot& slot, const CellVoice& wanted) {
  if (const auto it = std::ranges::find(slot.voices, wanted.id); it != slot.voices.end()) {
    std::rotate(it, it + 1, slot.voices.end());
    return;
  }
  // On a full device a voice takes the place of another, whatever their number.
  const bool crowded = !slot.remote && device_full() && !slot.voices.empty();
  if (slot.voices.size() >= slot.most_voices || crowded) {
    if (slot.joined) owner_.voice_unloaded(slot.id, slot.voices.front());
    slot.link->send(wire::UnloadVoice{.voice_id = slot.voices.front()});
    slot.voices.erase(slot.voices.begin());
  }
  slot.voices.push_back(wanted.id);
  slot.loading.emplace(next_load_, wanted.id);
  add_loading(slot, next_load_);
  // Elsewhere it is the voice of the same name in that machine's store.
  const auto folder = slot.remote ? wanted.folder.filename() : wanted.folder;
  slot.link->send(wire::LoadVoice{.job = next_load_++, .voice_id = wanted.id, .folder = folder.string()});
}

void WorkerFleet::on_load_failed(Slot& slot, const std::string& voice, const wire::Failed& failed) {
  runtime::log_error("voice_not_loaded", {{"worker", slot.id.value}, {"voice", voice}, {"reason", failed.message}});
  std::erase(slot.voices, voice);
  end_task(slot, failed.job);
  if (slot.remote) return send_away(slot, wire::Refusal::kVoices, voice + " cannot be loaded: " + failed.message);
  if (state(slot) != SlotState::kStarting) return;
  if (voice == owner_.first_voice().id) return kill(slot, Death::kNotLoaded);
  count_as_ready(slot);
}

void WorkerFleet::on_voice_loaded(Slot& slot, const wire::VoiceLoaded& loaded) {
  const auto asked = slot.loading.extract(loaded.job);
  if (!asked) return;
  if (asked.mapped() != loaded.voice_id) return condemn(slot.id, "it loaded another voice than it was told");
  if (slot.remote && !accept_voice(slot, loaded)) return;
  runtime::log_info("voice_loaded", {{"worker", slot.id.value},
                                     {"voice", loaded.voice_id},
                                     {"load_s", base::to_seconds(base::from_microseconds(loaded.load_us))}});
  end_task(slot, loaded.job);
  if (state(slot) == SlotState::kStarting) return count_as_ready(slot);
  if (!slot.joined) return;
  owner_.voice_loaded(slot.id, loaded.voice_id);
  // The spare gets what the others need, once it is known that it does no harm.
  for (const auto& other : slots_) {
    const auto* const voice = owner_.find_voice(loaded.voice_id);
    if (state(*other) == SlotState::kSpare && voice != nullptr) load(*other, *voice);
  }
}

void WorkerFleet::count_as_ready(Slot& slot) {
  if (!slot.loading.empty()) return;
  if (slot.remote) return admit(slot);
  pool_.ready(slot.index, clock_.now());
  runtime::log_info("worker_spare", {{"worker", slot.id.value},
                                     {"after_s", base::to_seconds(pool_.slots()[slot.index].ready_after())}});
  const auto bytes = process::resident_bytes(slot.link->pid()).value_or(0);
  pool_.resident(slot.index, bytes);
  largest_ = std::max(largest_, bytes);
  act();
}

void WorkerFleet::send_job(base::WorkerId worker, const CellVoice& voice, std::uint64_t job, wire::Message message,
                           StallJudge::Work work) {
  Slot* const slot = slot_of(worker);
  ANTIPHON_CHECK(slot != nullptr && slot->joined, "jobs go to workers that have joined");
  load(*slot, voice);
  // What its process computes meanwhile is for all that it has under way.
  work.cpu_p95 *= slot->places;
  if (slot->remote) {
    tell_expected(work, message);
    work = patient(*slot, work);
  }
  add_task(*slot, {.number = job, .work = work, .rate = voice.rate});
  slot->link->send(message);
}

void WorkerFleet::cancel_job(base::WorkerId worker, std::uint64_t job) {
  if (Slot* const slot = slot_of(worker)) slot->link->send(wire::Cancel{.job = job});
}

void WorkerFleet::condemn(base::WorkerId worker, const std::string& why) {
  Slot* const slot = slot_of(worker);
  if (slot == nullptr || slot->condemned) return;
  runtime::log_error("worker_bad_answer", {{"worker", worker.value}, {"why", why}});
  kill(*slot, Death::kBadAnswer);
}

void WorkerFleet::add_task(Slot& slot, const worker_pool::TaskQueue::Task& task) {
  slot.tasks.add(task, cpu_of(slot), clock_.now());
}

void WorkerFleet::add_loading(Slot& slot, std::uint64_t number) {
  add_task(slot, {.number = number, .work = {.task = StallJudge::Task::kLoad}});
}

void WorkerFleet::end_task(Slot& slot, std::uint64_t number) { slot.tasks.ended(number, cpu_of(slot), clock_.now()); }

void WorkerFleet::kill(Slot& slot, Death death) {
  if (slot.remote) {
    slot.remote->state = SlotState::kEnding;
    ledger_.died(slot.remote->join.id, death);
  } else {
    pool_.killed(slot.index, death);
  }
  blame(slot);
  slot.condemned = true;
  slot.link->kill();
  leave(slot);
  act();
}

void WorkerFleet::blame(Slot& slot) {
  if (slot.joined) slot.blame = owner_.blame_of(slot.id);
}

void WorkerFleet::tell_of_rest(const Slot& slot) const {
  const auto& place = pool_.slots()[slot.index];
  const auto now_state = place.state();
  if (now_state != SlotState::kQuarantined && now_state != SlotState::kGivenUp) return;
  runtime::log_error(now_state == SlotState::kQuarantined ? "slot_quarantined" : "slot_given_up",
                     {{"slot", slot.index},
                      {"worker", slot.id.value},
                      {"starts", place.starts()},
                      {"rests_s", base::to_seconds(std::max(base::Duration{}, place.until() - clock_.now()))}});
}

void WorkerFleet::leave(Slot& slot) {
  slot.tasks.clear();
  if (std::exchange(slot.joined, false))
    owner_.worker_left(slot.id, slot.remote ? worker_pool::Blame::kSlot : slot.blame);
}

void WorkerFleet::finish_retiring(Slot& slot) {
  if (!slot.link || slot.condemned || state(slot) != SlotState::kRetiring || !slot.tasks.empty()) return;
  slot.condemned = true;
  leave(slot);
  slot.link->kill();
}

base::Duration WorkerFleet::cpu_of(const Slot& slot) const {
  if (slot.remote) return {};  // what a process elsewhere computes is not seen from here
  return slot.link ? process::cpu_time(slot.link->pid()).value_or(base::Duration{}) : base::Duration{};
}

WorkerFleet::Slot* WorkerFleet::slot_of(base::WorkerId worker) {
  const auto all = all_slots();
  const auto it = std::ranges::find_if(all, [&](const Slot* slot) { return slot->id == worker && slot->link; });
  return it == all.end() ? nullptr : *it;
}

}  // namespace antiphon::gateway
