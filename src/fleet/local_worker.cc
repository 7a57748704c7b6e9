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
    pool_.not_started(slot_, clock_.now());
    return false;
  }
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
  pool_.ready(slot_, clock_.now());
  runtime::log_info("worker_spare", {{"worker", id_.value}, {"after_s", base::to_seconds(place().ready_after())}});
  return {};
}

void LocalWorker::dismiss(wire::Refusal /*code*/, const std::string& /*reason*/) {
  pool_.killed(slot_, worker_pool::Death::kNotLoaded);
  kill();
}

void LocalWorker::ended(const WorkerEnd& end) {
  const bool retired = state() == SlotState::kRetiring;
  process_.reset();
  stream_.reset();
  if (end.is_shutdown) return;
  pool_.ended(slot_, clock_.now(), end.blame);
  const runtime::LogFields fields{{"worker", id_.value}, {"reason", end.reason}, {"jobs", end.jobs}};
  if (retired) {
    runtime::log_info("worker_retired", fields);
  } else {
    runtime::log_warn("worker_ended", fields);
    log_rest();
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

void LocalWorker::weigh() {
  if (process_) pool_.resident(slot_, process_->resident());
}

}  // namespace antiphon::fleet
