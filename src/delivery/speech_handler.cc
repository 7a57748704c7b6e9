#include "delivery/speech_handler.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "codec/encoder.h"
#include "delivery/egress.h"
#include "delivery/listed.h"
#include "delivery/paced_sink.h"
#include "protocol/json/object.h"
#include "text/reading/reading.h"
#include "text/text.h"
#include "tracing/tracer.h"

namespace antiphon::delivery {
namespace {

std::unexpected<protocol::Error> refusal(protocol::Errc code, std::string message) {
  return std::unexpected(protocol::Error{.code = code, .message = std::move(message)});
}

/// Takes the callback of a listener's going back, since a sink may outlive the stream that it would tell.
class GoneHook {
 public:
  GoneHook(AudioSink& told, AudioSink& root, std::move_only_function<void()> callback) : root_(root) {
    told.on_gone(std::move(callback));
  }
  GoneHook(const GoneHook&) = delete;
  GoneHook& operator=(const GoneHook&) = delete;
  ~GoneHook() {
    root_.on_gone([] {});
  }

 private:
  AudioSink& root_;  ///< The one that lasts; `told` may be a sink before it.
};

/// A speech that was refused before it had a stream.
void note_refused(dispatch::AccessNote* note, const protocol::Error& error) {
  if (note != nullptr) note->error = error.code;
}

void note_ended(dispatch::AccessNote* note, const Egress::Report& report) {
  if (note == nullptr) return;
  if (note->audio == base::Duration{}) note->first_audio = report.first_audio;
  note->audio += report.audio;
  note->error = report.error;
  note->left = !report.error && report.end != Egress::End::kComplete;
}

/// What comes out of resampler and limiter depends on what went in before, but on no more than this: the filters of
/// soxr reach back some 20 ms, in blocks of some 0.1 s. The limiter's level, begun too high, is right as soon as a peak
/// holds it down, or else once it has risen to the whole gain, in 0.6 s at most.
constexpr std::uint64_t kRunUpSeconds = 2;

/// Samples of the voice that its listener has, but for the run-up.
base::SampleCount unheard(const SpeechOrder& order, base::SampleRate rate) {
  const std::uint64_t output = order.output.rate.hz;
  const auto heard = order.heard.value / output * rate.hz + order.heard.value % output * rate.hz / output;
  return {heard - std::min(heard, kRunUpSeconds * rate.hz)};
}

bool may_use(const identity::Caller& caller, const std::string& voice) {
  return caller.voices.empty() || std::ranges::find(caller.voices, voice) != caller.voices.end();
}

}  // namespace

SpeechHandler::SpeechHandler(dispatch::Cell& cell, const VoiceDirectory& voices, runtime::ThreadPool& encoders,
                             runtime::Clock& clock, dispatch::Probe& probe, SpeechHandlerOptions options)
    : cell_(cell), voices_(voices), encoders_(encoders), clock_(clock), probe_(probe), options_(std::move(options)) {}

runtime::Awaitable<> SpeechHandler::speak(SpeechOrder order, identity::Caller caller, std::string request_id,
                                          AudioSink& sink) {
  probe_.doors().asked(order.door);
  if (order.note != nullptr) order.note->format = codec::name_of(order.output.format);
  auto spec = check(order, caller);
  const auto kept = spec ? co_await look_up(order, caller, *spec) : nullptr;
  const bool wordless =
      !spec && spec.error().code == protocol::Errc::kNothingToSpeak && order.output.wordless != Wordless::kRefused;
  const auto admitted = spec || wordless ? admit() : protocol::Result<void>();
  if ((!spec && !wordless) || !admitted) {
    const auto& refusal = admitted ? spec.error() : admitted.error();
    note_refused(order.note, refusal);
    co_return co_await sink.fail(refusal);
  }
  if (wordless) co_return co_await send_wordless(order.output, sink);
  begin_trace(*spec, order.note);
  const auto stream = kept ? cell_.replay(std::move(*spec), kept) : cell_.open(std::move(*spec));
  sink.opened(*stream);
  PacedSink paced(sink, stream->executor(), clock_, probe_, order.output.rate, options_.pacing_lead);
  const bool wants_pace = order.paced.value_or(caller.pacing == identity::Pacing::kPaced);
  AudioSink& chosen = wants_pace ? static_cast<AudioSink&>(paced) : sink;
  const GoneHook hook(chosen, sink, [&stream] { stream->leave(); });
  std::optional<Recorder> recorder;
  Egress egress(cell_, *stream, chosen, clock_, probe_, options_.lag_limit);
  const auto key = kept || order.cache == CacheUse::kRead ? std::nullopt : key_of(order, caller, stream->spec());
  if (key) egress.record(recorder.emplace(*options_.cache, *key, cell_, *stream));
  const Listed listed(running_, {.caller = &caller, .egress = &egress});
  // The door may have waited since it knew the caller: for a record, or for the one that sent the stream before.
  if (may_stay_ && !may_stay_(caller)) egress.revoke();
  note_ended(order.note, co_await egress.run(order.output, encoders_.make_strand(), std::move(request_id)));
}

std::optional<cache::Key> SpeechHandler::key_of(const SpeechOrder& order, const identity::Caller& caller,
                                                const dispatch::SpeechSpec& spec) const {
  const auto& workers = cell_.fleet().fingerprint();
  const auto voice = std::ranges::find(voices_.voices(), spec.voice_id, &ServedVoice::key);
  if (options_.cache == nullptr || order.cache == CacheUse::kNone || workers.empty() ||
      voice == voices_.voices().end() || voice->identity.empty()) {
    return std::nullopt;
  }
  return cache_key(spec, {.voice = voice->identity,
                          .workers = workers,
                          .build = options_.build,
                          .sharers = sharers_of(caller, options_.cache_scope)});
}

runtime::Awaitable<dispatch::SharedPcm> SpeechHandler::look_up(const SpeechOrder& order, const identity::Caller& caller,
                                                               const dispatch::SpeechSpec& spec) const {
  const auto key = key_of(order, caller, spec);
  if (!key || order.cache == CacheUse::kKeep) co_return nullptr;
  const auto found = co_await options_.cache->find(*key);
  // What a record says of the stream has to be true of its bytes: workers or voices may have changed meanwhile.
  if (!found || key_of(order, caller, spec) != key) co_return nullptr;
  co_return dispatch::SharedPcm(found, &found->samples);
}

void SpeechHandler::revoke(const std::function<bool(const identity::Caller&)>& may_stay) {
  // To revoke wakes coroutines later; none ends, and leaves the list, in between.
  for (const auto& running : running_) {
    if (!may_stay(*running.caller)) running.egress->revoke();
  }
}

runtime::Awaitable<> SpeechHandler::send_wordless(AudioOutput output, AudioSink& sink) {
  const auto pcm = wordless_audio(output.wordless, output.rate);
  const auto bytes = co_await runtime::run_on(encoders_.make_strand(), [&]() -> codec::Result<std::vector<std::byte>> {
    auto encoder = codec::make_encoder(output.format, output.rate, output.rate, output.bit_rate);
    if (!encoder) return std::unexpected(std::move(encoder.error()));
    std::vector<std::byte> encoded;
    auto done = (*encoder)->encode(pcm, encoded);
    if (done) done = (*encoder)->finish(encoded);
    if (!done) return std::unexpected(std::move(done.error()));
    return encoded;
  });
  if (!bytes) co_return co_await sink.fail({.code = protocol::Errc::kEngineFailed, .message = bytes.error().message});
  if (!bytes->empty() && !co_await sink.write(*bytes, {pcm.size()})) co_return;
  co_await sink.complete();
}

protocol::Result<std::unique_ptr<dispatch::GrowingSpeech>> SpeechHandler::grow(const SpeechOrder& order,
                                                                               const identity::Caller& caller,
                                                                               base::Duration silence) {
  probe_.doors().asked(order.door);
  if (order.note != nullptr) order.note->format = codec::name_of(order.output.format);
  auto spec = check(order, caller);
  auto admitted = spec ? admit() : protocol::Result<void>();
  if (!spec || !admitted) {
    auto& refusal = spec ? admitted.error() : spec.error();
    note_refused(order.note, refusal);
    return std::unexpected(std::move(refusal));
  }
  begin_trace(*spec, order.note);
  auto speech = std::make_unique<dispatch::GrowingSpeech>(cell_, clock_, cell_.open(std::move(*spec)), silence);
  speech->set_note(order.note);
  return speech;
}

runtime::Awaitable<> SpeechHandler::speak(dispatch::GrowingSpeech& speech, AudioOutput output, std::string request_id,
                                          AudioSink& sink) {
  const GoneHook hook(sink, sink, [&speech] { speech.leave(); });
  Egress egress(cell_, speech.stream(), sink, clock_, probe_, options_.lag_limit);
  note_ended(speech.note(), co_await egress.run(output, encoders_.make_strand(), std::move(request_id)));
}

void SpeechHandler::begin_trace(dispatch::SpeechSpec& spec, dispatch::AccessNote* note) const {
  auto* const tracer = cell_.tracer();
  if (tracer == nullptr) return;
  spec.trace = tracer->begin(note == nullptr ? std::nullopt : note->trace);
  if (spec.trace && note != nullptr && !note->trace) {
    note->trace =
        tracing::Context{.trace = spec.trace->trace, .span = spec.trace->request, .sampled = spec.trace->sampled};
  }
}

protocol::Result<void> SpeechHandler::admit() const {
  if (draining_) {
    probe_.refused_draining();
    cell_.live().add(dispatch::LiveRefusal{.at = clock_.now(), .reason = "draining"});
    return refusal(protocol::Errc::kBusy, "The server is shutting down.");
  }
  if (cell_.streams() >= options_.max_streams) {
    probe_.refused(scheduler::RefusalReason::kQueueFull);
    cell_.live().add(
        dispatch::LiveRefusal{.at = clock_.now(), .reason = dispatch::name_of(scheduler::RefusalReason::kQueueFull)});
    return refusal(protocol::Errc::kBusy, "The server has as many streams as it may have (server.max_streams).");
  }
  return {};
}

protocol::Result<text::Options> SpeechHandler::reading_of(const SpeechOrder& order,
                                                          const identity::Caller& caller) const {
  const auto found = voices_.find(order.voice);
  if (!found || !may_use(caller, found->voice->id)) {
    return refusal(protocol::Errc::kUnknownVoice, voices_.complaint(order.voice, caller.voices));
  }
  auto segmentation = text::with(options_.segmentation, order.reading);
  segmentation.speed = order.speed;
  segmentation.language = text::reading::language_of(found->language());
  auto dictionaries = dictionaries_of(order, *found);
  if (!dictionaries) return std::unexpected(std::move(dictionaries.error()));
  segmentation.dictionaries = std::move(*dictionaries);
  return segmentation;
}

protocol::Result<dispatch::SpeechSpec> SpeechHandler::check(const SpeechOrder& order,
                                                            const identity::Caller& caller) const {
  const auto reading = reading_of(order, caller);
  if (!reading) return std::unexpected(reading.error());
  const auto found = voices_.find(order.voice);
  const auto& segmentation = *reading;
  auto text = text::prepare(order.text, segmentation);
  if (!text) return refusal(protocol::Errc::kInvalidText, text.error().message);
  if (order.arrival == dispatch::TextArrival::kWhole && !text::speakable(*text)) {
    return refusal(protocol::Errc::kNothingToSpeak, "The text has nothing that can be spoken.");
  }
  dispatch::SpeechSpec spec{
      .account = caller.account,
      .user = caller.user,
      .voice_id = found->voice->key,
      .speaker = found->speaker,
      .rate = found->voice->rate,
      .text = std::move(*text),
      .arrival = order.arrival,
      .segmentation = segmentation,
      .speed = static_cast<float>(order.speed),
      .seed = order.seed,
      .gain = found->voice->gain * audio::Gain{.factor = order.volume},
      .backlog = order.backlog,
      .weight = caller.weight,
      .max_streams = caller.max_streams,
      .elsewhere = elsewhere(order, caller),
      .unheard = unheard(order, found->voice->rate),
      .wait = std::min(order.wait.value_or(caller.wait.value_or(options_.wait)), options_.wait_max)};
  if (order.cheaper == Cheaper::kAllowed) allow_cheaper_voice(spec, found->voice->id, order.volume, caller);
  return spec;
}

std::uint32_t SpeechHandler::elsewhere(const SpeechOrder& order, const identity::Caller& caller) const {
  // A stream that goes on here was let in elsewhere, where it may still be counted.
  if (options_.census == nullptr || order.resumes) return 0;
  return options_.census->elsewhere(caller.account.value);
}

protocol::Result<text::pronunciation::Dictionaries> SpeechHandler::dictionaries_of(
    const SpeechOrder& order, const VoiceDirectory::Found& found) const {
  for (const auto& name : order.dictionaries) {
    if (options_.dictionaries.find(name) != nullptr) continue;
    return std::unexpected(protocol::Error{.code = protocol::Errc::kInvalidValue,
                                           .message = "There is no dictionary " + protocol::json::quoted(name) +
                                                      "; the server's are the files of text.pronunciations.",
                                           .param = "pronunciation_dictionary_locators"});
  }
  auto dictionaries = options_.dictionaries.for_text(found.voice->id, found.language(), order.dictionaries);
  if (order.pronunciations.empty()) return dictionaries;
  auto own = text::make_dictionary(order.pronunciations);
  if (!own) {
    return std::unexpected(protocol::Error{.code = protocol::Errc::kInvalidValue,
                                           .message = "A word of 'pronunciations' " + own.error().message + ".",
                                           .param = "pronunciations"});
  }
  dictionaries.insert(dictionaries.begin(), *std::move(own));
  return dictionaries;
}

std::string SpeechHandler::gateway_identity() const {
  const auto& options = options_.segmentation;
  std::string all = options_.build + '\n';
  for (const auto part :
       {static_cast<std::int64_t>(options.max_chars), static_cast<std::int64_t>(options.sentence_pause.count()),
        static_cast<std::int64_t>(options.normalise), static_cast<std::int64_t>(options.markup.markup),
        static_cast<std::int64_t>(options.markup.emoji)}) {
    all += std::to_string(part) + ' ';
  }
  for (const auto& dictionary : options_.dictionaries.all()) {
    all += dictionary.name + ' ' + dictionary.language + ' ' +
           (dictionary.use == text::pronunciation::Use::kAlways ? "always" : "named");
    for (const auto& voice : dictionary.voices) all += ' ' + voice;
    all += ' ' + dictionary.dictionary->identity() + '\n';
  }
  return base::sha256_hex(all);
}

void SpeechHandler::allow_cheaper_voice(dispatch::SpeechSpec& spec, const std::string& voice, double volume,
                                        const identity::Caller& caller) const {
  const auto named = options_.cheaper_voices.find(voice);
  if (named == options_.cheaper_voices.end()) return;
  const auto found = voices_.find(named->second);
  if (!found || !may_use(caller, found->voice->id)) return;
  spec.cheaper_voice_id = found->voice->key;
  spec.cheaper_speaker = found->speaker;
  spec.cheaper_gain = found->voice->gain * audio::Gain{.factor = volume};
}

}  // namespace antiphon::delivery
