#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace antiphon::gateway {

/// What stands behind a path.
enum class Endpoint : std::uint8_t {
  kSpeech,        ///< OpenAI's.
  kModels,        ///< OpenAI's list, or ElevenLabs' where its key is sent.
  kModel,         ///< `parameter`: the model.
  kSpeechModels,  ///< Open WebUI's.
  kSpeechVoices,  ///< Open WebUI's.
  kVoices,        ///< ElevenLabs', with what others read of it.
  kVoice,         ///< `parameter`: the voice.
  kRoot,          ///< Of the interface; clients ask for it to open a connection.
  kWorkers,       ///< What the pool of workers does.
  kHealth,
  kReadiness,
  kMetrics,
};

struct Route {
  Endpoint endpoint = Endpoint::kRoot;
  std::string_view methods;  ///< As the Allow header has them.
  std::string parameter;     ///< The path's variable part, without '/' and not empty; "" where it has none.
};

/// A row of the table of routes. `path` may end in "{}", which stands for the parameter.
struct RouteRow {
  std::string_view path;
  Endpoint endpoint;
  std::string_view methods;
};
[[nodiscard]] std::span<const RouteRow> routes();

/// The row that `path`, percent-decoded, belongs to; null where it leads nowhere.
[[nodiscard]] const RouteRow* find_row(std::string_view path);

/// `path` is percent-decoded. Nothing where it leads nowhere.
[[nodiscard]] std::optional<Route> find_route(std::string_view path);

/// Whether `methods`, of a Route, has `method`.
[[nodiscard]] bool allows(std::string_view methods, std::string_view method);

}  // namespace antiphon::gateway
