#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "metrics/registry.h"
#include "progress/store.h"

namespace antiphon::dispatch {

/// What became of a request to go on with a stream.
enum class ResumeOutcome : std::uint8_t {
  kContinued,    ///< Its audio goes on.
  kAnew,         ///< Its bytes would be others, so that it begins anew under another name.
  kNotFound,     ///< There is no such stream, or it is another client's.
  kTextNotKept,  ///< The client has to bring the text.
  kBeyondEnd,    ///< The audio was known to end before the range.
  kUnavailable,  ///< The store cannot be asked, or no worker is ready.
};

/// What became of an Idempotency-Key.
enum class KeyOutcome : std::uint8_t {
  kFirst,        ///< It was not known.
  kHit,          ///< It stands for a stream that was begun before.
  kReused,       ///< It came with another request before.
  kUnavailable,  ///< The store cannot be asked: the request is spoken as if it had none.
};

/// Counts what is kept of streams and what it is used for, for /metrics. Lives on the event loop.
class ProgressProbe {
 public:
  explicit ProgressProbe(metrics::Registry& registry);

  void resumed(ResumeOutcome outcome) const { resumed_.at(std::to_underlying(outcome)).add(); }
  /// A stream was cut, since another connection or gateway goes on with it.
  void taken_over() const { taken_over_.add(); }
  void keyed(KeyOutcome outcome) const { keyed_.at(std::to_underlying(outcome)).add(); }
  /// What is so now; before each scrape.
  void observe(const progress::Figures& figures) const;

 private:
  std::array<metrics::Counter, 6> resumed_;
  std::array<metrics::Counter, 4> keyed_;
  metrics::Counter taken_over_;
  metrics::Gauge records_;
  metrics::Gauge bytes_;
  metrics::Counter dropped_;
  metrics::Counter failures_;
  metrics::Gauge connected_;
  metrics::Counter connections_;
  metrics::Counter commands_;
  metrics::Counter sent_bytes_;
  metrics::Gauge waiting_;
};

}  // namespace antiphon::dispatch
