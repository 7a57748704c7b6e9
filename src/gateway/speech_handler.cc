#include "gateway/speech_handler.h"

#include <algorithm>
#include <utility>

#include "gateway/egress.h"
#include "gateway/paced_sink.h"
#include "text/text.h"

namespace antiphon::gateway {
namespace {

std::unexpected<Error> refusal(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
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

bool may_use(const identity::Caller& caller, const std::string& voice) {
  return caller.voices.empty() || std::ranges::find(caller.voices, voice) != caller.voices.end();
}

}  // namespace

SpeechHandler::SpeechHandler(Cell& cell, const VoiceDirectory& voices, runtime::ThreadPool& encoders,
                             runtime::Clock& clock, Probe& probe, SpeechHandlerOptions options)
    : cell_(cell), voices_(voices), encoders_(encoders), clock_(clock), probe_(probe), options_(std::move(options)) {}

runtime::Awaitable<> SpeechHandler::speak(SpeechOrder order, identity::Caller caller, std::string request_id,
                                          AudioSink& sink) {
  probe_.doors().asked(order.door);
  auto spec = check(order, caller);
  if (!spec) co_return co_await sink.fail(spec.error());
  if (const auto admitted = admit(); !admitted) co_return co_await sink.fail(admitted.error());
  const auto stream = cell_.open(std::move(*spec));
  sink.opened(*stream);
  PacedSink paced(sink, stream->executor(), clock_, probe_, order.output.rate, options_.pacing_lead);
  const bool wants_pace = order.paced.value_or(caller.pacing == identity::Pacing::kPaced);
  AudioSink& chosen = wants_pace ? static_cast<AudioSink&>(paced) : sink;
  const GoneHook hook(chosen, sink, [&stream] { stream->leave(); });
  Egress egress(cell_, *stream, chosen, clock_, probe_, options_.lag_limit);
  co_await egress.run(order.output, encoders_.make_strand(), std::move(request_id));
}

Result<std::unique_ptr<GrowingSpeech>> SpeechHandler::grow(const SpeechOrder& order, const identity::Caller& caller,
                                                           base::Duration silence) {
  probe_.doors().asked(order.door);
  auto spec = check(order, caller);
  if (!spec) return std::unexpected(std::move(spec.error()));
  if (auto admitted = admit(); !admitted) return std::unexpected(std::move(admitted.error()));
  return std::make_unique<GrowingSpeech>(cell_, clock_, cell_.open(std::move(*spec)), silence);
}

runtime::Awaitable<> SpeechHandler::speak(GrowingSpeech& speech, AudioOutput output, std::string request_id,
                                          AudioSink& sink) {
  const GoneHook hook(sink, sink, [&speech] { speech.leave(); });
  Egress egress(cell_, speech.stream(), sink, clock_, probe_, options_.lag_limit);
  co_await egress.run(output, encoders_.make_strand(), std::move(request_id));
}

Result<void> SpeechHandler::admit() const {
  if (draining_) {
    probe_.refused_draining();
    return refusal(Errc::kBusy, "The server is shutting down.");
  }
  if (cell_.streams() >= options_.max_streams) {
    probe_.refused(scheduler::RefusalReason::kQueueFull);
    return refusal(Errc::kBusy, "The server has as many streams as it may have (server.max_streams).");
  }
  return {};
}

Result<SpeechSpec> SpeechHandler::check(const SpeechOrder& order, const identity::Caller& caller) const {
  const auto found = voices_.find(order.voice);
  if (!found || !may_use(caller, found->voice->id)) {
    return refusal(Errc::kUnknownVoice, voices_.complaint(order.voice, caller.voices));
  }
  auto text = text::normalise(order.text);
  if (!text) return refusal(Errc::kInvalidText, text.error().message);
  if (order.arrival == TextArrival::kWhole && !text::speakable(*text)) {
    return refusal(Errc::kNothingToSpeak, "The text has nothing that can be spoken.");
  }
  auto segmentation = options_.segmentation;
  segmentation.speed = order.speed;
  SpeechSpec spec{.account = caller.account,
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
                  .wait = std::min(order.wait.value_or(caller.wait.value_or(options_.wait)), options_.wait_max)};
  allow_cheaper_voice(spec, found->voice->id, order.volume, caller);
  return spec;
}

void SpeechHandler::allow_cheaper_voice(SpeechSpec& spec, const std::string& voice, double volume,
                                        const identity::Caller& caller) const {
  const auto named = options_.cheaper_voices.find(voice);
  if (named == options_.cheaper_voices.end()) return;
  const auto found = voices_.find(named->second);
  if (!found || !may_use(caller, found->voice->id)) return;
  spec.cheaper_voice_id = found->voice->key;
  spec.cheaper_speaker = found->speaker;
  spec.cheaper_gain = found->voice->gain * audio::Gain{.factor = volume};
}

}  // namespace antiphon::gateway
