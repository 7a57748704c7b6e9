#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "scheduler/options.h"

namespace antiphon::scheduler {

/// What is given up under load, each with all before it.
enum class Degradation : std::uint8_t {
  kNone,
  kNoPrefetch,     ///< No plans beyond a stream's next segment.
  kCheaperVoices,  ///< Newcomers whose key allows it get a cheaper voice.
  kRefusing,       ///< Newcomers wait or are refused.
  kShedding,       ///< Streams are ended, one at a time.
};

[[nodiscard]] std::string_view degradation_name(Degradation level);

/// Climbs at once, descends a step at a time after a second in which the lower one would have done. Pure.
class DegradationController {
 public:
  struct Reading {
    double demand = 0;          ///< Share of what can be promised that is asked for; 1 is all.
    base::Duration lateness{};  ///< Lateness of the stream that waits for a worker and is late the most.
  };

  /// Nothing: no change.
  std::optional<Degradation> update(const Options& options, const Reading& reading, base::TimePoint now);
  /// Somebody did not fit.
  void refused(base::TimePoint now) { refused_at_ = now; }

  [[nodiscard]] Degradation level() const { return level_; }
  [[nodiscard]] std::uint64_t steps_up() const { return steps_up_; }
  [[nodiscard]] std::uint64_t steps_down() const { return steps_down_; }

 private:
  [[nodiscard]] Degradation wanted(const Options& options, const Reading& reading, base::TimePoint now);

  Degradation level_ = Degradation::kNone;
  std::optional<base::TimePoint> refused_at_;
  std::optional<base::TimePoint> late_since_;
  std::optional<base::TimePoint> lower_since_;
  std::uint64_t steps_up_ = 0;
  std::uint64_t steps_down_ = 0;
};

}  // namespace antiphon::scheduler
