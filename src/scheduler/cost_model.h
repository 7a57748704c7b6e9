#pragma once

#include "base/time.h"

namespace antiphon::scheduler {

/// What rendering costs: a chunk of c audio-seconds takes fixed + ratio * c seconds of one worker, a plan takes
/// plan_ratio seconds per audio-second. A value; CostEstimator follows the observed times.
class CostModel {
 public:
  struct Prior {
    base::Duration fixed = std::chrono::milliseconds(2);  ///< a, per chunk.
    double ratio = 0.1;                                   ///< r: worker-seconds per audio-second; above 0.
    double plan_ratio = 0.016;                            ///< Worker-seconds of planning per audio-second.
    friend bool operator==(const Prior&, const Prior&) = default;
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
  /// To be kept and given to a later estimator as its starting point.
  [[nodiscard]] const Prior& prior() const { return prior_; }

 private:
  Prior prior_;
};

}  // namespace antiphon::scheduler
