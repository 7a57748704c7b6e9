#include "fleet/local_worker.h"

#include <algorithm>
#include <utility>

#include "fleet/conversation.h"
#include "runtime/log.h"

namespace antiphon::fleet {

using worker_pool::SlotState;

bool LocalWorker::start(const Identity& identity) {
  id_ = identity.id;
  auto process = source_.start();
  if (!process) {
    runtime::log_warn("worker_not_started", {{"worker", id_.value}, {"reason", process.error()}});
    return false;
  }
  started_at_ = clock_.now();
  process_ = std::move(*process);
  stream_ = std::make_unique<link::MessageStream>(executor_, clock_, process_->take_stream());
  runtime::log_info("worker_started", {{"worker", id_.value}, {"pid", process_->pid()}});
  send(wire::Hello{.protocol_version = wire::kProtocolVersion, .worker_id = id_.value, .epoch = identity.epoch});
  return true;
}

runtime::Awaitable<std::string> LocalWorker::run(OnMessage on_message) {
  auto reason = co_await converse(*stream_, std::move(on_message));
  kill();
  const auto status = co_await process_->wait();
  co_return reason + ", " + status;
}

void LocalWorker::kill() {
  if (process_) process_->kill();
}

void LocalWorker::describe(WorkerStatus& status) const {
  status.pid = process_ ? process_->pid() : 0;
  status.ready_after = place().ready_after();
  status.resident = place().resident();
}

bool LocalWorker::depends_on(const std::string& voice, const VoiceTable& voices) const {
  return state() == SlotState::kStarting && voice == voices.first().id;
}

FingerprintGate::Actions LocalWorker::loaded(FingerprintGate& /*gate*/) {
  runtime::log_info("worker_spare", {{"worker", id_.value}, {"after_s", base::to_seconds(clock_.now() - started_at_)}});
  return {{.kind = FingerprintGate::ActionKind::kAdmit, .worker = id_}};
}

void LocalWorker::ended(const WorkerEnd& end) {
  const bool retired = state() == SlotState::kRetiring;
  process_.reset();
  stream_.reset();
  if (end.is_shutdown) return;
  const runtime::LogFields fields{{"worker", id_.value}, {"reason", end.reason}, {"jobs", end.jobs}};
  if (retired) {
    runtime::log_info("worker_retired", fields);
  } else {
    runtime::log_warn("worker_ended", fields);
  }
}

void LocalWorker::log_rest() const {
  if (state() != SlotState::kQuarantined && state() != SlotState::kGivenUp) return;
  runtime::log_error(state() == SlotState::kQuarantined ? "slot_quarantined" : "slot_given_up",
                     {{"slot", slot_},
                      {"worker", id_.value},
                      {"starts", place().starts()},
                      {"rests_s", base::to_seconds(std::max(base::Duration{}, place().until() - clock_.now()))}});
}

}  // namespace antiphon::fleet
