#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/access_log.h"
#include "api/wyoming/link.h"
#include "api/wyoming/sink.h"
#include "delivery/speech_handler.h"
#include "dispatch/growing_speech.h"
#include "identity/caller.h"
#include "protocol/wyoming/dialogue.h"
#include "runtime/event.h"
#include "runtime/task_group.h"

namespace antiphon::api::wyoming {

/// One Wyoming client, from its first event to its last. On the event loop.
class WyomingSession {
 public:
  /// The references outlive it. `silence`: see GrowingSpeech.
  WyomingSession(boost::asio::ip::tcp::socket socket, runtime::Clock& clock, const WyomingLimits& limits,
                 delivery::SpeechHandler& speech, AccessLog& access, base::Duration silence);

  /// Until the client has heard what it asked for and closed its side, leaves or breaks the rules; the socket is closed
  /// then.
  [[nodiscard]] runtime::Awaitable<> run();
  /// What is spoken is spoken to its end, then the connection closes.
  void end_when_idle() { link_.end_when_idle(); }

 private:
  using Command = protocol::wyoming::Command;

  // What a command asks for; false when the connection is to end.
  [[nodiscard]] runtime::Awaitable<bool> perform(Command command);
  [[nodiscard]] runtime::Awaitable<bool> send_info();
  [[nodiscard]] runtime::Awaitable<bool> send_pong(std::string text);
  [[nodiscard]] runtime::Awaitable<bool> begin(protocol::wyoming::Speak speak);
  [[nodiscard]] runtime::Awaitable<bool> begin(protocol::wyoming::BeginText text);
  [[nodiscard]] runtime::Awaitable<bool> add(std::string text);
  /// Answers with an error, and the connection goes on.
  [[nodiscard]] runtime::Awaitable<bool> tell(protocol::wyoming::Error error);
  [[nodiscard]] runtime::Awaitable<bool> refuse(protocol::wyoming::Error error);

  /// Returns when nothing is spoken any more.
  [[nodiscard]] runtime::Awaitable<bool> wait_for_silence();
  [[nodiscard]] runtime::Awaitable<> speak(delivery::SpeechOrder order);
  [[nodiscard]] runtime::Awaitable<> speak_growing(delivery::AudioOutput output);
  void finished();
  /// With the voice's own rate, since Wyoming says the rate with the audio.
  [[nodiscard]] delivery::SpeechOrder order(std::string text, const protocol::wyoming::VoiceChoice& voice,
                                            protocol::wyoming::TextFormat format) const;

  WyomingConnection link_;
  /// Tells of an answer to `event` that is over; `began`: when it was asked for.
  void answered(std::string_view event, unsigned status, base::TimePoint began, const dispatch::AccessNote& note);
  void answered(std::string_view event, unsigned status) { answered(event, status, clock_.now(), note()); }
  /// For the next answer.
  [[nodiscard]] dispatch::AccessNote note() const { return {.request_id = request_id_}; }

  runtime::Clock& clock_;
  delivery::SpeechHandler& speech_;
  AccessLog& access_;
  base::Duration silence_;
  identity::Caller caller_;
  std::string request_id_;
  std::string peer_address_;
  dispatch::AccessNote growing_note_;  ///< Note of growing_.
  protocol::wyoming::Dialogue dialogue_;
  std::unique_ptr<dispatch::GrowingSpeech> growing_;
  bool speaking_ = false;
  runtime::Notifier silent_;
  runtime::TaskGroup speakers_;
};

}  // namespace antiphon::api::wyoming
