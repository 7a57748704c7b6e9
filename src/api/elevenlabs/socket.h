#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "api/elevenlabs/context.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"
#include "identity/identifier.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/route.h"
#include "runtime/task_group.h"

namespace antiphon::api::elevenlabs {

struct ElevenLabsSocketOptions {
  std::size_t contexts = 5;  ///< Number of contexts of one socket at once that take text. 1 or more.
  /// The same of those that take none any more and are only spoken to their end.
  std::size_t closed_contexts = 32;
  /// Text that does not go on for so long is spoken as far as it is. 0.1 s or more.
  base::Duration silence = std::chrono::seconds(2);
  /// Audio that is sent ahead of its playback; nothing: all, as it is made.
  std::optional<base::Duration> lead = std::chrono::seconds(2);
  /// For the first message, where it has to bring the key that no header brought.
  base::Duration key_timeout = std::chrono::seconds(10);
  http::WebSocketOptions socket{.message_bytes = protocol::elevenlabs::kMaxMessageBytes};
};

/// One WebSocket of ElevenLabs' interface: stream-input (one utterance) or multi-stream-input (several, by name). On
/// the event loop.
class ElevenLabsSocket {
 public:
  ElevenLabsSocket(ElevenLabsContextCommon common, const ElevenLabsSocketOptions& options, base::Duration inactivity);

  /// Until it is closed by either side. `first`: a message that was read before, if any.
  [[nodiscard]] runtime::Awaitable<> run(std::optional<std::string> first);

  /// The keys have changed: its contexts from now on have what its key allows by now. Where the key is gone all of them
  /// end at once and the socket is closed; where it needed none and there are keys by now, what came is spoken first.
  void renew_caller(const identity::Identifier& callers);

 private:
  using Context = ElevenLabsContext;

  // False when the socket is over for it.

  [[nodiscard]] runtime::Awaitable<bool> take(std::string text);
  [[nodiscard]] runtime::Awaitable<> perform(protocol::elevenlabs::ClientMessage message);
  [[nodiscard]] runtime::Awaitable<> append(protocol::elevenlabs::AppendText message);
  /// Speaks it, though it opens no context where there is nothing in it.
  [[nodiscard]] runtime::Awaitable<> append_text(const protocol::elevenlabs::AppendText& message);
  void finish(const std::string& context);
  /// The context of that name that takes text; null where there is none.
  [[nodiscard]] Context* find(const std::string& name);
  [[nodiscard]] protocol::elevenlabs::Result<Context*> begin(const protocol::elevenlabs::AppendText& message);
  [[nodiscard]] runtime::Awaitable<> speak(std::list<std::unique_ptr<Context>>::iterator context);
  /// All contexts are finished and the socket closed when they have been spoken.
  void wind_up();
  /// The same, and it is closed now where nothing is spoken.
  [[nodiscard]] runtime::Awaitable<> wind_up_now();
  /// Says what is wrong with a message. The context that it is for ends, no other; the socket ends where it has only
  /// that one, or after many messages in a row of which nobody knows what they are for.
  [[nodiscard]] runtime::Awaitable<bool> refuse(protocol::elevenlabs::MessageError error);
  [[nodiscard]] runtime::Awaitable<> tell(const std::string& context, const protocol::elevenlabs::Error& error);
  /// The socket ends for `error`.
  [[nodiscard]] runtime::Awaitable<> shut(protocol::elevenlabs::Error error);
  [[nodiscard]] runtime::Awaitable<> close(http::CloseCode code, std::string reason);

  /// Ends what the client has said nothing of for too long.
  void start_watch();
  void check_inactivity();

  ElevenLabsContextCommon common_;
  ElevenLabsSocketOptions options_;
  base::Duration inactivity_;
  std::list<std::unique_ptr<Context>> contexts_;
  base::TimePoint heard_;
  std::size_t unreadable_ = 0;  ///< Messages in a row of which nobody knows what they are for.
  bool winding_up_ = false;
  std::unique_ptr<runtime::Timer> watch_;
  std::unique_ptr<runtime::Timer> parting_;  ///< Cuts a client off that does not take the goodbye.
  runtime::TaskGroup tasks_;
};

/// The sockets that are open, so that a change of keys reaches them.
using ElevenLabsSockets = std::list<ElevenLabsSocket*>;

/// What the sockets of a server need. The references outlive them.
struct ElevenLabsSocketDoor {
  delivery::SpeechHandler& speech;
  const dispatch::DoorProbe& doors;
  const identity::Identifier& callers;
  runtime::Clock& clock;
  const ElevenLabsSocketOptions& options;
  dispatch::AccessNote& note;  ///< Note of this one.
  ElevenLabsSockets& open;
};

/// Answers a request for one of the two sockets, `route`. Who it is may be told by a header or, as web pages do that
/// can set none, by the first message. The references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<> serve_elevenlabs_socket(const ElevenLabsSocketDoor& door,
                                                           protocol::elevenlabs::Route route,
                                                           const http::Request& request, std::string request_id,
                                                           http::Responder& responder);

}  // namespace antiphon::api::elevenlabs
