#include "fleet/remote_ledger.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::fleet {

void RemoteLedger::joined(const std::string& id, base::TimePoint now) {
  if (!records_.contains(id) && records_.size() >= kMostRecords) {
    const auto age = [](const auto& entry) { return std::pair(entry.second.present > 0, entry.second.joined); };
    records_.erase(std::ranges::min_element(records_, {}, age));
  }
  Record& record = records_[id];
  ++record.joins;
  ++record.present;
  record.joined = now;
}

void RemoteLedger::left(const std::string& id) {
  const auto it = records_.find(id);
  ANTIPHON_CHECK(it != records_.end() && it->second.present > 0, "who leaves had joined");
  --it->second.present;
}

void RemoteLedger::died(const std::string& id, worker_pool::Death death) {
  deaths_.add(death);
  if (const auto it = records_.find(id); it != records_.end()) it->second.deaths.add(death);
}

}  // namespace antiphon::fleet
