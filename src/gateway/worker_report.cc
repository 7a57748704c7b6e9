#include "gateway/worker_report.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace antiphon::gateway {
namespace {

using nlohmann::json;
using worker_pool::Death;

json kills_of(const worker_pool::Slot& slot) {
  json kills = json::object();
  for (const auto death :
       {Death::kExited, Death::kStalled, Death::kLoadStalled, Death::kBadAnswer, Death::kNotLoaded}) {
    kills[std::string(worker_pool::name_of(death))] = slot.deaths(death);
  }
  return kills;
}

json entry_of(const WorkerFleet::Status& status, const worker_pool::Slot& slot) {
  json entry = {{"slot", status.slot},
                {"state", worker_pool::name_of(slot.state())},
                {"worker", status.worker.value},
                {"cause", worker_pool::name_of(slot.wanted_for())},
                {"voices", status.voices},
                {"queue", status.queue},
                {"jobs", status.jobs},
                {"rtf", nullptr},
                {"pid", status.pid},
                {"resident_bytes", slot.resident()},
                {"places", status.places},
                {"device_bytes", status.device_bytes},
                {"restarts", slot.starts() - 1},
                {"kills", kills_of(slot)}};
  if (status.rendered > base::Duration::zero()) {
    entry["rtf"] = base::to_seconds(status.busy) / base::to_seconds(status.rendered);
  }
  return entry;
}

}  // namespace

std::string worker_report(const WorkerFleet& fleet) {
  const auto& pool = fleet.pool();
  json workers = json::array();
  for (const auto& status : fleet.status()) {
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
