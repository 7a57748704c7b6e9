#pragma once

#include <atomic>
#include <cstdint>

#include "worker/job_queue.h"
#include "worker/link.h"
#include "worker/voice_shelf.h"

namespace antiphon::worker {

/// Computes jobs and sends what they yield. It keeps loaded voices and nothing of a job. Belongs to the inference
/// thread, except jobs_done().
class Performer {
 public:
  Performer(VoiceShelf& shelf, Link& link, const JobQueue& queue, std::uint32_t epoch)
      : shelf_(shelf), link_(link), queue_(queue), epoch_(epoch) {}

  /// Answers the job with its results and its one end. What goes wrong, exceptions of the engine included, is
  /// answered with Failed. False = the gateway is gone.
  [[nodiscard]] bool perform(const JobQueue::Taken& taken);

  /// Jobs ended so far. Any thread.
  [[nodiscard]] std::uint64_t jobs_done() const { return jobs_done_; }

 private:
  /// How the last message left; an error is still to be answered with Failed.
  using Outcome = engine::Result<Sent>;

  [[nodiscard]] Outcome carry_out(const wire::LoadVoice& load, bool cancelled);
  [[nodiscard]] Outcome carry_out(const wire::UnloadVoice& unload, bool cancelled);
  [[nodiscard]] Outcome carry_out(const wire::PlanJob& job, bool cancelled);
  [[nodiscard]] Outcome carry_out(const wire::RenderJob& job, bool cancelled);
  [[nodiscard]] engine::Result<wire::GrainDone> render_grain(engine::Voice& voice, const wire::RenderJob& job,
                                                             std::uint32_t index, const std::vector<std::byte>& state);

  VoiceShelf& shelf_;
  Link& link_;
  const JobQueue& queue_;
  std::uint32_t epoch_;
  std::atomic<std::uint64_t> jobs_done_ = 0;
};

}  // namespace antiphon::worker
