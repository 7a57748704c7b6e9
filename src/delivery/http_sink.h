#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "delivery/audio_sink.h"
#include "http/message.h"
#include "http/responder.h"

namespace antiphon::delivery {

/// An HTTP answer whose body is the audio. 200 goes out with the first of it; what fails before is answered in the
/// shape of the door, and what fails afterwards cuts the body.
class HttpSink : public AudioSink {
 public:
  using ErrorAnswer = std::function<http::Response(const protocol::Error& error)>;

  /// `headers` of the 200, at least Content-Type; those that all audio has are added. Unless they say otherwise,
  /// nobody may keep the audio.
  HttpSink(http::Responder& responder, http::Headers headers, ErrorAnswer error_answer);

  /// Adds Server-Timing (W3C): what the request waited for, and what was given up when it was let in; and Cache-Status
  /// (RFC 9211) where nothing was rendered for it.
  void entered(const dispatch::Entry& entry, base::Duration first_audio) override;
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;
  runtime::Awaitable<> fail(const protocol::Error& error) override;
  void on_gone(std::move_only_function<void()> callback) override;
  void cut() override { responder_.cut(); }

  /// See http::Responder.
  void guard_writes(std::function<runtime::Awaitable<bool>()> may_go_on) {
    responder_.guard_writes(std::move(may_go_on));
  }

  /// Of the head instead of 200; without effect once that has gone out.
  void set_status(unsigned status) { status_ = status; }
  /// A further header of the 200; without effect once it has gone out.
  void add_header(std::string name, std::string value) { headers_.add(std::move(name), std::move(value)); }

 protected:
  /// Sends the head unless that was done; then `text` as a part of the body.
  runtime::Awaitable<bool> send(std::span<const std::byte> bytes);
  [[nodiscard]] http::Responder& responder() { return responder_; }

 private:
  http::Responder& responder_;
  unsigned status_ = 200;
  http::Headers headers_;
  ErrorAnswer error_answer_;
};

}  // namespace antiphon::delivery
