#include "gateway/worker_report.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace antiphon::gateway {
namespace {

using nlohmann::json;

json kills_of(const worker_pool::DeathCount& count) {
  json kills = json::object();
  for (const auto death : worker_pool::kDeaths) kills[std::string(worker_pool::name_of(death))] = count.of(death);
  return kills;
}

json seconds_or_null(base::Duration duration) {
  return duration > base::Duration::zero() ? json(base::to_seconds(duration)) : json(nullptr);
}

/// What is the same of all workers.
json entry_of(const fleet::Fleet::Status& status) {
  json entry = {{"slot", status.slot},
                {"worker", status.worker.value},
                {"state", worker_pool::name_of(status.state)},
                {"ready_after_seconds", seconds_or_null(status.ready_after)},
                {"voices", status.voices},
                {"queue", status.queue},
                {"jobs", status.jobs},
                {"rtf", nullptr},
                {"places", status.places},
                {"resident_bytes", status.resident},
                {"device_bytes", status.device_bytes}};
  if (const auto rtf = status.rtf()) entry["rtf"] = *rtf;
  return entry;
}

json entry_of(const fleet::Fleet::Status& status, const worker_pool::Slot& slot) {
  auto entry = entry_of(status);
  entry.update({{"cause", worker_pool::name_of(slot.wanted_for())},
                {"pid", status.pid},
                {"restarts", slot.starts() - 1},
                {"kills", kills_of(slot.deaths())},
                {"remote", nullptr}});
  return entry;
}

json entry_of(const fleet::Fleet::Status& status, const fleet::RemoteStatus& remote,
              const fleet::RemoteLedger::Record& record) {
  auto entry = entry_of(status);
  entry.update({{"cause", "joined"},
                {"pid", nullptr},
                {"restarts", record.joins - 1},
                {"kills", kills_of(record.deaths)},
                {"remote",
                 {{"id", remote.id},
                  {"address", remote.address},
                  {"incarnation", remote.incarnation},
                  {"round_trip_seconds", base::to_seconds(remote.round_trip)},
                  {"bytes_per_second", remote.bytes_per_second}}}});
  return entry;
}

}  // namespace

std::string worker_report(const fleet::Fleet& fleet) {
  const auto& pool = fleet.pool();
  json workers = json::array();
  for (const auto& status : fleet.status()) {
    if (status.remote) {
      workers.push_back(entry_of(status, *status.remote, fleet.remote_ledger().records().at(status.remote->id)));
      continue;
    }
    const auto& slot = pool.slots()[status.slot];
    if (slot.starts() > 0) workers.push_back(entry_of(status, slot));
  }
  json decisions = json::array();
  for (const auto& decision : pool.decisions()) {
    decisions.push_back({{"seconds_ago", base::to_seconds(fleet.now() - decision.at)},
                         {"does", worker_pool::name_of(decision.action.kind)},
                         {"slot", decision.action.slot},
                         {"cause", worker_pool::name_of(decision.action.cause)},
                         {"active", decision.active}});
  }
  json report = {{"condition", worker_pool::name_of(pool.condition())},
                 {"limit", worker_pool::name_of(pool.limit())},
                 {"active", pool.active()},
                 {"wanted", pool.wanted()},
                 {"least", pool.options().least},
                 {"most", pool.options().most},
                 {"remote", fleet.remote_workers()},
                 {"remote_kills", kills_of(fleet.remote_ledger().deaths())},
                 {"estimates_raised_by", fleet.judge().raised()},
                 {"workers", std::move(workers)},
                 {"decisions", std::move(decisions)}};
  if (const auto* const gpu = fleet.gpu()) {
    report["device"] = {{"name", gpu->name()},
                        {"memory_total_bytes", fleet.device_memory().total},
                        {"memory_used_bytes", fleet.device_memory().used},
                        {"full", fleet.device_full()}};
  }
  // What is not UTF-8 can only come from a voice's id.
  return report.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace antiphon::gateway
