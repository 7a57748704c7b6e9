// The part of the fleet that is about workers on other machines.
#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "gateway/worker_fleet.h"
#include "runtime/log.h"

namespace antiphon::gateway {
namespace {

using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallJudge;

/// A job that takes less is not late, to which comes what the way takes. A packet that was lost is missed when those
/// behind it arrive (RFC 8985), which the heartbeat below sees to. Only where they are lost, too, does it take the 200
/// ms and more of a time-out; a worker that is given up for that joins again, and nobody hears it.
constexpr base::Duration kPatience = std::chrono::milliseconds(150);
/// How often a link process is asked at least whether it is there while its worker has jobs.
constexpr base::Duration kBusyHeartbeat = std::chrono::milliseconds(50);
/// No answer is believed to have taken longer.
constexpr base::Duration kLongestAnswer = std::chrono::minutes(1);

std::uint64_t stamp_of(base::TimePoint time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

/// The name of a voice in a store is that of its folder; the cell's own may say which version it is.
std::string store_name(const CellVoice& voice) { return voice.folder.filename().string(); }

/// Gives the quality what was carried since the last time.
void take_news(const link::MessageStream::Bulk& now, link::MessageStream::Bulk& before,
               worker_pool::LinkQuality& quality) {
  if (now.bytes < before.bytes || now.took < before.took) return;
  quality.carried(now.bytes - before.bytes, now.took - before.took);
  before = now;
}

Death death_of(wire::Loss loss) {
  switch (loss) {
    case wire::Loss::kExited:
      return Death::kExited;
    case wire::Loss::kStalled:
      return Death::kStalled;
    case wire::Loss::kLoadStalled:
      return Death::kLoadStalled;
    case wire::Loss::kBadAnswer:
      break;
  }
  return Death::kBadAnswer;
}

/// Why what has joined cannot speak with that voice; "" = it can.
std::string fault_of(const CellVoice& voice, const wire::Join& join) {
  const auto name = store_name(voice);
  const auto found = std::ranges::find(join.voices, name);
  if (found == join.voices.end()) return "it lacks the voice " + name;
  const auto& identity = join.identities[static_cast<std::size_t>(found - join.voices.begin())];
  if (voice.identity.empty() || identity.empty() || voice.identity == identity) return {};
  return "its voice " + name + " is another one (" + identity.substr(0, 12) + ", here " + voice.identity.substr(0, 12) +
         ")";
}

}  // namespace

std::optional<wire::Refused> WorkerFleet::refuse(const wire::Join& join) const {
  const auto refused = [](wire::Refusal code, std::string reason) {
    return wire::Refused{.code = static_cast<std::uint8_t>(code), .reason = std::move(reason)};
  };
  const auto is_same = [&](const auto& slot) { return slot->remote->join.id == join.id; };
  const auto has_its_place = [&](const auto& slot) { return is_same(slot) && !slot->condemned; };
  const bool full = remote_.size() >= options_.remote.most;
  if (full && (std::ranges::none_of(remote_, has_its_place) || remote_.size() >= 2 * options_.remote.most)) {
    return refused(wire::Refusal::kFull, "the gateway takes no more workers");
  }
  const auto is_newer = [&](const auto& slot) {
    return is_same(slot) && slot->remote->join.incarnation > incarnation_of(join);
  };
  if (std::ranges::any_of(remote_, is_newer)) {
    return refused(wire::Refusal::kSuperseded, "a newer worker of the id " + join.id + " has joined");
  }
  if (auto fault = voice_fault(join); !fault.empty()) return refused(wire::Refusal::kVoices, std::move(fault));
  return std::nullopt;
}

std::uint64_t WorkerFleet::incarnation_of(const wire::Join& join) const {
  auto number = join.incarnation;
  if (join.returning) return number;
  // It began after the others: that its number is smaller is a clock that was set back.
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  for (const auto& slot : remote_) {
    const auto other = slot->remote->join.incarnation;
    if (slot->remote->join.id == join.id && other >= number) number = other == kMost ? kMost : other + 1;
  }
  return number;
}

std::string WorkerFleet::voice_fault(const wire::Join& join) const {
  for (const auto* const voice : owner_.served_voices()) {
    if (auto fault = fault_of(*voice, join); !fault.empty()) return fault;
  }
  return {};
}

runtime::Awaitable<> WorkerFleet::serve(std::unique_ptr<link::MessageStream> stream, wire::Join join,
                                        std::string address) {
  if (stopping_ || refuse(join)) co_return;  // another one may have come since it was asked
  join.incarnation = incarnation_of(join);
  for (const auto& other : remote_) {
    if (other->remote->join.id == join.id && !other->condemned) {
      send_away(*other, wire::Refusal::kSuperseded, "a newer worker of the id " + join.id + " has joined");
    }
  }
  Slot& slot = *remote_.emplace_back(std::make_unique<Slot>(judge_));
  slot.index = static_cast<worker_pool::SlotIndex>(slots_.size()) + next_remote_++;
  slot.id = base::WorkerId{next_worker_++};
  slot.tasks.reset(slot.id);
  slot.epoch = 1;
  auto token = identity::sha256_of(join.token);
  join.token.clear();
  slot.remote.emplace(RemoteWorker{.join = std::move(join),
                                   .address = std::move(address),
                                   .token_sha256 = std::move(token),
                                   .joined = clock_.now()});
  ledger_.joined(slot.remote->join.id, slot.remote->joined);
  slot.link = std::make_unique<WorkerLink>(std::move(stream));
  runtime::log_info("remote_worker_joined", {{"worker", slot.id.value},
                                             {"id", slot.remote->join.id},
                                             {"incarnation", slot.remote->join.incarnation},
                                             {"address", slot.remote->address}});
  slot.link->send(wire::Welcome{.kernel = options_.remote.kernel, .incarnation = slot.remote->join.incarnation});
  // Answered before the worker is ready, so that it is known how far away it is.
  slot.link->send(wire::Ping{.stamp = stamp_of(clock_.now())});
  slot.link->send(wire::Hello{.worker_id = slot.id.value, .epoch = slot.epoch});
  add_loading(slot, next_load_++);
  auto reason = co_await slot.link->run([this, &slot](wire::Message message) { on_message(slot, std::move(message)); });
  if (!slot.remote->loss.empty()) reason = std::move(slot.remote->loss);
  const bool retired = state(slot) == SlotState::kRetiring;
  if (!retired && !slot.condemned) ledger_.died(slot.remote->join.id, Death::kExited);
  leave(slot);
  ledger_.left(slot.remote->join.id);
  const runtime::LogFields fields{{"worker", slot.id.value}, {"id", slot.remote->join.id}, {"reason", reason}};
  if (retired) {
    runtime::log_info("remote_worker_left", fields);
  } else {
    runtime::log_warn("remote_worker_lost", fields);
  }
  std::erase_if(remote_, [&](const auto& other) { return other.get() == &slot; });
  act();
}

bool WorkerFleet::on_link_message(Slot& slot, const wire::Message& message) {
  if (const auto* const pong = std::get_if<wire::Pong>(&message)) {
    on_pong(slot, *pong);
    return true;
  }
  if (const auto* const lost = std::get_if<wire::Lost>(&message)) {
    slot.remote->loss = lost->reason;
    kill(slot, death_of(static_cast<wire::Loss>(lost->loss)));
    return true;
  }
  if (!std::holds_alternative<wire::Leave>(message)) return false;
  if (slot.joined && state(slot) == SlotState::kActive) owner_.worker_retires(slot.id);
  slot.remote->state = SlotState::kRetiring;
  if (!slot.joined) slot.tasks.clear();
  finish_retiring(slot);
  return true;
}

void WorkerFleet::on_pong(Slot& slot, const wire::Pong& pong) {
  RemoteWorker& remote = *slot.remote;
  const auto now = stamp_of(clock_.now());
  if (pong.stamp > now || now - pong.stamp > stamp_of(base::TimePoint(kLongestAnswer))) return;
  remote.quality.answered(base::Duration(static_cast<base::Duration::rep>(now - pong.stamp)));
  remote.resident = pong.resident_bytes;
  const auto took = base::from_microseconds(pong.bulk_us);
  take_news({.bytes = pong.bulk_bytes, .took = took}, remote.went, remote.quality);
  take_news(slot.link->stream().bulk(), remote.came, remote.quality);
  if (slot.joined) owner_.link_measured(slot.id);
}

void WorkerFleet::beat() {
  beaten_ = clock_.now();
  for (const auto& slot : remote_) {
    RemoteWorker& remote = *slot->remote;
    const auto heard = slot->link->stream().received();
    remote.silent = heard == std::exchange(remote.heard, heard) ? remote.silent + 1 : 0;
    if (slot->condemned) {
      // It was sent away, and does not take even that.
      if (++remote.parting > link::kSilentHeartbeats) slot->link->kill();
      continue;
    }
    if (remote.silent > link::kSilentHeartbeats) {
      runtime::log_error("remote_worker_silent", {{"worker", slot->id.value}, {"id", remote.join.id}});
      kill(*slot, Death::kStalled);
      continue;
    }
    slot->link->send(wire::Ping{.stamp = stamp_of(beaten_)});
  }
}

bool WorkerFleet::is_heard(Slot& slot) {
  RemoteWorker& remote = *slot.remote;
  const auto now = clock_.now();
  const auto often = std::min(kBusyHeartbeat, options_.pool.stall.window / 2);
  if (!slot.tasks.empty() && now - remote.asked >= often) {
    remote.asked = now;
    slot.link->send(wire::Ping{.stamp = stamp_of(now)});
  }
  const auto bytes = slot.link->stream().received();
  return bytes != std::exchange(remote.looked, bytes);
}

void WorkerFleet::send_away(Slot& slot, wire::Refusal code, const std::string& reason) {
  runtime::log_warn("remote_worker_refused",
                    {{"worker", slot.id.value}, {"id", slot.remote->join.id}, {"reason", reason}});
  slot.link->send(
      wire::Refused{.code = static_cast<std::uint8_t>(code), .reason = reason.substr(0, wire::Limits::kNameBytes)});
  slot.link->finish();
  slot.remote->state = SlotState::kEnding;
  slot.condemned = true;
  leave(slot);
  act();
}

bool WorkerFleet::accept_fingerprint(Slot& slot, const std::string& fingerprint) {
  if (!slot.remote) {
    fingerprint_is_ours_ = true;
    settle_fingerprint(fingerprint);
    return true;
  }
  slot.remote->fingerprint = fingerprint;
  if (fingerprint_.empty() && others_decide()) settle_fingerprint(fingerprint);
  if (fingerprint_.empty() || fingerprint_ == fingerprint) return true;
  send_away(slot, wire::Refusal::kFingerprint,
            "it would compute other bytes: it is " + fingerprint + ", the others are " + fingerprint_);
  return false;
}

void WorkerFleet::forget_fingerprint_of_nobody() {
  const auto has_told_it = [](const auto& slot) { return !slot->condemned && slot->remote->fingerprint.has_value(); };
  if (fingerprint_is_ours_ || std::ranges::any_of(remote_, has_told_it) || owner_.is_speaking()) return;
  fingerprint_.clear();
}

void WorkerFleet::settle_fingerprint(const std::string& fingerprint) {
  if (!fingerprint_.empty() && fingerprint_ != fingerprint) owner_.fingerprint_changed();
  fingerprint_ = fingerprint;
  for (const auto& other : remote_) {
    if (other->condemned || !other->remote->fingerprint) continue;
    if (accept_fingerprint(*other, *other->remote->fingerprint) && other->remote->held) admit(*other);
  }
}

bool WorkerFleet::others_decide() const {
  return pool_.options().most == 0 || pool_.condition() == worker_pool::Condition::kGivenUp;
}

void WorkerFleet::let_others_decide() {
  if (!fingerprint_.empty() || remote_.empty() || !others_decide()) return;
  const auto first = std::ranges::find_if(
      remote_, [](const auto& slot) { return !slot->condemned && slot->remote->fingerprint.has_value(); });
  if (first != remote_.end()) settle_fingerprint(*(*first)->remote->fingerprint);
}

void WorkerFleet::admit(Slot& slot) {
  slot.remote->held = fingerprint_.empty();
  if (slot.remote->held) {
    runtime::log_info("remote_worker_held", {{"worker", slot.id.value}, {"id", slot.remote->join.id}});
    return;
  }
  if (state(slot) != SlotState::kStarting) return;
  slot.remote->state = SlotState::kActive;
  slot.remote->ready_after = clock_.now() - slot.remote->joined;
  slot.joined = true;
  owner_.worker_joined(slot.id, slot.voices, slot.places);
  check_voices(slot);  // the server may have got others since it came
  act();
}

bool WorkerFleet::accept_voice(Slot& slot, const wire::VoiceLoaded& loaded) {
  const auto* const voice = owner_.find_voice(loaded.voice_id);
  if (voice == nullptr || voice->identity.empty() || voice->identity == loaded.identity) return true;
  send_away(slot, wire::Refusal::kVoices, "its voice " + store_name(*voice) + " is another one");
  return false;
}

void WorkerFleet::check_tokens(const identity::KeyRing& tokens) {
  for (const auto& slot : remote_) {
    if (slot->condemned || tokens.find_hash(slot->remote->token_sha256) != nullptr) continue;
    send_away(*slot, wire::Refusal::kToken, "its token was revoked");
  }
}

void WorkerFleet::check_voices() {
  for (const auto& slot : remote_) {
    if (!slot->condemned && slot->joined) check_voices(*slot);
  }
}

void WorkerFleet::check_voices(const Slot& slot) {
  for (const auto* const voice : owner_.served_voices()) {
    const auto fault = fault_of(*voice, slot.remote->join);
    if (fault.empty()) continue;
    runtime::log_warn("remote_worker_lacks_voice", {{"worker", slot.id.value}, {"reason", fault}});
    owner_.voice_lacking(slot.id, voice->id);
  }
}

void WorkerFleet::tell_expected(const StallJudge::Work& work, wire::Message& job) {
  std::visit(
      [&](auto& body) {
        if constexpr (requires { body.wall_p95_us; }) {
          body.wall_p95_us = base::to_microseconds(work.wall_p95);
          body.cpu_p95_us = base::to_microseconds(work.cpu_p95);
        }
      },
      job);
}

StallJudge::Work WorkerFleet::patient(const Slot& slot, StallJudge::Work work) const {
  // The link process sees the worker's process and decides: while it is heard the worker has what time it needs, up to
  // the limit of all jobs. This is for links that are dead, which does not depend on what the job takes, unless the
  // rule is to look at nothing else.
  if (work.wall_p95 <= base::Duration{}) return work;
  const auto& stall = options_.pool.stall;
  auto limit = kPatience;
  if (stall.rule == worker_pool::KillRule::kWall) {
    limit = std::max({limit, base::from_seconds(stall.factor * base::to_seconds(work.wall_p95)), stall.floor});
  }
  limit += 4 * slot.remote->quality.round_trip();
  work.cpu_p95 = {};
  work.wall_p95 = base::from_seconds(base::to_seconds(limit) / stall.factor);
  return work;
}

const worker_pool::LinkQuality* WorkerFleet::quality_of(base::WorkerId worker) const {
  const auto it = std::ranges::find(remote_, worker, [](const auto& slot) { return slot->id; });
  return it == remote_.end() ? nullptr : &(*it)->remote->quality;
}

std::string WorkerFleet::remote_id_of(base::WorkerId worker) const {
  const auto it = std::ranges::find(remote_, worker, [](const auto& slot) { return slot->id; });
  return it == remote_.end() ? std::string() : (*it)->remote->join.id;
}

std::uint32_t WorkerFleet::remote_workers() const {
  return static_cast<std::uint32_t>(
      std::ranges::count(remote_, SlotState::kActive, [this](const auto& slot) { return state(*slot); }));
}

std::vector<WorkerFleet::Slot*> WorkerFleet::all_slots() const {
  std::vector<Slot*> all;
  for (const auto& slot : slots_) all.push_back(slot.get());
  for (const auto& slot : remote_) all.push_back(slot.get());
  return all;
}

}  // namespace antiphon::gateway
