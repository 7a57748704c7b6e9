#pragma once

#include <span>
#include <vector>

#include "base/time.h"

/// How much of the workers' time is promised, and by when. Pure.
///
/// Every admitted stream asks for chunks, each due at a moment. A chunk by chunk account of 200 long streams has tens
/// of thousands of entries; here a stream is a line that lies on or above its own steps, so that a test against lines
/// never admits what the test against chunks would refuse (the demand bound of Baruah, Rosier and Howell 1990, on
/// playback deadlines).
namespace antiphon::scheduler {

/// Worker time asked for by a moment t: nothing before `due`; from then on first + rate * (t - due), and never more
/// than `total`.
struct DemandLine {
  base::TimePoint due;
  base::Duration first{};  ///< Not negative.
  double rate = 0;         ///< Worker-seconds per second; not negative.
  base::Duration total{};  ///< At least `first`.
};

/// What the workers can give from `now` on: by a moment t, utilisation * workers * (t - now) - reserve.
struct Supply {
  base::TimePoint now;
  double rate = 0;           ///< Worker-seconds per second: utilisation * workers.
  base::Duration reserve{};  ///< Lost to jobs that cannot be interrupted.
};

/// The sum of many lines, ready to be asked often.
class DemandCurve {
 public:
  /// What is due before the earliest moment at which `supply` could have done it alone is taken as due then: that it
  /// is late already is no reason to refuse anybody.
  DemandCurve(std::span<const DemandLine> lines, const Supply& supply);

  /// Promises `more` too, its times moved by `delay`. O(lines).
  void add(std::span<const DemandLine> more, base::Duration delay = {});

  /// Whether `more`, whose times are moved by `delay`, fits beside what is there: at no moment from now on is more due
  /// than can be done. O(lines).
  [[nodiscard]] bool fits(std::span<const DemandLine> more, base::Duration delay = {}) const;

  /// The smallest delay (to about 2 %, at least `step`) with which `more` fits; `limit` when there is none below it.
  [[nodiscard]] base::Duration earliest(std::span<const DemandLine> more, base::Duration step,
                                        base::Duration limit) const;

  /// The largest share of the supply that is asked for at any moment from `horizon` on; 1 is all of it.
  [[nodiscard]] double load(base::Duration horizon) const;

 private:
  /// At `when` (seconds from now) the demand jumps by `jump` and its slope changes by `bend`.
  struct Corner {
    double when = 0;
    double jump = 0;
    double bend = 0;
  };

  void append(const DemandLine& line, base::Duration delay, std::vector<Corner>& corners) const;

  Supply supply_;
  std::vector<Corner> corners_;  ///< By time.
};

}  // namespace antiphon::scheduler
