#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/access_log.h"
#include "api/elevenlabs/socket.h"
#include "api/wyoming/server.h"
#include "base/time.h"
#include "cache/audio_cache.h"
#include "delivery/speech_handler.h"
#include "delivery/stream_book.h"
#include "delivery/voice_directory.h"
#include "dispatch/cell.h"
#include "fleet/remote_door.h"
#include "gateway/live_view.h"
#include "http/server.h"
#include "identity/identifier.h"
#include "net/ip_network.h"
#include "progress/memory_store.h"
#include "protocol/error.h"
#include "runtime/clock.h"
#include "tls/server_context.h"
#include "tracing/tracer.h"

namespace antiphon::gateway {

/// What was built, as /metrics says it.
struct BuildInfo {
  std::string version;
  std::string commit;
  std::string compiler;
};

struct ServerOptions {
  http::ServerOptions http{};
  /// The cell's own options; its voices are filled in from `voices`.
  dispatch::CellOptions cell{};
  std::vector<delivery::ServedVoice> voices{};  ///< At least one; the first is the default and is loaded first.
  std::map<std::string, std::string, std::less<>> aliases{};  ///< Further names of voices.
  delivery::SpeechHandlerOptions speech{};
  std::optional<tls::ServerContext> tls{};  ///< Nothing: plain HTTP.
  std::optional<identity::KeyRing> keys{};  ///< Nothing: everybody may ask; none in it: nobody.
  std::vector<net::IpNetwork> trusted_proxies{};
  /// Where it is kept how far streams have got, so that they can be resumed: in memory by default. 0 records: nowhere.
  progress::MemoryStoreOptions progress{};
  progress::Store* progress_store = nullptr;  ///< Instead; it outlives the server.
  delivery::StreamBookOptions book{};
  api::elevenlabs::ElevenLabsSocketOptions sockets{};
  LiveViewOptions live{};
  std::optional<api::wyoming::WyomingOptions> wyoming{};  ///< Nothing: that door is shut.
  std::optional<runtime::TcpServerOptions> agent{};       ///< For HAProxy's agent checks; nothing: none is answered.
  std::optional<fleet::RemoteDoorOptions> remote{};       ///< Nothing: no worker joins from elsewhere.
  std::size_t encoder_threads = 2;                        ///< 1 or more.
  api::AccessLogOptions access{};
  std::optional<tracing::TracerOptions> tracing{};  ///< nullopt: nothing is traced.
  std::optional<cache::AudioCacheOptions> cache{};  ///< nullopt: no audio is kept.
  BuildInfo build{};
  /// Called each minute and at the end, for each voice that was spoken with, with what it costs by now. On a thread of
  /// the encoders', one call at a time.
  std::function<void(const delivery::ServedVoice&, const scheduler::CostModel::Prior&)> keep_cost{};
  /// A job that makes no progress for so long makes /healthz fail.
  base::Duration unhealthy_after = std::chrono::seconds(20);
};

/// `antiphon serve`: HTTP in front, a cell of workers behind. Lives on one event loop.
class Server {
 public:
  Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options);
  /// After stop(), or never started.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the workers and listens. Errors: kNoVoice, kCannotListen.
  [[nodiscard]] protocol::Result<http::Endpoint> start();
  /// Takes these voices and names instead of the old ones, and tries again what was given up. Streams go on with the
  /// voices with which they began. Error, after which nothing has changed: kNoVoice.
  [[nodiscard]] protocol::Result<void> reload(std::vector<delivery::ServedVoice> voices,
                                              std::map<std::string, std::string, std::less<>> aliases);
  /// Returns when a worker has a voice loaded. False when the calling task is cancelled before.
  [[nodiscard]] runtime::Awaitable<bool> wait_ready();
  /// Refuses what is new with 503, finishes what plays until `deadline`, then ends it, and the workers. Call it once.
  [[nodiscard]] runtime::Awaitable<> stop(base::TimePoint deadline);

  /// Connections from now on are shown this certificate. What plays goes on. Where TLS was spoken from the start only.
  void set_certificate(tls::ServerContext context);
  /// From now on these keys count, and no others; where there are none in it nobody is let in. Requests and sockets of
  /// keys that are not among them end at once, within a second where their clients take nothing. The others go on.
  void set_keys(identity::KeyRing keys);
  /// From now on these say how words are said; speech that has begun goes on as it began.
  void set_dictionaries(text::pronunciation::DictionarySet dictionaries);
  /// For workers that join from now on; those whose token is not among them are sent away. Without
  /// ServerOptions::remote nothing happens.
  void set_credentials(fleet::RemoteCredentials credentials);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antiphon::gateway
