#include "gateway/access_route.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/assets.h"
#include "gateway/routes.h"
#include "protocol/elevenlabs/route.h"

namespace antiphon::gateway {
namespace {

namespace elevenlabs = protocol::elevenlabs;

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::string_view kAssets = "/assets/";

std::string_view label_of(elevenlabs::Endpoint endpoint, std::string_view path) {
  switch (endpoint) {
    case elevenlabs::Endpoint::kSpeech:
      return path.ends_with("/stream") ? "/v1/text-to-speech/{}/stream" : "/v1/text-to-speech/{}";
    case elevenlabs::Endpoint::kTimedSpeech:
      return "/v1/text-to-speech/{}/with-timestamps";
    case elevenlabs::Endpoint::kTimedSpeechStream:
      return "/v1/text-to-speech/{}/stream/with-timestamps";
    case elevenlabs::Endpoint::kStreamInput:
      return "/v1/text-to-speech/{}/stream-input";
    case elevenlabs::Endpoint::kMultiStreamInput:
      return "/v1/text-to-speech/{}/multi-stream-input";
  }
  return kOtherRoute;
}

}  // namespace

std::string_view route_label(std::string_view path) {
  if (const auto speech = elevenlabs::parse_route(path)) return label_of(speech->endpoint, path);
  if (const auto* const row = find_row(path)) return row->path;
  const auto asset = std::ranges::find(assets(), path, &Asset::path);
  if (asset == assets().end()) return kOtherRoute;
  return path.starts_with(kAssets) ? "/assets/{}" : asset->path;
}

std::string_view method_label(std::string_view method) {
  const auto* const known = std::ranges::find(kMethods, method);
  return known == kMethods.end() ? kOtherMethod : *known;
}

std::string_view door_label(std::string_view path) {
  if (const auto speech = elevenlabs::parse_route(path)) {
    const bool socket = speech->endpoint == elevenlabs::Endpoint::kStreamInput ||
                        speech->endpoint == elevenlabs::Endpoint::kMultiStreamInput;
    return socket ? "elevenlabs_socket" : "elevenlabs";
  }
  const auto* const row = find_row(path);
  return row != nullptr && row->endpoint == Endpoint::kSpeech ? "openai" : "http";
}

}  // namespace antiphon::gateway
