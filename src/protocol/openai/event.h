#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "protocol/openai/error.h"

/// The server-sent events of a speech request with stream_format "sse" (HTML standard, 9.2). Each is one `id` and one
/// `data` line and the empty line that ends it.
namespace antiphon::protocol::openai {

/// Audio tokens of a second of speech, as they are counted in Usage.
inline constexpr std::uint64_t kTokensPerSecond = 20;

struct Usage {
  std::uint64_t input_tokens = 0;   ///< Characters of the input: these voices have no tokens.
  std::uint64_t output_tokens = 0;  ///< Audio begun, in 1/kTokensPerSecond seconds.
};

/// `<request id>/<samples>`: the place in the stream behind the event, in samples of the output.
struct EventId {
  std::string_view request_id;  ///< Without line ends.
  base::SampleCount samples;
};

/// Reads a Last-Event-ID: the samples behind its last slash. Returns nullopt for what is no id of these events.
[[nodiscard]] std::optional<base::SampleCount> parse_event_id(std::string_view field);

[[nodiscard]] std::string delta_event(const EventId& id, std::span<const std::byte> audio);
[[nodiscard]] std::string done_event(const EventId& id, const Usage& usage);
[[nodiscard]] std::string error_event(const EventId& id, const Error& error);

}  // namespace antiphon::protocol::openai
