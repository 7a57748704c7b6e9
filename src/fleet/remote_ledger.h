#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// What became of workers on other machines, by the name under which they join, also of those that are gone: of these
/// the one that joined longest ago makes room when there are kMostRecords. Pure.
class RemoteLedger {
 public:
  struct Record {
    std::uint64_t joins = 0;
    worker_pool::DeathCount deaths;
    base::TimePoint joined;     ///< The last time.
    std::uint32_t present = 0;  ///< Number of processes of that name; two while one takes the place of the other.
  };

  void joined(const std::string& id, base::TimePoint now);
  /// Of one that had joined.
  void left(const std::string& id);
  void died(const std::string& id, worker_pool::Death death);

  [[nodiscard]] const std::map<std::string, Record>& records() const { return records_; }
  /// Of all that ever died, forgotten names included.
  [[nodiscard]] const worker_pool::DeathCount& deaths() const { return deaths_; }

  /// More than may be present at once: `remote.most`, 1024 at most.
  static constexpr std::size_t kMostRecords = 2048;

 private:
  std::map<std::string, Record> records_;
  worker_pool::DeathCount deaths_;
};

}  // namespace antiphon::fleet
