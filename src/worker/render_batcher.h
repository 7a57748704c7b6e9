#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "engine/api/engine.h"
#include "wire/message.h"
#include "worker/job_queue.h"

namespace antiphon::worker {

/// A render job under way.
struct Rendering {
  wire::RenderJob job;
  base::SampleRate rate;
  std::uint32_t done = 0;        ///< Number of its grains that are done.
  std::vector<std::byte> state;  ///< Before the next one.
  Clock::time_point ready;       ///< Since when that could be rendered.
  Clock::time_point latest;      ///< When it must be begun to come in time.

  [[nodiscard]] const wire::Grain& grain() const { return job.grains[done]; }
  [[nodiscard]] bool complete() const { return done == job.grains.size(); }
  /// The rows of the next grain.
  [[nodiscard]] std::span<const std::byte> rows() const;
  /// The next grain was rendered, and left this state.
  void advance(std::vector<std::byte> next_state, Clock::time_point now);
};

/// The render jobs that a worker has under way, and which of their grains are rendered together next. Pure: the time is
/// an argument. Not thread-safe.
///
/// The most urgent grain decides which voice and kind is next; others of the same join it, the most urgent first. A
/// batch that is not full may wait for more: until the latest moment at which the most urgent of it must be begun, and
/// no longer than a share of what it takes, since all the others wait too. It does not wait where nothing more can
/// come: all places are taken, or all streams that are spoken are here.
class RenderBatcher {
 public:
  /// `places`: jobs at once, at least 1.
  explicit RenderBatcher(std::size_t places) : places_(places) {}

  /// Whether the job may join those under way.
  [[nodiscard]] bool fits(const wire::RenderJob& job) const;
  /// Whether others than render jobs may be done now, between two grains.
  [[nodiscard]] bool interruptible() const { return under_way_.empty() || !under_way_.front().job.exclusive; }
  /// It must fit.
  void begin(wire::RenderJob job, base::SampleRate rate, Clock::time_point received, Clock::time_point now);
  void erase(const Rendering& rendering);

  [[nodiscard]] std::list<Rendering>& all() { return under_way_; }
  [[nodiscard]] bool empty() const { return under_way_.empty(); }
  /// When the most urgent grain must be begun. There must be a job.
  [[nodiscard]] Clock::time_point latest() const { return std::ranges::min(under_way_, {}, &Rendering::latest).latest; }
  /// How many jobs more may join those under way.
  [[nodiscard]] std::size_t room() const { return interruptible() ? places_ - under_way_.size() : 0; }

  /// How many grains of that kind the voice renders at once, at least 1.
  using BatchSize = std::function<std::size_t(const std::string& voice_id, engine::GrainKind kind)>;
  struct Batch {
    std::vector<Rendering*> grains;  ///< The next of each; valid until one of them is erased.
    Clock::time_point begin;         ///< Not before; by then more may have come.
  };
  /// There must be a job.
  [[nodiscard]] Batch next(const BatchSize& size_of, Clock::time_point now);
  /// What a batch of that voice and kind took.
  void took(const std::string& voice_id, engine::GrainKind kind, Clock::duration took);

  /// The share of its own time that a batch may wait for more grains.
  static constexpr int kWaitShare = 4;
  static constexpr Clock::duration kLongestWait = std::chrono::milliseconds(20);

 private:
  using Shape = std::pair<std::string, engine::GrainKind>;

  [[nodiscard]] Clock::time_point closing(const Batch& batch, const Shape& shape) const;

  std::size_t places_;
  std::size_t batch_hint_ = 1;  ///< As the last job says.
  std::list<Rendering> under_way_;
  std::map<Shape, Clock::duration> expected_;  ///< Expected time of voices that were used; they are few.
};

/// When a job must be begun that was received then.
[[nodiscard]] Clock::time_point latest_begin(Clock::time_point received, std::uint64_t max_delay_us);

[[nodiscard]] inline engine::GrainKind kind_of(const wire::Grain& grain) {
  return static_cast<engine::GrainKind>(grain.kind);
}

}  // namespace antiphon::worker
