#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "worker_pool/options.h"
#include "worker_pool/types.h"

namespace antiphon::worker_pool {

/// Whether there should be one worker more or one less. Pure.
class GrowthRule {
 public:
  enum class Step : std::uint8_t { kHold, kGrow, kShrink };
  struct Advice {
    Step step = Step::kHold;
    Cause cause = Cause::kLeast;  ///< Cause of what is not kHold.
  };

  /// `active` workers take jobs, `wanted` are to: while they differ nothing is advised, since the effect of the last
  /// step is not seen yet.
  [[nodiscard]] Advice update(const Options& options, const Sample& sample, std::uint32_t active, std::uint32_t wanted,
                              base::TimePoint now);

 private:
  std::uint64_t refusals_ = 0;
  std::uint64_t spare_requests_ = 0;
  std::optional<base::TimePoint> waits_since_;
  std::optional<base::TimePoint> idle_since_;
};

}  // namespace antiphon::worker_pool
