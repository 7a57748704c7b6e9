#include "protocol/openai/event.h"

#include <fmt/format.h>

#include <charconv>

#include "protocol/json/base64.h"

namespace antiphon::protocol::openai {
namespace {

std::string event(const EventId& id, std::string_view json) {
  return fmt::format("id: {}/{}\ndata: {}\n\n", id.request_id, id.samples.value, json);
}

}  // namespace

std::optional<base::SampleCount> parse_event_id(std::string_view field) {
  const auto slash = field.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == field.size()) return std::nullopt;
  const auto* const end = field.data() + field.size();
  base::SampleCount samples;
  const auto [rest, error] = std::from_chars(field.data() + slash + 1, end, samples.value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return samples;
}

std::string delta_event(const EventId& id, std::span<const std::byte> audio) {
  return event(id, fmt::format(R"({{"type":"speech.audio.delta","audio":"{}"}})", json::base64(audio)));
}

std::string done_event(const EventId& id, const Usage& usage) {
  return event(
      id, fmt::format(
              R"({{"type":"speech.audio.done","usage":{{"input_tokens":{},"output_tokens":{},"total_tokens":{}}}}})",
              usage.input_tokens, usage.output_tokens, usage.input_tokens + usage.output_tokens));
}

std::string error_event(const EventId& id, const Error& error) {
  const auto body = error_body(error);
  return event(id, R"({"type":"speech.audio.error",)" + body.substr(1));
}

}  // namespace antiphon::protocol::openai
