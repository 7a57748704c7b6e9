#include "api/openai/event_sink.h"

#include <span>
#include <utility>

#include "api/openai/door.h"
#include "protocol/openai/event.h"

namespace antiphon::api::openai {

namespace openai = protocol::openai;

EventSink::EventSink(http::Responder& responder, http::Headers headers, ErrorAnswer error_answer, Facts facts)
    : delivery::HttpSink(responder, std::move(headers), std::move(error_answer)), facts_(std::move(facts)) {}

runtime::Awaitable<bool> EventSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  through_ = through;
  const auto event = openai::delta_event({.request_id = facts_.request_id, .samples = through}, bytes);
  co_return co_await send(std::as_bytes(std::span(event)));
}

runtime::Awaitable<bool> EventSink::complete() {
  const std::uint64_t tokens = (through_.value * openai::kTokensPerSecond + facts_.rate.hz - 1) / facts_.rate.hz;
  const auto event = openai::done_event({.request_id = facts_.request_id, .samples = through_},
                                        {.input_tokens = facts_.characters, .output_tokens = tokens});
  if (!co_await send(std::as_bytes(std::span(event)))) co_return false;
  co_return co_await delivery::HttpSink::complete();
}

runtime::Awaitable<> EventSink::fail(const protocol::Error& error) {
  if (responder().started()) {
    const auto event =
        openai::error_event({.request_id = facts_.request_id, .samples = through_}, openai::speech_error(error));
    co_await responder().write_text(event);
  }
  co_await delivery::HttpSink::fail(error);
}

}  // namespace antiphon::api::openai
