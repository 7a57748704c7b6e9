#include "api/elevenlabs/socket.h"

#include <algorithm>
#include <utility>

#include "api/answer.h"
#include "api/elevenlabs/door.h"
#include "api/identity.h"
#include "delivery/listed.h"

namespace antiphon::api::elevenlabs {
namespace {

namespace elevenlabs = protocol::elevenlabs;

elevenlabs::Mode mode_of(const elevenlabs::Route& route) {
  return route.endpoint == elevenlabs::Endpoint::kStreamInput ? elevenlabs::Mode::kSingle : elevenlabs::Mode::kMulti;
}

/// For a client whose key was revoked to take the goodbye.
constexpr auto kParting = std::chrono::seconds(1);

elevenlabs::Error no_key() {
  return {.code = elevenlabs::Errc::kUnauthorized,
          .message =
              "This server asks for an API key: send it as 'xi-api-key: KEY', or as \"xi_api_key\" in the first "
              "message."};
}

/// For a turn behind others of its socket to be let in.
constexpr base::Duration kTurnWait = std::chrono::seconds(10);

/// So many messages in a row a socket survives of which nobody knows what they are for.
constexpr std::size_t kMostUnreadable = 16;

/// Whether `message` is no reason to open a context: a flush of nothing, or, without a name, a sign of life.
bool opens_nothing(elevenlabs::Mode mode, const elevenlabs::AppendText& message) {
  if (mode == elevenlabs::Mode::kSingle || message.settings != elevenlabs::ContextSettings{}) return false;
  const bool blank = message.text.find_first_not_of(" \t\r\n") == std::string::npos;
  return blank && (message.pace == elevenlabs::Pace::kFlushed || message.context.empty());
}

/// Why `caller` cannot have this voice.
std::optional<elevenlabs::Error> complaint(const delivery::SpeechHandler& speech, const std::string& voice,
                                           const identity::Caller& caller) {
  const delivery::SpeechOrder probe{.voice = voice, .arrival = dispatch::TextArrival::kInPieces};
  const auto known = speech.check(probe, caller);
  return known ? std::nullopt : std::optional(elevenlabs::speech_error(known.error()));
}

/// The key in the first message of a socket; "" where it has none.
std::string key_in(elevenlabs::Mode mode, const elevenlabs::Rules& rules, std::string_view message) {
  auto parsed = elevenlabs::parse_client_message(mode, message, rules);
  auto* const append = parsed ? std::get_if<elevenlabs::AppendText>(&*parsed) : nullptr;
  return append == nullptr ? std::string() : std::move(append->settings.api_key);
}

runtime::Awaitable<> read_into(http::WebSocket& socket, std::optional<std::string>& message) {
  message = co_await socket.read();
}

/// Closes a socket for `error`.
runtime::Awaitable<> turn_away(http::WebSocket& socket, elevenlabs::Mode mode, elevenlabs::Error error) {
  const auto message = elevenlabs::error_message({.mode = mode}, error);
  co_await socket.write(message);
  co_await socket.close(static_cast<http::CloseCode>(elevenlabs::close_code_of(error.code)), error.message);
}

}  // namespace

ElevenLabsSocket::ElevenLabsSocket(ElevenLabsContextCommon common, const ElevenLabsSocketOptions& options,
                                   base::Duration inactivity)
    : common_(std::move(common)),
      options_(options),
      inactivity_(inactivity),
      heard_(common_.clock.now()),
      tasks_(common_.executor) {}

runtime::Awaitable<> ElevenLabsSocket::run(std::optional<std::string> first) {
  common_.socket.on_drain([this] {
    wind_up();
    if (contexts_.empty()) tasks_.spawn(close(http::CloseCode::kGoingAway, "the server is stopping"));
  });
  start_watch();
  bool goes_on = !first || co_await take(std::move(*first));
  while (goes_on) {
    auto text = co_await common_.socket.read();
    goes_on = text && co_await take(std::move(*text));
  }
  watch_.reset();
  // Whoever has gone hears nothing more.
  if (!common_.socket.is_open()) {
    for (const auto& context : contexts_) context->stop();
  }
  co_await tasks_.join();
}

runtime::Awaitable<bool> ElevenLabsSocket::take(std::string text) {
  heard_ = common_.clock.now();
  auto message = elevenlabs::parse_client_message(common_.mode, text, common_.speech.rules().elevenlabs);
  if (!message) co_return co_await refuse(std::move(message.error()));
  unreadable_ = 0;
  co_await perform(std::move(*message));
  co_return true;
}

runtime::Awaitable<> ElevenLabsSocket::perform(elevenlabs::ClientMessage message) {
  if (auto* const text = std::get_if<elevenlabs::AppendText>(&message)) co_return co_await append(std::move(*text));
  if (const auto* const over = std::get_if<elevenlabs::FinishContext>(&message)) {
    if (common_.mode == elevenlabs::Mode::kSingle) co_return co_await wind_up_now();
    finish(over->context);
  } else if (const auto* const alive = std::get_if<elevenlabs::KeepAlive>(&message)) {
    if (auto* const context = find(alive->context)) context->touch();
  } else {
    co_await wind_up_now();
  }
}

runtime::Awaitable<> ElevenLabsSocket::append(elevenlabs::AppendText message) {
  if (!winding_up_) co_await append_text(message);
  if (message.then == elevenlabs::Then::kCloseContext) finish(message.context);
  if (message.then == elevenlabs::Then::kCloseSocket) co_await wind_up_now();
}

runtime::Awaitable<> ElevenLabsSocket::append_text(const elevenlabs::AppendText& message) {
  auto* context = find(message.context);
  if (context == nullptr && opens_nothing(common_.mode, message)) co_return;
  if (context == nullptr) {
    const auto begun = begin(message);
    if (!begun) co_return co_await tell(message.context, begun.error());
    context = *begun;
  }
  if (auto taken = context->append(message); !taken) context->refuse(std::move(taken.error()));
}

void ElevenLabsSocket::finish(const std::string& name) {
  if (auto* const context = find(name)) context->close();
}

ElevenLabsContext* ElevenLabsSocket::find(const std::string& name) {
  const auto it = std::ranges::find_if(
      contexts_, [&](const auto& context) { return context->is_open() && context->name() == name; });
  return it == contexts_.end() ? nullptr : it->get();
}

elevenlabs::Result<ElevenLabsContext*> ElevenLabsSocket::begin(const elevenlabs::AppendText& message) {
  const auto refusal = [](std::size_t most, std::string_view what) {
    return std::unexpected(elevenlabs::Error{
        .code = elevenlabs::Errc::kTooManyContexts,
        .message = "A socket has at most " + std::to_string(most) + " contexts at once " + std::string(what),
        .param = "context_id"});
  };
  const auto open = static_cast<std::size_t>(
      std::ranges::count_if(contexts_, [](const auto& context) { return context->is_open(); }));
  if (open >= options_.contexts) return refusal(options_.contexts, "that take text; close one first.");
  if (contexts_.size() - open >= options_.closed_contexts) {
    return refusal(options_.closed_contexts, "that are closed and not spoken to their end; wait for one.");
  }
  // What comes behind other turns of the same listener is not late while those are heard.
  const auto wait = contexts_.empty() ? std::nullopt : std::optional(kTurnWait);
  contexts_.push_back(std::make_unique<Context>(common_, message.context, message.settings, wait));
  tasks_.spawn(speak(std::prev(contexts_.end())));
  return contexts_.back().get();
}

runtime::Awaitable<> ElevenLabsSocket::speak(std::list<std::unique_ptr<Context>>::iterator context) {
  auto error = co_await (*context)->run();
  contexts_.erase(context);
  if (error && common_.mode == elevenlabs::Mode::kSingle) {
    const auto code = elevenlabs::close_code_of(error->code);
    co_await close(static_cast<http::CloseCode>(code), error->message);
  } else if (contexts_.empty() && (winding_up_ || common_.mode == elevenlabs::Mode::kSingle)) {
    co_await close(http::CloseCode::kNormal, {});
  }
}

void ElevenLabsSocket::wind_up() {
  winding_up_ = true;
  for (const auto& context : contexts_) context->finish();
}

runtime::Awaitable<> ElevenLabsSocket::wind_up_now() {
  wind_up();
  if (contexts_.empty()) co_await close(http::CloseCode::kNormal, {});
}

runtime::Awaitable<bool> ElevenLabsSocket::refuse(elevenlabs::MessageError error) {
  const bool single = common_.mode == elevenlabs::Mode::kSingle;
  if (single) error.context.emplace();
  if (error.context) {
    if (auto* const context = find(*error.context)) {
      context->refuse(std::move(error));
      co_return true;
    }
  } else {
    ++unreadable_;
  }
  // What came before the end of the text is still spoken.
  const bool playing = single && winding_up_ && !contexts_.empty();
  if ((single && !playing) || unreadable_ > kMostUnreadable) {
    co_await shut(std::move(error));
    co_return false;
  }
  co_await tell(error.context.value_or(""), error);
  co_return true;
}

runtime::Awaitable<> ElevenLabsSocket::tell(const std::string& context, const elevenlabs::Error& error) {
  const auto message = elevenlabs::error_message({common_.mode, context}, error);
  co_await common_.socket.write(message);
}

runtime::Awaitable<> ElevenLabsSocket::shut(elevenlabs::Error error) {
  co_await tell({}, error);
  co_await close(static_cast<http::CloseCode>(elevenlabs::close_code_of(error.code)), error.message);
}

runtime::Awaitable<> ElevenLabsSocket::close(http::CloseCode code, std::string reason) {
  co_await common_.socket.close(code, reason);
}

void ElevenLabsSocket::start_watch() {
  watch_ = common_.clock.start_timer(common_.executor, common_.clock.now() + std::chrono::seconds(1), [this] {
    check_inactivity();
    start_watch();
  });
}

void ElevenLabsSocket::check_inactivity() {
  const auto now = common_.clock.now();
  bool silent = true;
  for (const auto& context : contexts_) {
    silent = silent && context->is_silent();
    const bool forgotten = context->is_open() && context->is_silent() && now - context->heard() >= inactivity_;
    if (common_.mode == elevenlabs::Mode::kMulti && forgotten) context->finish();
  }
  if (!silent || winding_up_ || now - heard_ < inactivity_) return;
  winding_up_ = true;
  tasks_.spawn(
      shut({.code = elevenlabs::Errc::kInactive, .message = "No text came for longer than inactivity_timeout."}));
}

void ElevenLabsSocket::renew_caller(const identity::Identifier& callers) {
  if (auto caller = callers.renewed(common_.caller)) {
    common_.caller = std::move(*caller);
    return;
  }
  if (common_.caller.key_sha256.empty()) {
    wind_up();
    if (contexts_.empty()) tasks_.spawn(close(http::CloseCode::kPolicyViolation, no_key().message));
    return;
  }
  winding_up_ = true;
  for (const auto& context : contexts_) context->stop();
  parting_ =
      common_.clock.start_timer(common_.executor, common_.clock.now() + kParting, [this] { common_.socket.cut(); });
  tasks_.spawn(shut({.code = elevenlabs::Errc::kUnauthorized, .message = "The API key was revoked."}));
}

runtime::Awaitable<> serve_elevenlabs_socket(const ElevenLabsSocketDoor& door, elevenlabs::Route route,
                                             const http::Request& request, std::string request_id,
                                             http::Responder& responder) {
  const auto refuse = [&](const elevenlabs::Error& error) {
    return responder.respond(elevenlabs_error_answer(error, request_id));
  };
  const auto& rules = door.speech.rules().elevenlabs;
  const auto query = elevenlabs::parse_query(request.query, rules.models);
  if (!query) {
    co_await refuse(query.error());
    co_return;
  }
  auto caller = caller_of(door.callers, request, elevenlabs::api_key_in(request.query));
  if (caller) {
    if (const auto wrong = complaint(door.speech, route.voice_id, *caller)) {
      co_await refuse(*wrong);
      co_return;
    }
  }
  const auto socket = co_await responder.upgrade(door.options.socket);
  if (!socket) {
    co_await refuse(caller ? elevenlabs::Error{.code = elevenlabs::Errc::kBadRequest,
                                               .message = "This path takes WebSocket connections."}
                           : no_key());
    co_return;
  }
  const dispatch::DoorProbe::Held open(door.doors.sockets());
  const auto mode = mode_of(route);
  std::optional<std::string> first;
  if (!caller) {
    co_await runtime::run_until(door.clock, door.clock.now() + door.options.key_timeout, read_into(*socket, first));
    if (!first) co_return;
    caller = caller_of(door.callers, request, key_in(mode, rules, *first));
    const auto wrong = caller ? complaint(door.speech, route.voice_id, *caller) : no_key();
    if (wrong) co_return co_await turn_away(*socket, mode, *wrong);
  }
  // The key may have been revoked while the two shook hands.
  auto known = door.callers.renewed(std::move(*caller));
  if (!known) co_return co_await turn_away(*socket, mode, no_key());
  door.note.key = known->key;
  auto lead = door.options.lead;
  if (known->pacing == identity::Pacing::kUnpaced) lead.reset();
  ElevenLabsSocket session(
      {.socket = *socket,
       .speech = door.speech,
       .doors = door.doors,
       .note = door.note,
       .clock = door.clock,
       .executor = co_await boost::asio::this_coro::executor,
       .caller = std::move(*known),
       .request_id = std::move(request_id),
       .voice = std::move(route.voice_id),
       .output = to_output(query->output_format),
       .seed = query->seed.value_or(0),
       .reading = query->ssml ? text::ssml_switches() : text::Switches{},
       .mode = mode,
       .arrival = query->auto_mode ? elevenlabs::Arrival::kSentences : elevenlabs::Arrival::kPieces,
       .silence = door.options.silence,
       .lead = lead},
      door.options, query->inactivity_timeout);
  const delivery::Listed<ElevenLabsSocket*> listed(door.open, &session);
  co_await session.run(std::move(first));
}

}  // namespace antiphon::api::elevenlabs
