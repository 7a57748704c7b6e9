#include "gateway/answer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace antiphon::gateway {
namespace {

/// Voices that a message names; a catalogue may have thousands.
constexpr std::size_t kNamedVoices = 20;
constexpr std::size_t kNameCharacters = 64;

}  // namespace

http::Response json_answer(unsigned status, std::string body, const std::string& request_id) {
  return {
      .status = status,
      .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}, {"x-request-id", request_id}},
      .body = std::move(body)};
}

http::Response error_answer(const protocol::openai::Error& error, const std::string& request_id) {
  auto response = json_answer(protocol::openai::status_of(error.code), protocol::openai::error_body(error), request_id);
  if (response.status == 503) {
    response.headers.add("Retry-After", "1");
    response.headers.add("retry-after-ms", "1000");
    response.headers.add("x-should-retry", "true");
  }
  return response;
}

std::string unknown_voice(const VoiceDirectory& voices, std::string_view name) {
  auto names = voices.names();
  const bool more = names.size() > kNamedVoices;
  names.resize(std::min(names.size(), kNamedVoices));
  return fmt::format("There is no voice '{}'; the voices are: {}{}.", name.substr(0, kNameCharacters),
                     fmt::join(names, ", "), more ? ", ..." : "");
}

}  // namespace antiphon::gateway
