#include "api/answer.h"

#include <algorithm>
#include <utility>

#include "protocol/elevenlabs/error.h"
#include "protocol/openai/error.h"

namespace antiphon::api {
namespace {

/// Clients give up rather than wait longer.
constexpr auto kLongestRetry = std::chrono::seconds(120);

}  // namespace

http::Response json_answer(unsigned status, std::string body, const std::string& request_id) {
  return {
      .status = status,
      .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"x-request-id", request_id}},
      .body = std::move(body)};
}

http::Response error_answer(const protocol::Error& error, const std::string& request_id) {
  auto response = json_answer(protocol::openai::status_of(error.code), protocol::openai::error_body(error), request_id);
  add_retry_headers(response, error.retry_after);
  return response;
}

http::Response elevenlabs_error_answer(const protocol::Error& error, const std::string& request_id) {
  auto response =
      json_answer(protocol::elevenlabs::status_of(error.code), protocol::elevenlabs::error_body(error), request_id);
  add_retry_headers(response, error.retry_after);
  return response;
}

void add_retry_headers(http::Response& response, base::Duration retry_after) {
  if (response.status != 503 && response.status != 429) return;
  const auto wait = std::max(retry_after, base::Duration(std::chrono::milliseconds(1)));
  response.headers.set("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  response.headers.set("retry-after-ms", std::to_string(std::chrono::ceil<std::chrono::milliseconds>(wait).count()));
  response.headers.set("x-should-retry", wait < kLongestRetry ? "true" : "false");
}

}  // namespace antiphon::api
