#pragma once

#include <string>

#include "base/time.h"
#include "http/message.h"
#include "protocol/openai/error.h"

namespace antiphon::gateway {

/// `error` in OpenAI's shape, with its status. For 503 and 429, coming back is said to help after `retry_after`.
[[nodiscard]] http::Response error_answer(const protocol::openai::Error& error, const std::string& request_id,
                                          base::Duration retry_after = std::chrono::seconds(1));

[[nodiscard]] http::Response json_answer(unsigned status, std::string body, const std::string& request_id);

/// Says when to come back, in all the ways in which clients read it, where `response` is a 503 or 429.
void add_retry_headers(http::Response& response, base::Duration retry_after);

}  // namespace antiphon::gateway
