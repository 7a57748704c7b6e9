#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/check.h"
#include "scheduler/admission.h"

// Bytes are read as what happens to a cell: requests, jobs that end, workers that come and go, clients that leave, and
// reports about ids that are long over. At every step each request is waiting, decided or live.

namespace antiphon::scheduler {
namespace {

class Script {
 public:
  explicit Script(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  void play() {
    scheduler_.add_worker(base::WorkerId{next_worker_++});
    while (at_ < bytes_.size()) {
      now_ += std::chrono::milliseconds(byte());
      step(byte() % 11);
      settle();
    }
  }

 private:
  std::uint8_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }

  void step(int what) {
    const std::uint64_t any = byte();
    switch (what) {
      case 0:
      case 1:
        return apply(any);
      case 2:
        return scheduler_.cancel_stream(base::StreamId{any}, now_);
      case 3:
        return desk_.leave(base::StreamId{any});
      case 4:
        return scheduler_.add_worker(base::WorkerId{next_worker_++}, 2 + any % 3, {}, 1 + any % 2);
      case 5:
        return scheduler_.remove_worker(base::WorkerId{any % next_worker_}, now_);
      case 6:
        return scheduler_.block_stream(base::StreamId{any});
      case 7:
        return scheduler_.unblock_stream(base::StreamId{any}, std::chrono::seconds(any % 8), now_);
      case 8:
        return scheduler_.text_arrived(base::StreamId{any}, std::chrono::seconds(byte()), now_);
      case 9:
        return scheduler_.text_ended(base::StreamId{any}, now_);
      default:
        return end_job(any);
    }
  }

  void apply(std::uint64_t any) {
    desk_.apply({.id = base::StreamId{next_stream_++},
                 .user = base::UserId{any % 5},
                 .voice = VoiceId{any % 2},
                 .weight = 1.0 + static_cast<double>(any % 3),
                 .expected = std::chrono::seconds(byte()),
                 .awaits_text = any % 7 == 0},
                std::chrono::milliseconds(16 * byte()), now_);
    ++applied_;
  }

  void end_job(std::uint64_t any) {
    if (jobs_.empty()) return;
    const auto it = jobs_.begin() + static_cast<std::ptrdiff_t>(any % jobs_.size());
    const auto job = *it;
    jobs_.erase(it);
    if (job.kind == JobKind::kPlan) {
      if (byte() % 8 == 0) return scheduler_.plan_again(job.job);
      const std::vector<base::Duration> grains(byte() % 32, std::chrono::milliseconds(209));
      const auto rest = byte();
      scheduler_.planned(job.job,
                         {.grains = grains,
                          .more_text = rest % 3 == 1,
                          .awaits_text = rest % 3 == 2,
                          .expected = std::chrono::seconds(rest),
                          .took = std::chrono::milliseconds(byte())},
                         now_);
      return;
    }
    const auto arrived = byte() % (job.grains + 1);
    for (std::uint32_t i = 0; i < arrived; ++i) {
      scheduler_.grain_rendered(job.job, std::chrono::milliseconds(byte()), now_);
    }
    scheduler_.render_ended(job.job, now_);
  }

  void settle() {
    for (const auto& verdict : desk_.poll(now_)) {
      ++decided_;
      if (std::holds_alternative<Admitted>(verdict)) ++admitted_;
    }
    for (const auto& action : scheduler_.poll(now_)) {
      if (const auto* job = std::get_if<Dispatch>(&action)) {
        ANTIPHON_CHECK(job->kind == JobKind::kPlan || job->grains > 0, "a chunk has grains");
        if (jobs_.size() < kMostJobs) jobs_.push_back(*job);
      }
    }
    ANTIPHON_CHECK(decided_ + desk_.waiting() <= applied_, "one verdict for each request");
    ANTIPHON_CHECK(scheduler_.streams() <= admitted_, "only who was let in is there");
    ANTIPHON_CHECK(desk_.waiting() <= scheduler_.options().waiting_max, "the queue is bounded");
  }

  static constexpr std::size_t kMostJobs = 256;

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  base::TimePoint now_{};
  Scheduler scheduler_{Options{.streams_per_user = 16}};
  AdmissionController desk_{scheduler_};
  std::vector<Dispatch> jobs_;
  std::uint64_t next_stream_ = 1;
  std::uint64_t next_worker_ = 1;
  std::size_t applied_ = 0;
  std::size_t decided_ = 0;
  std::size_t admitted_ = 0;
};

}  // namespace
}  // namespace antiphon::scheduler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 4096;
  antiphon::scheduler::Script({data, std::min(size, kMost)}).play();
  return 0;
}
