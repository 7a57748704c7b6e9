#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/time.h"
#include "worker_pool/types.h"

namespace antiphon::gateway {

/// What became of workers on other machines, by the name under which they join, also of those that are gone: of these
/// the one that joined longest ago makes room when there are kMostRecords. Pure.
class RemoteLedger {
 public:
  struct Record {
    std::uint64_t joins = 0;
    std::array<std::uint64_t, worker_pool::kDeaths> deaths{};  ///< By worker_pool::Death.
    base::TimePoint joined;                                    ///< The last time.
    std::uint32_t present = 0;  ///< Of that name; two while one takes the place of the other.
  };

  void joined(const std::string& id, base::TimePoint now);
  /// Of one that had joined.
  void left(const std::string& id);
  void died(const std::string& id, worker_pool::Death death);

  [[nodiscard]] const std::map<std::string, Record>& records() const { return records_; }
  /// All that ever died so, forgotten names included.
  [[nodiscard]] std::uint64_t deaths(worker_pool::Death death) const {
    return deaths_.at(static_cast<std::size_t>(death));
  }

  /// More than may be present at once: `remote.most`, 1024 at most.
  static constexpr std::size_t kMostRecords = 2048;

 private:
  std::map<std::string, Record> records_;
  std::array<std::uint64_t, worker_pool::kDeaths> deaths_{};
};

}  // namespace antiphon::gateway
