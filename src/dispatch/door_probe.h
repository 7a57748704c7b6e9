#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "metrics/registry.h"

namespace antiphon::dispatch {

/// By which a request for speech came.
enum class Door : std::uint8_t { kOpenAi, kElevenLabs, kElevenLabsSocket, kWyoming };

/// Counts what comes to the doors and what they hold open, for /metrics. Lives on the event loop.
class DoorProbe {
 public:
  /// One more of what a gauge counts, for as long as it lives.
  class Held {
   public:
    explicit Held(metrics::Gauge gauge) : gauge_(gauge) { gauge_.set(gauge_.value() + 1); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { gauge_.set(gauge_.value() - 1); }

   private:
    metrics::Gauge gauge_;
  };

  explicit DoorProbe(metrics::Registry& registry);

  /// An utterance was asked for, whether it is then let in or not.
  void asked(Door door) const { asked_.at(std::to_underlying(door)).add(); }
  [[nodiscard]] const metrics::Gauge& sockets() const { return sockets_; }
  [[nodiscard]] const metrics::Gauge& contexts() const { return contexts_; }
  void connections(std::size_t http, std::size_t wyoming) const;
  /// How many there were in all, at the door of HTTP and at that of workers.
  void refused_handshakes(std::uint64_t http, std::uint64_t workers) const;

 private:
  std::array<metrics::Counter, 4> asked_;
  metrics::Gauge sockets_;
  metrics::Gauge contexts_;
  metrics::Gauge http_;
  metrics::Gauge wyoming_;
  std::array<metrics::Counter, 2> refused_handshakes_;
};

}  // namespace antiphon::dispatch
