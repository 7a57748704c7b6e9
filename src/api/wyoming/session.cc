#include "api/wyoming/session.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "api/identity.h"
#include "api/wyoming/voices.h"
#include "identity/identifier.h"
#include "protocol/json/object.h"
#include "protocol/wyoming/error.h"
#include "protocol/wyoming/server_event.h"

namespace antiphon::api::wyoming {
namespace {

namespace wyoming = protocol::wyoming;

/// The protocol has no keys: every client that can reach its port may speak.
identity::Caller anonymous(std::string_view address) {
  return identity::Identifier().identify({.peer = address}).value();
}

constexpr unsigned kOk = 200;

/// What HTTP would have for it.
unsigned outcome_of(const dispatch::AccessNote& note) {
  if (note.error) return wyoming::status_of(*note.error);
  return note.left ? http::Answer::kClientLeft : kOk;
}

}  // namespace

WyomingSession::WyomingSession(boost::asio::ip::tcp::socket socket, runtime::Clock& clock, const WyomingLimits& limits,
                               delivery::SpeechHandler& speech, AccessLog& access, base::Duration silence)
    : link_(std::move(socket), clock, limits),
      clock_(clock),
      speech_(speech),
      access_(access),
      silence_(silence),
      caller_(anonymous(link_.peer_address())),
      request_id_(request_id_of(nullptr)),
      peer_address_(link_.peer_address()),
      silent_(link_.executor()),
      speakers_(link_.executor()) {}

runtime::Awaitable<> WyomingSession::run() {
  link_.start();
  while (true) {
    auto event = co_await link_.receive([this] { return speaking_; });
    if (!event) {
      co_await refuse(std::move(event.error()));
      break;
    }
    if (!*event) break;
    auto command = dialogue_.on(std::move(**event));
    if (command && !co_await perform(std::move(*command))) break;
  }
  if (growing_ && link_.said_all()) {
    growing_->finish();  // the end of its side is the end of its text
  } else if (growing_ && speaking_) {
    growing_->leave();
  }
  co_await speakers_.join();
  co_await link_.close();
}

runtime::Awaitable<bool> WyomingSession::perform(Command command) {
  if (std::get_if<wyoming::SendInfo>(&command) != nullptr) co_return co_await send_info();
  if (auto* const pong = std::get_if<wyoming::SendPong>(&command)) co_return co_await send_pong(std::move(pong->text));
  if (auto* const whole = std::get_if<wyoming::Speak>(&command)) co_return co_await begin(std::move(*whole));
  if (auto* const text = std::get_if<wyoming::BeginText>(&command)) co_return co_await begin(std::move(*text));
  if (auto* const more = std::get_if<wyoming::AddText>(&command)) co_return co_await add(std::move(more->text));
  if (auto* const refusal = std::get_if<wyoming::Refuse>(&command)) co_return co_await tell(std::move(refusal->error));
  if (growing_) growing_->finish();
  co_return true;
}

runtime::Awaitable<bool> WyomingSession::send_info() {
  std::string out;
  wyoming::append_info(program_info(speech_.voices()), out);
  answered("describe", kOk);
  co_return co_await link_.send(out);
}

runtime::Awaitable<bool> WyomingSession::send_pong(std::string text) {
  std::string out;
  wyoming::append_pong(text, out);
  answered("ping", kOk);
  co_return co_await link_.send(out);
}

runtime::Awaitable<bool> WyomingSession::tell(wyoming::Error error) {
  std::string out;
  wyoming::append_error(error, out);
  answered("other", wyoming::status_of(error.code));
  co_return co_await link_.send(out);
}

runtime::Awaitable<bool> WyomingSession::refuse(wyoming::Error error) {
  (void)co_await tell(std::move(error));
  co_return false;
}

runtime::Awaitable<bool> WyomingSession::begin(wyoming::Speak speak_this) {
  auto complaint =
      protocol::json::too_long("text", speak_this.text, speech_.rules().wyoming_characters, "wyoming.max_characters");
  if (complaint) {
    co_return co_await tell({.code = wyoming::Errc::kInputTooLong, .message = std::move(*complaint), .param = "text"});
  }
  if (!co_await wait_for_silence()) co_return false;
  speaking_ = true;
  co_return speakers_.spawn(speak(order(std::move(speak_this.text), speak_this.voice, speak_this.format)));
}

runtime::Awaitable<bool> WyomingSession::begin(wyoming::BeginText text) {
  if (!co_await wait_for_silence()) co_return false;
  growing_note_ = note();
  auto asked = order({}, text.voice, text.format);
  asked.note = &growing_note_;
  asked.arrival = dispatch::TextArrival::kInPieces;
  auto growing = speech_.grow(asked, caller_, silence_);
  if (!growing) co_return co_await refuse(wyoming::speech_error(growing.error()));
  growing_ = std::move(*growing);
  speaking_ = true;
  co_return speakers_.spawn(speak_growing(asked.output));
}

/// Where the speech has failed its sink has said so and ended the link.
runtime::Awaitable<bool> WyomingSession::add(std::string text) {
  co_return growing_&& co_await growing_->add(std::move(text));
}

runtime::Awaitable<bool> WyomingSession::wait_for_silence() {
  while (speaking_) {
    if (!co_await silent_.wait()) co_return false;
  }
  co_return !link_.gone();
}

runtime::Awaitable<> WyomingSession::speak(delivery::SpeechOrder asked) {
  WyomingSink sink(link_, WyomingAnswer::kSpeech, asked.output.rate);
  const auto began = clock_.now();
  auto noted = note();
  asked.note = &noted;
  co_await speech_.speak(std::move(asked), caller_, request_id_, sink);
  answered("synthesize", outcome_of(noted), began, noted);
  finished();
}

runtime::Awaitable<> WyomingSession::speak_growing(delivery::AudioOutput output) {
  WyomingSink sink(link_, WyomingAnswer::kStreamed, output.rate);
  const auto began = clock_.now();
  co_await speech_.speak(*growing_, output, request_id_, sink);
  answered("synthesize", outcome_of(growing_note_), began, growing_note_);
  finished();
}

void WyomingSession::answered(std::string_view event, unsigned status, base::TimePoint began,
                              const dispatch::AccessNote& note) {
  access_.answered({.event = event, .status = status, .client = peer_address_, .took = clock_.now() - began}, note);
}

void WyomingSession::finished() {
  speaking_ = false;
  silent_.notify_all();
  link_.wake();
}

delivery::SpeechOrder WyomingSession::order(std::string text, const wyoming::VoiceChoice& choice,
                                            wyoming::TextFormat format) const {
  delivery::SpeechOrder order{.door = dispatch::Door::kWyoming,
                              .voice = voice_name(speech_.voices(), choice),
                              .text = std::move(text),
                              .cache = delivery::CacheUse::kReadAndKeep};
  if (format == wyoming::TextFormat::kSsml) order.reading = text::ssml_switches();
  if (const auto found = speech_.voices().find(order.voice)) order.output.rate = found->voice->rate;
  return order;
}

}  // namespace antiphon::api::wyoming
