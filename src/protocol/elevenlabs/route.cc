#include "protocol/elevenlabs/route.h"

#include <algorithm>
#include <array>
#include <utility>

namespace antiphon::protocol::elevenlabs {
namespace {

constexpr std::string_view kFolder = "/v1/text-to-speech/";

constexpr std::array<std::pair<std::string_view, Endpoint>, 6> kEndpoints = {{
    {"", Endpoint::kSpeech},
    {"/stream", Endpoint::kSpeech},
    {"/with-timestamps", Endpoint::kTimedSpeech},
    {"/stream/with-timestamps", Endpoint::kTimedSpeechStream},
    {"/stream-input", Endpoint::kStreamInput},
    {"/multi-stream-input", Endpoint::kMultiStreamInput},
}};

}  // namespace

std::optional<Route> parse_route(std::string_view path) {
  if (!path.starts_with(kFolder)) return std::nullopt;
  path.remove_prefix(kFolder.size());
  const auto voice = path.substr(0, path.find('/'));
  const auto* const row =
      std::ranges::find(kEndpoints, path.substr(voice.size()), &std::pair<std::string_view, Endpoint>::first);
  if (voice.empty() || row == kEndpoints.end()) return std::nullopt;
  return Route{.endpoint = row->second, .voice_id = std::string(voice)};
}

}  // namespace antiphon::protocol::elevenlabs
