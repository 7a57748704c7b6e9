#include "scheduler/job_table.h"

#include <algorithm>

namespace antiphon::scheduler {

records::Job* JobTable::find(base::JobId job) {
  const auto it = jobs_.find(job);
  return it == jobs_.end() ? nullptr : &it->second;
}

records::Job* JobTable::find(base::JobId job, JobKind kind) {
  records::Job* found = find(job);
  return found == nullptr || found->kind != kind ? nullptr : found;
}

WorkTime occupied(const records::Job& job, const records::Worker& worker, base::TimePoint now) {
  if (!job.loaded) return job.took;
  if (worker.places > 1) {
    // Other jobs are under way meanwhile: their ends do not say when this one began, and it did not have all the time
    // to itself. How long a plan waited for them concerns its stream alone.
    const auto wall = job.kind == JobKind::kPlan ? job.took.wall : std::max(job.took.wall, now - job.begun);
    return {wall, job.took.cpu, job.took.share};
  }
  return {std::max(job.took.wall, now - std::max(job.begun, worker.free_since)), job.took.cpu};
}

}  // namespace antiphon::scheduler
