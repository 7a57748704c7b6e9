#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// The jobs that are at workers. Not thread-safe.
class JobTable {
 public:
  using Jobs = std::unordered_map<base::JobId, records::Job>;

  /// Returns the id of the next job.
  [[nodiscard]] base::JobId new_id() { return base::JobId{next_++}; }
  void add(base::JobId job, const records::Job& record) { jobs_.emplace(job, record); }
  void erase(base::JobId job) { jobs_.erase(job); }

  /// Returns nullptr if there is no such job.
  [[nodiscard]] records::Job* find(base::JobId job);
  /// Returns nullptr if there is no such job of that kind.
  [[nodiscard]] records::Job* find(base::JobId job, JobKind kind);
  /// The job must be there.
  [[nodiscard]] records::Job& at(base::JobId job) { return jobs_.at(job); }
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }
  [[nodiscard]] Jobs::const_iterator begin() const { return jobs_.begin(); }
  [[nodiscard]] Jobs::const_iterator end() const { return jobs_.end(); }

 private:
  Jobs jobs_;
  std::uint64_t next_ = 1;
};

/// Returns what the job has occupied its worker for at `now`, when it ended.
[[nodiscard]] WorkTime occupied(const records::Job& job, const records::Worker& worker, base::TimePoint now);

}  // namespace antiphon::scheduler
