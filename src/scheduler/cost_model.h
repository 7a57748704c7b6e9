#pragma once

#include "base/time.h"

namespace antiphon::scheduler {

/// What rendering costs: a chunk of c audio-seconds takes fixed + ratio * c seconds of one worker, a plan takes
/// plan_ratio seconds per audio-second. The ratios follow the observed wall times (EWMA over about ten jobs).
class CostModel {
 public:
  struct Prior {
    base::Duration fixed = std::chrono::milliseconds(2);  ///< a, per chunk.
    double ratio = 0.1;                                   ///< r: worker-seconds per audio-second.
    double plan_ratio = 0.016;                            ///< Worker-seconds of planning per audio-second.
  };

  CostModel() = default;
  explicit CostModel(Prior prior) : prior_(prior) {}

  [[nodiscard]] base::Duration render_cost(base::Duration audio) const {
    return prior_.fixed + base::from_seconds(prior_.ratio * base::to_seconds(audio));
  }
  [[nodiscard]] base::Duration plan_cost(base::Duration audio) const {
    return base::from_seconds(prior_.plan_ratio * base::to_seconds(audio));
  }
  [[nodiscard]] base::Duration fixed() const { return prior_.fixed; }
  [[nodiscard]] double ratio() const { return prior_.ratio; }

  /// A chunk of `audio` took `took`.
  void observe_render(base::Duration audio, base::Duration took) {
    follow(prior_.ratio, base::to_seconds(took - prior_.fixed), base::to_seconds(audio));
  }
  /// Planning `audio` took `took`.
  void observe_plan(base::Duration audio, base::Duration took) {
    follow(prior_.plan_ratio, base::to_seconds(took), base::to_seconds(audio));
  }

 private:
  static constexpr double kWeight = 0.1;
  /// One observation moves the estimate by no more than a factor of two's worth: a single outlier is not a trend.
  static constexpr double kLargestStep = 2.0;

  static void follow(double& estimate, double seconds, double audio_seconds) {
    if (audio_seconds <= 0.0 || seconds < 0.0) return;
    double seen = seconds / audio_seconds;
    if (seen > estimate * kLargestStep) seen = estimate * kLargestStep;
    estimate += kWeight * (seen - estimate);
  }

  Prior prior_;
};

}  // namespace antiphon::scheduler
