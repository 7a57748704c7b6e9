#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "gateway/audio_sink.h"
#include "gateway/cell.h"
#include "gateway/speech_order.h"
#include "runtime/clock.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway {

/// The way of one stream's audio from the cell to its listener: takes the PCM as it is rendered, has it resampled and
/// encoded on a strand of its own, and writes it to the sink. Every door uses it. On the event loop.
class Egress {
 public:
  enum class End : std::uint8_t { kComplete, kRefused, kFailed, kCancelled };

  struct Report {
    End end = End::kCancelled;
    base::Duration first_audio{};  ///< From the construction to the first bytes; zero where there were none.
    base::Duration audio{};        ///< That was rendered.
    base::Duration took{};
  };

  /// The references stay valid until run() returns.
  Egress(Cell& cell, SpeechStream& stream, AudioSink& sink, runtime::Clock& clock, Probe& probe);

  /// Until the stream or its listener ends. Logs the end under `request_id`.
  [[nodiscard]] runtime::Awaitable<Report> run(AudioOutput output, runtime::ThreadPool::Strand strand,
                                               std::string request_id);

 private:
  /// Why it ended early, when the listener did not just leave.
  [[nodiscard]] runtime::Awaitable<std::optional<Error>> send(AudioOutput output, codec::Encoder& encoder,
                                                              runtime::ThreadPool::Strand strand);
  [[nodiscard]] base::SampleCount through(AudioOutput output) const;
  void log(const std::string& request_id, const Report& report) const;

  Cell& cell_;
  SpeechStream& stream_;
  AudioSink& sink_;
  runtime::Clock& clock_;
  Probe& probe_;
  base::TimePoint arrived_;
  base::Duration first_audio_{};
  scheduler::PlaybackClock heard_;  ///< By what the sink took.
  std::uint64_t samples_ = 0;       ///< Taken, at the voice's own rate.
  std::uint64_t bytes_ = 0;         ///< Encoded.
  bool complete_ = false;
};

}  // namespace antiphon::gateway
