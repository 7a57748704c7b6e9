#pragma once

#include <memory>
#include <string>

#include "bench/answer.h"
#include "bench/target.h"

namespace antiphon::bench {

struct Request;

/// Returns the request, head and body, for OpenAI's protocol or piper's server.
[[nodiscard]] std::string http_request(const Target& target, const Request& request);

/// Of an answer over HTTP whose body is 16-bit samples of one channel at `rate`, or a WAV file.
[[nodiscard]] std::unique_ptr<AnswerReader> make_http_answer(base::SampleRate rate);

}  // namespace antiphon::bench
