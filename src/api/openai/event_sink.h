#pragma once

#include <cstdint>
#include <string>

#include "delivery/http_sink.h"

namespace antiphon::api::openai {

/// An HTTP answer whose body is OpenAI's server-sent events. What fails after the first one is an event, after which
/// the body is cut all the same: there are clients that look at only one of the two.
class EventSink final : public delivery::HttpSink {
 public:
  /// What the events say besides the audio.
  struct Facts {
    std::string request_id;
    base::SampleRate rate;         ///< Rate of the output.
    std::uint64_t characters = 0;  ///< Number of characters of the text.
  };

  EventSink(http::Responder& responder, http::Headers headers, ErrorAnswer error_answer, Facts facts);

  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;
  runtime::Awaitable<> fail(const protocol::Error& error) override;

 private:
  Facts facts_;
  base::SampleCount through_;
};

}  // namespace antiphon::api::openai
