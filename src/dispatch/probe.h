#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "dispatch/door_probe.h"
#include "dispatch/progress_probe.h"
#include "dispatch/speech_probe.h"
#include "metrics/registry.h"
#include "protocol/error.h"
#include "scheduler/admission.h"
#include "scheduler/scheduler.h"

namespace antiphon::dispatch {

/// How a stream that was let in ended; each does once.
enum class StreamEnd : std::uint8_t {
  kComplete,   ///< All was rendered.
  kCancelled,  ///< Its listener left before.
  kFailed,     ///< It could not be rendered.
  kShed,       ///< It was given up under overload.
};

/// What a listener that plays at once heard of a stream, when it is over.
struct Heard {
  base::Duration first_audio{};  ///< From the request to the first audio, ready to be sent.
  base::Duration worst_gap{};    ///< Longest time without audio for it; what it took late is no gap.
  base::Duration total_stall{};  ///< All such gaps.
  base::Duration lag{};          ///< Largest lag, since it took what was there too slowly.
};

/// Counts what the gateway decides and what its listeners hear, for /metrics. Lives on the event loop.
class Probe {
 public:
  explicit Probe(metrics::Registry& registry);

  void admitted(base::Duration waited) const;
  void refused(scheduler::RefusalReason reason) const;
  /// Refused before admission was asked.
  void refused_draining() const { refused_draining_.add(); }
  /// For want of the device's memory for its voice.
  void refused_device_memory() const { refused_device_memory_.add(); }
  /// Gone before it was let in or refused.
  void left_waiting() const { left_waiting_.add(); }
  void ended(StreamEnd end) const;
  /// The first grain of a stream has come: when it was expected and when it did, both from its entry on.
  void started(base::Duration predicted, base::Duration actual) const;
  void heard(const Heard& heard) const;
  /// A listener was too far behind.
  void dropped_listener() const { dropped_listeners_.add(); }
  /// A grain came this long after its listener ran dry; negative: before.
  void grain(base::Duration lateness, base::Duration audio) const;
  /// A piece of paced audio went out so long after it was due.
  void paced(base::Duration jitter) const { jitter_.observe(jitter); }
  void job(scheduler::JobKind kind, scheduler::WorkTime took) const;
  /// What is so now; before each scrape.
  void observe(const scheduler::Scheduler& scheduler, const scheduler::AdmissionController& desk);
  /// The memory of the device that workers compute on, in bytes: all of it, what is used, and by our workers. Before
  /// each scrape, where there is a device.
  struct DeviceMemory {
    std::uint64_t total = 0;
    std::uint64_t used = 0;
    std::uint64_t workers = 0;
  };
  void observe(const DeviceMemory& memory);
  [[nodiscard]] const DoorProbe& doors() const { return doors_; }
  [[nodiscard]] const ProgressProbe& progress() const { return progress_; }
  [[nodiscard]] SpeechProbe& speech() { return speech_; }

 private:
  DoorProbe doors_;
  ProgressProbe progress_;
  SpeechProbe speech_;
  std::array<metrics::Counter, 5> refused_;
  metrics::Counter refused_draining_;
  metrics::Counter refused_device_memory_;
  metrics::Counter left_waiting_;
  std::array<metrics::Counter, 4> ended_;
  std::array<metrics::Counter, 2> jobs_;
  std::array<metrics::Counter, 2> job_wall_;
  std::array<metrics::Counter, 2> job_cpu_;
  metrics::Counter admitted_;
  metrics::Counter audio_;
  metrics::Histogram waited_;
  metrics::Histogram first_audio_;
  metrics::Histogram predicted_start_;
  metrics::Histogram actual_start_;
  metrics::Histogram start_error_;
  metrics::Histogram worst_gap_;
  metrics::Counter stall_;
  metrics::Histogram lag_;
  metrics::Counter dropped_listeners_;
  metrics::Histogram lateness_;
  metrics::Histogram jitter_;
  metrics::Gauge streams_;
  metrics::Gauge waiting_;
  metrics::Gauge kept_places_;
  metrics::Gauge return_ratio_;
  metrics::Gauge workers_;
  metrics::Gauge places_;
  std::array<metrics::Gauge, 3> device_memory_;
  metrics::Gauge demand_;
  metrics::Gauge degradation_;
  metrics::Counter steps_up_;
  metrics::Counter steps_down_;
  std::uint64_t seen_up_ = 0;
  std::uint64_t seen_down_ = 0;
};

}  // namespace antiphon::dispatch
