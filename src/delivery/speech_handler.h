#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cache/audio_cache.h"
#include "delivery/audio_sink.h"
#include "delivery/cache_key.h"
#include "delivery/door_rules.h"
#include "delivery/speech_order.h"
#include "delivery/voice_directory.h"
#include "dispatch/cell.h"
#include "dispatch/growing_speech.h"
#include "identity/caller.h"
#include "progress/census.h"
#include "runtime/thread_pool.h"
#include "text/pronunciation/dictionary_set.h"
#include "text/segmenter.h"

namespace antiphon::delivery {

class Egress;

struct SpeechHandlerOptions {
  text::Options segmentation{};  ///< Its speed is replaced by the request's.
  text::pronunciation::DictionarySet dictionaries{};
  std::size_t max_streams = 256;  ///< Live and waiting at once, 1 or more; the next one is refused as kBusy.
  /// How long a request waits for room that does not say so, and the most that one may say.
  base::Duration wait = std::chrono::seconds(2);
  base::Duration wait_max = std::chrono::seconds(30);
  /// Audio that a paced listener has ahead of its playback.
  base::Duration pacing_lead = std::chrono::seconds(2);
  /// A listener that is so far behind is dropped; see audio::PlaybackLag.
  base::Duration lag_limit = std::chrono::seconds(60);
  /// Names of voices, and of those that may be spoken instead when the cell is nearly full.
  std::map<std::string, std::string, std::less<>> cheaper_voices{};
  DoorRules doors{};
  std::string build{};  ///< Names this build of the program; another one may make other bytes of the same request.
  cache::AudioCache* cache = nullptr;  ///< Null: nothing is kept. It outlives the server.
  CacheScope cache_scope = CacheScope::kAccount;
  progress::Census* census =
      nullptr;  ///< Census of the streams in other cells; null: there are none. It outlives the server.
};

/// What every door does with an order: checks it, opens a stream of the cell and sends its audio as it is rendered.
/// Lives on the event loop; resampling and encoding run on `encoders`, one strand a stream.
class SpeechHandler {
 public:
  SpeechHandler(dispatch::Cell& cell, const VoiceDirectory& voices, runtime::ThreadPool& encoders,
                runtime::Clock& clock, dispatch::Probe& probe, SpeechHandlerOptions options);

  /// Returns when the stream has ended, one way or the other, and `sink` knows.
  [[nodiscard]] runtime::Awaitable<> speak(SpeechOrder order, identity::Caller caller, std::string request_id,
                                           AudioSink& sink);

  /// Begins a speech whose text comes in pieces (`order.arrival`); then speak() it. `silence`: see GrowingSpeech.
  /// Errors: kUnknownVoice, kBusy.
  [[nodiscard]] protocol::Result<std::unique_ptr<dispatch::GrowingSpeech>> grow(const SpeechOrder& order,
                                                                                const identity::Caller& caller,
                                                                                base::Duration silence);
  /// The same as for an order, for a speech of grow(), which stays valid until it returns.
  [[nodiscard]] runtime::Awaitable<> speak(dispatch::GrowingSpeech& speech, AudioOutput output, std::string request_id,
                                           AudioSink& sink);

  /// How the text of an order is read and cut. Errors: kUnknownVoice, kInvalidValue.
  [[nodiscard]] protocol::Result<text::Options> reading_of(const SpeechOrder& order,
                                                           const identity::Caller& caller) const;
  /// Errors: kUnknownVoice, kInvalidText, kInvalidValue, kNothingToSpeak.
  [[nodiscard]] protocol::Result<dispatch::SpeechSpec> check(const SpeechOrder& order,
                                                             const identity::Caller& caller) const;

  /// Ends the speech of an order, waiting or under way, where its caller may not stay. Speech of grow() is left to its
  /// door.
  void revoke(const std::function<bool(const identity::Caller&)>& may_stay);

  /// Who may still be spoken to when their speech begins; without it, all.
  void set_may_stay(std::function<bool(const identity::Caller&)> may_stay) { may_stay_ = std::move(may_stay); }

  /// What decides the bytes besides a request, a voice, a worker and the libraries of codec: this build, and how texts
  /// are read and cut.
  [[nodiscard]] std::string gateway_identity() const;

  [[nodiscard]] const VoiceDirectory& voices() const { return voices_; }
  [[nodiscard]] const DoorRules& rules() const { return options_.doors; }

  /// From now on these count; what is spoken goes on with those that it began with.
  void set_dictionaries(text::pronunciation::DictionarySet dictionaries) {
    options_.dictionaries = std::move(dictionaries);
  }

  /// From now on every order is refused as kBusy.
  void drain() { draining_ = true; }

 private:
  /// Error: kBusy.
  [[nodiscard]] protocol::Result<void> admit() const;
  /// Has the utterance traced, if it is to be, and notes its trace for the log.
  void begin_trace(dispatch::SpeechSpec& spec, dispatch::AccessNote* note) const;
  /// The key of the order's audio in the cache; nullopt where the order has nothing to do with it, or what decides its
  /// bytes is not known.
  [[nodiscard]] std::optional<cache::Key> key_of(const SpeechOrder& order, const identity::Caller& caller,
                                                 const dispatch::SpeechSpec& spec) const;
  /// What the cache has of an order; null: nothing.
  [[nodiscard]] runtime::Awaitable<dispatch::SharedPcm> look_up(const SpeechOrder& order,
                                                                const identity::Caller& caller,
                                                                const dispatch::SpeechSpec& spec) const;
  /// Answers an order in which nothing can be spoken, without a stream.
  [[nodiscard]] runtime::Awaitable<> send_wordless(AudioOutput output, AudioSink& sink);
  /// Those that say how the words of an order are said. Errors: kInvalidValue.
  [[nodiscard]] protocol::Result<text::pronunciation::Dictionaries> dictionaries_of(
      const SpeechOrder& order, const VoiceDirectory::Found& found) const;
  void allow_cheaper_voice(dispatch::SpeechSpec& spec, const std::string& voice, double volume,
                           const identity::Caller& caller) const;
  /// Streams of the caller's account that count to its limit though they are not here.
  [[nodiscard]] std::uint32_t elsewhere(const SpeechOrder& order, const identity::Caller& caller) const;

  dispatch::Cell& cell_;
  const VoiceDirectory& voices_;
  runtime::ThreadPool& encoders_;
  runtime::Clock& clock_;
  dispatch::Probe& probe_;
  SpeechHandlerOptions options_;
  bool draining_ = false;
  std::function<bool(const identity::Caller&)> may_stay_;
  struct Running {
    const identity::Caller* caller;
    Egress* egress;
  };
  std::list<Running> running_;
};

}  // namespace antiphon::delivery
