#include "api/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string_view>

#include "api/answer.h"
#include "api/catalogue_answer.h"

namespace antiphon::api {
namespace {

constexpr std::size_t kMaxRequestId = 128;

bool is_request_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._:/+=-").contains(c);
}

/// All X-Forwarded-For fields, joined by commas.
std::string forwarded_for(const http::Request& request) {
  std::string forwarded;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!http::equal_ignoring_case(name, "X-Forwarded-For")) continue;
    if (!forwarded.empty()) forwarded += ',';
    forwarded += value;
  }
  return forwarded;
}

}  // namespace

std::string client_of(const identity::Identifier& identifier, const http::Request& request) {
  return identifier.client(request.peer_address, forwarded_for(request));
}

base::Result<identity::Caller, identity::Errc> caller_of(const identity::Identifier& identifier,
                                                         const http::Request& request, std::string_view key) {
  const auto forwarded = forwarded_for(request);
  const auto authorization = request.headers.get("Authorization");
  const auto sent = request.headers.get("xi-api-key");
  return identifier.identify({.peer = request.peer_address,
                              .forwarded_for = forwarded,
                              .authorization = authorization,
                              .xi_api_key = sent.empty() && identity::bearer_token(authorization).empty() ? key : sent,
                              .header_user = request.headers.get("X-OpenWebUI-User-Id")});
}

http::Response unauthorised(identity::Errc code, const http::Request& request) {
  const protocol::Error error{
      .code = protocol::Errc::kUnauthorized,
      .message =
          code == identity::Errc::kNoKey
              ? "This server asks for an API key: send it as 'Authorization: Bearer KEY' or as 'xi-api-key: KEY'."
              : "There is no such API key."};
  auto response = is_elevenlabs(request) ? elevenlabs_error_answer(error, {}) : error_answer(error, {});
  response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

std::string request_id_of(const http::Request* request) {
  if (request != nullptr) {
    const auto sent = request->headers.get("x-request-id");
    if (!sent.empty() && sent.size() <= kMaxRequestId && std::ranges::all_of(sent, is_request_id_character)) {
      return std::string(sent);
    }
  }
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("req_{:016x}{:016x}", random(), random());
}

}  // namespace antiphon::api
