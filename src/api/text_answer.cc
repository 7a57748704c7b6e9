#include "api/text_answer.h"

#include <utility>

#include "api/answer.h"
#include "protocol/openai/preview.h"
#include "protocol/openai/speech.h"
#include "text/preview.h"

namespace antiphon::api {

namespace openai = protocol::openai;

runtime::Awaitable<http::Response> text_answer(const delivery::SpeechHandler& speech, const http::Request& request,
                                               const identity::Caller& caller, std::string request_id,
                                               runtime::ThreadPool::Strand strand) {
  auto asked = openai::parse_speech_request(request.body, speech.rules().openai);
  if (!asked) co_return error_answer(asked.error(), request_id);
  const delivery::SpeechOrder order{.voice = std::move(asked->voice),
                                    .text = std::move(asked->input),
                                    .speed = asked->speed,
                                    .reading = asked->reading,
                                    .pronunciations = std::move(asked->pronunciations)};
  const auto reading = speech.reading_of(order, caller);
  if (!reading) co_return error_answer(openai::speech_error(reading.error()), request_id);
  auto body = co_await runtime::run_on(std::move(strand), [&]() -> text::Result<std::string> {
    const auto preview = text::preview(order.text, *reading);
    if (!preview) return std::unexpected(preview.error());
    return openai::preview_body(*preview);
  });
  if (!body) {
    co_return error_answer({.code = protocol::Errc::kInvalidText, .message = body.error().message, .param = "input"},
                           request_id);
  }
  co_return json_answer(200, std::move(*body), request_id);
}

}  // namespace antiphon::api
