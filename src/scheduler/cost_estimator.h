#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/time.h"
#include "scheduler/cost_model.h"
#include "scheduler/types.h"

/// What jobs cost, learnt from what they took. Pure; seconds of whichever clock the observations are of.
namespace antiphon::scheduler {

/// Follows took = fixed + ratio * audio on two time scales. The shape (fixed against ratio) is fitted recursively over
/// hundreds of jobs (Kalman filter of two parameters; residuals beyond three deviations are cut), and a speed factor
/// (EWMA over about ten jobs) follows a machine that gets slower or faster. A single outlier moves the estimate by a
/// tenth at most.
class LinearCost {
 public:
  /// `fixed` in seconds, not negative; `ratio` above 0.
  LinearCost(double fixed, double ratio);

  /// A job of `audio` seconds took `took` seconds. What is not a positive number is ignored.
  void observe(double audio, double took);

  [[nodiscard]] double fixed() const { return speed_ * theta_[0]; }
  [[nodiscard]] double ratio() const { return speed_ * theta_[1]; }
  /// Seconds that a job of `audio` is expected to take.
  [[nodiscard]] double expected(double audio) const { return fixed() + ratio() * audio; }
  /// One job in twenty takes longer than this many times what is expected; at least 1.
  [[nodiscard]] double p95() const { return p95_; }
  /// How many times as long as usual jobs take now: against the mean of the last several hundred. 1 at first.
  [[nodiscard]] double slowness() const { return speed_ / usual_; }
  [[nodiscard]] std::uint64_t observations() const { return seen_; }

 private:
  void fit(double audio, double took);

  std::array<double, 2> theta_;       ///< Fixed and ratio at speed 1.
  std::array<double, 2> spread_;      ///< Their prior deviations.
  std::array<double, 3> covariance_;  ///< Covariance of fixed, of both, of ratio.
  double speed_ = 1.0;
  double usual_ = 1.0;  ///< Mean of speed_, over the last several hundred jobs.
  double p95_ = 1.3;
  std::uint64_t seen_ = 0;
};

/// Renders and plans of one voice on one kind of device.
class CostEstimator {
 public:
  explicit CostEstimator(CostModel::Prior prior)
      : render_(base::to_seconds(prior.fixed), prior.ratio), plan_(0.0, prior.plan_ratio) {}

  void observe_render(base::Duration audio, base::Duration took) {
    render_.observe(base::to_seconds(audio), base::to_seconds(took));
  }
  void observe_plan(base::Duration audio, base::Duration took) {
    plan_.observe(base::to_seconds(audio), base::to_seconds(took));
  }

  [[nodiscard]] CostModel model() const;
  [[nodiscard]] base::Duration expected_render(base::Duration audio) const;
  [[nodiscard]] base::Duration expected_plan(base::Duration audio) const;
  [[nodiscard]] double render_p95() const { return render_.p95(); }
  [[nodiscard]] double plan_p95() const { return plan_.p95(); }
  [[nodiscard]] double render_slowness() const { return render_.slowness(); }
  [[nodiscard]] std::uint64_t observations() const { return render_.observations() + plan_.observations(); }
  [[nodiscard]] std::uint64_t renders() const { return render_.observations(); }
  [[nodiscard]] std::uint64_t plans() const { return plan_.observations(); }

 private:
  LinearCost render_;
  LinearCost plan_;
};

/// Where a job runs, as far as its cost depends on it.
struct CostKey {
  VoiceId voice;
  DeviceId device{};
  std::uint32_t busy = 1;  ///< Workers that compute at the same time, this one included.
};

/// What reaching a device on another machine costs.
struct Distance {
  base::Duration fixed{};  ///< Each job.
  double ratio = 0;        ///< Seconds to each audio-second that is rendered.
};

/// What was learnt about a key, to be kept over a restart; numbers only; the voice and device are named by the code
/// that keeps it.
struct LearntCost {
  CostKey key;             ///< busy: any number that counts as the one observed.
  CostModel::Prior prior;  ///< In shares of the worker's time; taken for wall time, too, until that was observed.
  std::uint64_t jobs = 0;  ///< That it was learnt from.
};

/// The estimators of all voices, devices and numbers of busy workers (in powers of two, since workers share caches and
/// memory), in wall time, in CPU time, and in shares of the worker's time. What was not seen yet is taken from the
/// nearest number of busy workers that was, else from the voice's prior. Of devices without workers it remembers those
/// that were used last: kMostDevices, those with workers included.
class CostBook {
 public:
  /// What is known of the voice from an earlier run. Replaces what was learnt.
  void set_prior(VoiceId voice, const CostModel::Prior& prior);

  /// What was learnt so far, in the order of voices; nothing of what was not observed.
  [[nodiscard]] std::vector<LearntCost> learnt() const;
  /// Begins with what an earlier run has learnt. It replaces what is known of the keys; a voice's other keys begin with
  /// what was learnt from most jobs. Records that cannot be are left out. Returns how many were taken.
  std::size_t restore(std::span<const LearntCost> learnt);

  /// What is between here and the device adds so much to a job and to an audio-second. It counts until something was
  /// learnt about the device, whose times then include it.
  void set_distance(DeviceId device, const Distance& distance) { use(device).distance = distance; }
  /// One more worker, or one less, computes on the device. One with workers is not forgotten.
  void add_worker(DeviceId device) { ++use(device).workers; }
  void remove_worker(DeviceId device);

  /// A time of zero is not known.
  void observe_render(const CostKey& key, base::Duration audio, WorkTime took);
  void observe_plan(const CostKey& key, base::Duration audio, WorkTime took);

  /// What is left the less for others: in shares of the worker's time.
  [[nodiscard]] CostModel model(const CostKey& key) const;
  /// How soon it is done: in wall time.
  [[nodiscard]] CostModel pace(const CostKey& key) const;
  /// How many times as much of the worker's time as usual its renders take now; 1 where nothing is known.
  [[nodiscard]] double slowness(const CostKey& key) const;
  /// What a job is expected to take, and what one in twenty exceeds.
  struct Expectation {
    WorkTime expected;
    WorkTime p95;
    bool learnt = false;  ///< It rests on kEnough jobs of this kind.
  };
  static constexpr std::uint64_t kEnough = 8;
  static constexpr std::size_t kMostDevices = 256;
  [[nodiscard]] Expectation render(const CostKey& key, base::Duration audio) const;
  [[nodiscard]] Expectation plan(const CostKey& key, base::Duration audio) const;

 private:
  struct Clocks {
    CostEstimator wall;
    CostEstimator cpu;
    CostEstimator share;
  };
  struct Entry {
    DeviceId device;
    std::uint32_t bucket = 0;
    Clocks clocks;
  };
  struct Device {
    Distance distance{};
    std::uint32_t workers = 0;
    std::uint64_t used = 0;  ///< Counts the uses of all devices: the smaller, the longer ago.
  };
  struct Voice {
    CostModel::Prior prior;
    std::uint64_t prior_jobs = 0;  ///< That the prior was learnt from.
    std::vector<Entry> entries;
  };

  /// Makes it the one used last; another may be forgotten for it.
  Device& use(DeviceId device);
  void forget_excess();
  [[nodiscard]] Clocks& learning(const CostKey& key);
  [[nodiscard]] const Clocks* nearest(const CostKey& key) const;
  [[nodiscard]] CostModel by(CostEstimator Clocks::* clock, const CostKey& key) const;
  /// Of what was not observed yet.
  [[nodiscard]] CostModel::Prior prior(const CostKey& key) const;
  [[nodiscard]] Clocks fallback(const CostKey& key) const;

  std::map<VoiceId, Voice> voices_;
  std::map<DeviceId, Device> devices_;
  std::uint64_t uses_ = 0;
};

}  // namespace antiphon::scheduler
