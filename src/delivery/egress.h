#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "delivery/audio_sink.h"
#include "delivery/recorder.h"
#include "delivery/slow_client_detector.h"
#include "delivery/speech_order.h"
#include "dispatch/cell.h"
#include "runtime/clock.h"
#include "runtime/thread_pool.h"

namespace antiphon::delivery {

/// The way of one stream's audio from the cell to its listener: takes the PCM as it is rendered, has it resampled and
/// encoded on a strand of its own, and writes it to the sink. Every door uses it. On the event loop.
class Egress {
 public:
  enum class End : std::uint8_t {
    kComplete,
    kRefused,
    kFailed,
    kCancelled,
    kDropped,  ///< The listener fell too far behind.
    kRevoked,  ///< The API key that it came with was.
  };

  struct Report {
    End end = End::kCancelled;
    base::Duration first_audio{};  ///< From the construction to the first bytes; zero where there were none.
    base::Duration audio{};        ///< That was rendered.
    base::Duration took{};
    std::optional<protocol::Errc> error{};  ///< Where the listener was told of one.
  };

  /// `lag_limit`: see SpeechHandlerOptions. The references stay valid until run() returns.
  Egress(dispatch::Cell& cell, dispatch::SpeechStream& stream, AudioSink& sink, runtime::Clock& clock,
         dispatch::Probe& probe, base::Duration lag_limit);

  /// Until the stream or its listener ends. Logs the end under `request_id`.
  [[nodiscard]] runtime::Awaitable<Report> run(AudioOutput output, runtime::ThreadPool::Strand strand,
                                               std::string request_id);

  /// `recorder` takes the audio, too; it outlives the egress. Before run().
  void record(Recorder& recorder) { recorder_ = &recorder; }

  /// Ends it now: with an error where nothing was written yet, else by cutting the listener off.
  void revoke();

 private:
  /// Audio that is written at once, and the bytes that it became; none where the encoder holds it back.
  struct Piece {
    base::SampleCount samples;  ///< At the voice's own rate.
    std::size_t bytes = 0;
  };
  struct Encoded {
    std::vector<std::byte> bytes;
    std::vector<Piece> pieces;
    base::Duration cpu{};  ///< That it took.
  };

  /// Why it ended early, when the listener did not just leave.
  [[nodiscard]] runtime::Awaitable<std::optional<protocol::Error>> send(AudioOutput output, codec::Encoder& encoder,
                                                                        runtime::ThreadPool::Strand strand);
  /// On the strand. `last`: nothing follows. `most`: samples of a piece.
  [[nodiscard]] static codec::Result<Encoded> encode(codec::Encoder& encoder, std::span<const std::int16_t> pcm,
                                                     bool last, std::size_t most);
  /// False once the listener has gone.
  [[nodiscard]] runtime::Awaitable<bool> write(const Encoded& encoded, AudioOutput output);
  /// `audio` is there for the listener; what came late was ours.
  void note_offered(base::Duration audio);
  /// The listener has taken `audio`; lateness from here on is its own.
  void note_taken(base::Duration audio);
  [[nodiscard]] Report report(const std::optional<protocol::Error>& error) const;
  [[nodiscard]] base::SampleCount through(AudioOutput output) const;
  void log(const std::string& request_id, const Report& report) const;
  /// Tells the tracer of the parts of the way that the egress sees.
  void trace(const std::string& request_id, const AudioOutput& output, const Report& report) const;

  dispatch::Cell& cell_;
  dispatch::SpeechStream& stream_;
  AudioSink& sink_;
  runtime::Clock& clock_;
  dispatch::Probe& probe_;
  Recorder* recorder_ = nullptr;
  base::TimePoint arrived_;
  base::Duration first_audio_{};
  SlowClientDetector listener_;
  scheduler::PlaybackClock heard_;  ///< Its gaps are those for which nothing was there.
  std::uint64_t samples_ = 0;       ///< Rendered, at the voice's own rate.
  std::uint64_t written_ = 0;       ///< Samples of these that were written, or are held back by the encoder.
  std::uint64_t bytes_ = 0;         ///< Written.
  base::Duration encoder_cpu_{};
  bool complete_ = false;
  bool revoked_ = false;
};

}  // namespace antiphon::delivery
