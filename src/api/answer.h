#pragma once

#include <string>

#include "base/time.h"
#include "http/message.h"
#include "protocol/error.h"

namespace antiphon::api {

/// Returns `error` in OpenAI's shape, with its status; of 503 and 429, with when the client may come back.
[[nodiscard]] http::Response error_answer(const protocol::Error& error, const std::string& request_id);
/// The same in ElevenLabs' shape.
[[nodiscard]] http::Response elevenlabs_error_answer(const protocol::Error& error, const std::string& request_id);

[[nodiscard]] http::Response json_answer(unsigned status, std::string body, const std::string& request_id);

/// Says when to come back, in all the ways in which clients read it, where `response` is a 503 or 429.
void add_retry_headers(http::Response& response, base::Duration retry_after);

}  // namespace antiphon::api
