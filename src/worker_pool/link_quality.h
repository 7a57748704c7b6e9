#pragma once

#include <cstdint>
#include <deque>

#include "base/time.h"

namespace antiphon::worker_pool {

/// What lies between the gateway and a worker on another machine, as measured, and what follows from it. Pure.
class LinkQuality {
 public:
  /// A message and its answer took so long.
  void answered(base::Duration took);
  /// The link was seen to carry so many bytes in that time, in whichever direction. Nothing of either: ignored.
  void carried(std::uint64_t bytes, base::Duration took);

  /// The shortest of the last kSamples answers: the others waited behind jobs. Zero: none was measured.
  [[nodiscard]] base::Duration round_trip() const;
  /// Zero: not measured.
  [[nodiscard]] double bytes_per_second() const;

  /// How many jobs of that length a worker should hold, so that the next one is there when one is done. 1 to kDeepest.
  [[nodiscard]] std::uint32_t depth(base::Duration job) const;
  /// What the link adds to the time for which jobs of that length occupy a worker that holds depth() of them: so much
  /// to each, and so many seconds to each audio-second.
  struct Cost {
    base::Duration fixed{};
    double ratio = 0;
  };
  [[nodiscard]] Cost cost(base::Duration job) const;

  static constexpr std::size_t kSamples = 16;
  static constexpr std::uint32_t kDeepest = 5;
  /// What travels: a state to the worker with each job, and with each audio-second the rows of the prior there, PCM and
  /// five states back. Of the prepared medium voices of Piper.
  static constexpr double kBytesPerJob = 200e3;
  static constexpr double kBytesPerAudioSecond = 66e3 + 48e3 + 5 * 200e3;

 private:
  std::deque<base::Duration> answers_;  ///< kSamples at most.
  double bytes_ = 0;                    ///< Carried, and in what time; old measurements fade.
  double seconds_ = 0;
};

}  // namespace antiphon::worker_pool
