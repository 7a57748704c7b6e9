#include "api/elevenlabs/context.h"

#include <utility>

#include "api/elevenlabs/door.h"
#include "protocol/blank.h"
#include "text/text.h"

namespace antiphon::api::elevenlabs {
namespace {

namespace elevenlabs = protocol::elevenlabs;

/// What is rendered beyond the lead of a paced context, against stalls.
constexpr base::Duration kAhead = std::chrono::seconds(2);

/// Ends with the space that parts it from the next message's words.
std::string with_space(std::string text) {
  if (!text.empty() && !protocol::is_blank(std::string_view(text).substr(text.size() - 1))) text += ' ';
  return text;
}

}  // namespace

ElevenLabsContext::ElevenLabsContext(const ElevenLabsContextCommon& common, std::string name,
                                     elevenlabs::ContextSettings settings, std::optional<base::Duration> wait)
    : common_(common),
      name_(std::move(name)),
      speed_(settings.speed.value_or(1.0)),
      dictionaries_(std::move(settings.dictionaries)),
      wait_(wait),
      schedule_(std::move(settings.chunk_length_schedule)),
      sink_(common.socket, common.clock, common.executor,
            {.mode = common.mode, .context = name_, .output = common.output, .lead = common.lead}),
      heard_(common.clock.now()),
      open_(common.doors.contexts()),
      news_(common.executor) {}

elevenlabs::Result<void> ElevenLabsContext::append(const elevenlabs::AppendText& message) {
  touch();
  const bool sentences = common_.arrival == elevenlabs::Arrival::kSentences;
  const bool waits = message.pace == elevenlabs::Pace::kBuffered && !sentences;
  const auto text = sentences ? with_space(message.text) : joiner_.join(message.text);
  sink_.wrote(message.text, text);
  if (auto spoken = speak(schedule_.add(text, waits ? elevenlabs::Pace::kBuffered : elevenlabs::Pace::kTriggered));
      !spoken) {
    return spoken;
  }
  if (speech_ && sentences) speech_->flush(text::Flush::kSentence);
  if (speech_ && message.pace == elevenlabs::Pace::kFlushed) {
    speech_->keep();
    flushed_ = true;
  }
  return {};
}

elevenlabs::Result<void> ElevenLabsContext::speak(std::string text) {
  if (text.empty() || (!speech_ && protocol::is_blank(text))) return {};
  if (!speech_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (speech_->offer(text) || speech_->stream().end() != dispatch::SpeechStream::End::kNotYet) return {};
  return std::unexpected(elevenlabs::Error{.code = elevenlabs::Errc::kInputTooLong,
                                           .message = "More text came than can be spoken in a while; wait for audio.",
                                           .param = "text"});
}

elevenlabs::Result<void> ElevenLabsContext::begin() {
  // What waits to be sent is lost when the listener interrupts.
  const auto backlog = common_.lead ? std::optional(*common_.lead + kAhead) : std::nullopt;
  auto speech = common_.speech.grow({.door = dispatch::Door::kElevenLabsSocket,
                                     .voice = common_.voice,
                                     .text = {},
                                     .speed = speed_,
                                     .seed = common_.seed,
                                     .reading = common_.reading,
                                     .dictionaries = dictionaries_,
                                     .wait = wait_,
                                     .output = common_.output,
                                     .arrival = dispatch::TextArrival::kInPieces,
                                     .backlog = backlog,
                                     .note = &common_.note},
                                    common_.caller, common_.silence);
  if (!speech) return std::unexpected(elevenlabs::speech_error(speech.error()));
  speech_ = std::move(*speech);
  sink_.opened(speech_->stream());
  news_.notify_all();
  return {};
}

void ElevenLabsContext::touch() { heard_ = common_.clock.now(); }

void ElevenLabsContext::finish() {
  if (std::exchange(finished_, true)) return;
  // What cannot be spoken now for want of room is refused with the rest.
  if (const auto spoken = speak(schedule_.take()); !spoken) return stop();
  if (speech_) speech_->finish();
  news_.notify_all();
}

void ElevenLabsContext::close() {
  if (!speech_ || !flushed_) return stop();
  finished_ = true;
  speech_->drop();
  const auto& stream = speech_->stream();
  if (const auto end = stream.kept_end()) {
    sink_.stop_at({end->value * common_.output.rate.hz / stream.spec().rate.hz});
  }
}

void ElevenLabsContext::refuse(elevenlabs::Error error) {
  sink_.refuse(std::move(error));
  stop();
}

void ElevenLabsContext::stop() {
  finished_ = true;
  sink_.stop();
  if (speech_) speech_->leave();
  news_.notify_all();
}

runtime::Awaitable<std::optional<elevenlabs::Error>> ElevenLabsContext::run() {
  while (!speech_ && !finished_) {
    if (!co_await news_.wait()) co_return std::nullopt;
  }
  if (speech_) co_await common_.speech.speak(*speech_, common_.output, common_.request_id, sink_);
  finished_ = true;
  speech_.reset();
  co_await sink_.finish();
  co_return sink_.error();
}

}  // namespace antiphon::api::elevenlabs
