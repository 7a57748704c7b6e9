#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "delivery/speech_order.h"
#include "delivery/voice_directory.h"
#include "dispatch/cell.h"
#include "dispatch/progress_probe.h"
#include "identity/caller.h"
#include "progress/store.h"
#include "runtime/clock.h"
#include "runtime/event.h"

namespace antiphon::delivery {

class TrackedSink;

/// Whether records hold the texts of their streams. A stream without its text is resumed only by a client that brings
/// the text again.
enum class KeptText : std::uint8_t { kWhole, kHash };

struct StreamBookOptions {
  KeptText text = KeptText::kWhole;
  /// A process that was away for so long, since it was stopped or its machine slept, asks whether it still owns a
  /// stream before it sends more of it. 1 s or more.
  base::Duration lease = std::chrono::seconds(3);
  /// The clock of the lease, which has to go on while the machine sleeps: runtime::boot_time(). Empty: the clock of
  /// everything else.
  std::function<base::TimePoint()> lease_clock{};
};

/// The streams of this gateway that can be resumed: writes their records, and ends a stream that another connection or
/// another gateway goes on with. Lives on the event loop.
class StreamBook {
 public:
  /// The references outlive it.
  StreamBook(progress::Store& store, const VoiceDirectory& voices, const dispatch::Cell& cell, runtime::Clock& clock,
             const dispatch::ProgressProbe& probe, StreamBookOptions options);
  ~StreamBook();
  StreamBook(const StreamBook&) = delete;
  StreamBook& operator=(const StreamBook&) = delete;

  [[nodiscard]] progress::Store& store() { return store_; }
  [[nodiscard]] runtime::Clock& clock() { return clock_; }
  [[nodiscard]] const dispatch::ProgressProbe& probe() const { return probe_; }
  /// What decides the bytes besides the request and the files of the voice: the workers that take jobs now, and all
  /// that this gateway does to texts and audio. "" where no worker has told its part yet.
  [[nodiscard]] std::string fingerprint(const progress::Request& request, const ServedVoice& voice) const;
  /// Whether fingerprint() is known.
  [[nodiscard]] bool has_fingerprint() const { return !cell_.fleet().fingerprint().empty(); }
  /// What this gateway is from now on: SpeechHandler::gateway_identity().
  void set_gateway(std::string identity) { gateway_ = std::move(identity); }
  /// The voice that a stream is spoken with, as clients call it; nullptr where it is not served any more.
  [[nodiscard]] const ServedVoice* voice_of(const dispatch::SpeechSpec& spec) const;

  /// Watches for times in which the process was away, until the calling task is cancelled. Call it once.
  [[nodiscard]] runtime::Awaitable<> watch();
  /// How often the process was away for longer than the lease, up to now.
  [[nodiscard]] std::uint64_t absences();

  /// Whether a request with these words of its own may be kept: where texts are not, words are not, either.
  [[nodiscard]] bool may_keep(const std::vector<text::pronunciation::Entry>& words) const {
    return options_.text == KeptText::kWhole || words.empty();
  }
  /// Returns what is known of an order before it is spoken.
  [[nodiscard]] progress::Request describe(const SpeechOrder& order, const identity::Caller& caller) const;

  /// Cuts the streams of this gateway that have that name and at most that token, and returns when they are over. False
  /// when the calling task is cancelled before.
  [[nodiscard]] runtime::Awaitable<bool> take_over(progress::StreamName name, progress::FencingToken token);

 private:
  friend class TrackedSink;

  void lose(const progress::StreamName& name, progress::FencingToken token);
  [[nodiscard]] base::TimePoint lease_now() const {
    return options_.lease_clock ? options_.lease_clock() : clock_.now();
  }

  progress::Store& store_;
  const VoiceDirectory& voices_;
  const dispatch::Cell& cell_;
  runtime::Clock& clock_;
  const dispatch::ProgressProbe& probe_;
  StreamBookOptions options_;
  std::string gateway_;
  base::TimePoint here_;  ///< When the event loop was last seen to turn, by the clock of the lease.
  std::uint64_t absences_ = 0;
  std::list<TrackedSink*> live_;
  runtime::Notifier ended_;
};

/// Returns what stands in a record for the client that alone may resume its stream.
[[nodiscard]] std::string holder_of(const identity::Caller& caller);

}  // namespace antiphon::delivery
