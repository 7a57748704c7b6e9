#pragma once

#include <atomic>
#include <cstdint>

#include "worker/job_queue.h"
#include "worker/link.h"
#include "worker/render_batcher.h"
#include "worker/voice_cache.h"

namespace antiphon::worker {

/// Computes jobs and sends what they yield. It keeps loaded voices and nothing of a job. Belongs to the inference
/// thread, except jobs_done().
class JobRunner {
 public:
  /// `places`: render jobs under way at once, at least 1.
  JobRunner(VoiceCache& shelf, Link& link, JobQueue& queue, std::uint32_t epoch, std::size_t places)
      : shelf_(shelf), link_(link), queue_(queue), epoch_(epoch), renderings_(places) {}

  /// Performs the jobs of the queue until it is closed or the gateway is gone. Each is answered with its results and
  /// its one end. What goes wrong, exceptions of the engine included, is answered with Failed.
  void run();

  /// Jobs ended so far. Any thread.
  [[nodiscard]] std::uint64_t jobs_done() const { return jobs_done_; }

 private:
  /// How the last message left; an error is still to be answered with Failed.
  using Outcome = engine::Result<Sent>;
  using Grains = std::vector<engine::Result<engine::RenderedGrain>>;

  // False = the gateway is gone.
  [[nodiscard]] bool perform(JobQueue::Taken taken);
  /// Renders the next grain of each job of a batch, or waits for more jobs.
  [[nodiscard]] bool go_on();
  [[nodiscard]] bool render(const std::vector<Rendering*>& batch);
  /// Sends what the next grain of a job gave, and the job's end where it is the last one.
  [[nodiscard]] bool hand_over(Rendering& rendering, engine::Result<engine::RenderedGrain> grain, wire::GrainDone done);
  [[nodiscard]] bool end(const Rendering& rendering);
  [[nodiscard]] bool end(std::uint64_t job, const Outcome& outcome);
  [[nodiscard]] bool end_cancelled();
  /// Whether the job may be taken now.
  [[nodiscard]] bool fits(const JobQueue::Taken& next) const;

  [[nodiscard]] Outcome carry_out(const wire::LoadVoice& load);
  [[nodiscard]] Outcome carry_out(const wire::UnloadVoice& unload);
  [[nodiscard]] Outcome carry_out(const wire::PlanJob& job, bool cancelled);
  /// Begins it, or ends it at once.
  [[nodiscard]] bool begin(wire::RenderJob job, const JobQueue::Taken& taken);
  /// How many grains of that kind the voice renders at once, at least 1.
  [[nodiscard]] std::size_t batch_size(const std::string& voice_id, engine::GrainKind kind) const;
  /// Among how many grains the time of a batch is shared out: those in it, and those that there is room for in it and
  /// in the worker, since they would cost no more.
  [[nodiscard]] std::size_t sharing(const std::vector<Rendering*>& batch) const;
  [[nodiscard]] Grains render_together(const std::vector<Rendering*>& batch);

  VoiceCache& shelf_;
  Link& link_;
  JobQueue& queue_;
  std::uint32_t epoch_;
  RenderBatcher renderings_;
  std::atomic<std::uint64_t> jobs_done_ = 0;
};

}  // namespace antiphon::worker
