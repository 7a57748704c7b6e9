#include "fleet/remote_worker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "fleet/conversation.h"
#include "runtime/log.h"

namespace antiphon::fleet {
namespace {

using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallDetector;

/// How often a link process is asked at least whether it is there while its worker has jobs.
constexpr base::Duration kBusyHeartbeat = std::chrono::milliseconds(50);
/// No answer is believed to have taken longer.
constexpr base::Duration kLongestAnswer = std::chrono::minutes(1);

std::uint64_t stamp_of(base::TimePoint time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

/// The name of a voice in a store is that of its folder; the server's own may say which version it is.
std::string store_name(const Voice& voice) { return voice.folder.filename().string(); }

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

}  // namespace

std::string voice_fault(const Voice& voice, const wire::Join& join) {
  const auto name = store_name(voice);
  const auto found = std::ranges::find(join.voices, name);
  if (found == join.voices.end()) return "it lacks the voice " + name;
  const auto& identity = join.identities[static_cast<std::size_t>(found - join.voices.begin())];
  if (voice.identity.empty() || identity.empty() || voice.identity == identity) return {};
  return "its voice " + name + " is another one (" + identity.substr(0, 12) + ", here " + voice.identity.substr(0, 12) +
         ")";
}

RemoteWorker::RemoteWorker(runtime::Clock& clock, RemoteLedger& ledger, std::unique_ptr<link::MessageStream> stream,
                           RemoteOrigin origin, RemoteWorkerOptions options)
    : clock_(clock),
      ledger_(ledger),
      stream_(std::move(stream)),
      origin_(std::move(origin)),
      options_(std::move(options)),
      joined_at_(clock.now()) {
  ledger_.joined(origin_.join.id, joined_at_);
}

bool RemoteWorker::start(const Identity& identity) {
  id_ = identity.id;
  runtime::log_info("remote_worker_joined", {{"worker", id_.value},
                                             {"id", origin_.join.id},
                                             {"incarnation", origin_.join.incarnation},
                                             {"address", origin_.address}});
  send(wire::Welcome{.kernel = options_.kernel, .incarnation = origin_.join.incarnation});
  ping();  // answered before the worker is ready, so that it is known how far away it is
  send(wire::Hello{.worker_id = id_.value, .epoch = identity.epoch});
  return true;
}

runtime::Awaitable<std::string> RemoteWorker::run(OnMessage on_message) {
  auto reason = co_await converse(*stream_, std::move(on_message));
  kill();
  co_return reason;
}

bool RemoteWorker::is_alive(std::size_t tasks) {
  const auto now = clock_.now();
  const auto often = std::min(kBusyHeartbeat, options_.stall.window / 2);
  if (tasks > 0 && now - pinged_at_ >= often) {
    pinged_at_ = now;
    ping();
  }
  const auto bytes = stream_->received();
  return bytes != std::exchange(bytes_at_check_, bytes);
}

bool RemoteWorker::beat() {
  const auto bytes = stream_->received();
  silent_beats_ = bytes == std::exchange(bytes_at_beat_, bytes) ? silent_beats_ + 1 : 0;
  if (state_ == SlotState::kEnding) {
    // It was sent away, and does not take even that.
    if (++beats_since_dismissal_ > link::kSilentHeartbeats) kill();
    return true;
  }
  if (silent_beats_ > link::kSilentHeartbeats) {
    runtime::log_error("remote_worker_silent", {{"worker", id_.value}, {"id", origin_.join.id}});
    return false;
  }
  ping();
  return true;
}

void RemoteWorker::describe(WorkerStatus& status) const {
  status.ready_after = ready_after_;
  status.resident = resident_;
  status.remote = RemoteStatus{.id = origin_.join.id,
                               .address = origin_.address,
                               .incarnation = origin_.join.incarnation,
                               .round_trip = quality_.round_trip(),
                               .bytes_per_second = quality_.bytes_per_second()};
}

LinkNews RemoteWorker::interpret(const wire::Message& message) {
  if (const auto* const pong = std::get_if<wire::Pong>(&message)) {
    on_pong(*pong);
    return {.kind = LinkNews::Kind::kMeasured};
  }
  if (const auto* const lost = std::get_if<wire::Lost>(&message)) {
    loss_ = lost->reason;
    return {.kind = LinkNews::Kind::kLost, .death = death_of(static_cast<wire::Loss>(lost->loss))};
  }
  if (std::holds_alternative<wire::Leave>(message)) return {.kind = LinkNews::Kind::kLeaves};
  return {};
}

void RemoteWorker::on_pong(const wire::Pong& pong) {
  const auto now = stamp_of(clock_.now());
  if (pong.stamp > now || now - pong.stamp > stamp_of(base::TimePoint(kLongestAnswer))) return;
  quality_.answered(base::Duration(static_cast<base::Duration::rep>(now - pong.stamp)));
  resident_ = pong.resident_bytes;
  take_news({.bytes = pong.bulk_bytes, .took = base::from_microseconds(pong.bulk_us)}, sent_known_, quality_);
  take_news(stream_->bulk(), received_known_, quality_);
}

void RemoteWorker::ping() { send(wire::Ping{.stamp = stamp_of(clock_.now())}); }

void RemoteWorker::tell_expected(const StallDetector::Work& work, wire::Message& job) const {
  std::visit(
      [&](auto& body) {
        if constexpr (requires { body.wall_p95_us; }) {
          body.wall_p95_us = base::to_microseconds(work.wall_p95);
          body.cpu_p95_us = base::to_microseconds(work.cpu_p95);
        }
      },
      job);
}

std::string RemoteWorker::fault_of(const Voice& voice) const { return voice_fault(voice, origin_.join); }

std::string RemoteWorker::fault_of(const Voice& voice, const wire::VoiceLoaded& loaded) const {
  if (voice.identity.empty() || voice.identity == loaded.identity) return {};
  return "its voice " + store_name(voice) + " is another one";
}

void RemoteWorker::joined() {
  state_ = SlotState::kActive;
  ready_after_ = clock_.now() - joined_at_;
}

void RemoteWorker::killed(Death death) {
  state_ = SlotState::kEnding;
  ledger_.died(origin_.join.id, death);
}

void RemoteWorker::dismiss(wire::Refusal code, const std::string& reason) {
  runtime::log_warn("remote_worker_refused", {{"worker", id_.value}, {"id", origin_.join.id}, {"reason", reason}});
  send(wire::Refused{.code = static_cast<std::uint8_t>(code), .reason = reason.substr(0, wire::Limits::kNameBytes)});
  stream_->finish();
  state_ = SlotState::kEnding;
}

void RemoteWorker::ended(const WorkerEnd& end) {
  const bool retired = state_ == SlotState::kRetiring;
  connected_ = false;
  if (!retired && !end.was_given_up) ledger_.died(origin_.join.id, Death::kExited);
  ledger_.left(origin_.join.id);
  state_ = SlotState::kEmpty;
  const runtime::LogFields fields{
      {"worker", id_.value}, {"id", origin_.join.id}, {"reason", loss_.empty() ? end.reason : loss_}};
  if (retired) {
    runtime::log_info("remote_worker_left", fields);
  } else {
    runtime::log_warn("remote_worker_lost", fields);
  }
}

}  // namespace antiphon::fleet
