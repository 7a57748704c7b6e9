#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/line_limit.h"
#include "dispatch/access_note.h"
#include "http/answer.h"
#include "http/message.h"
#include "identity/identifier.h"
#include "metrics/registry.h"
#include "runtime/clock.h"

namespace antiphon::api {

struct AccessLogOptions {
  /// Which answers get a line; all are counted.
  enum class Lines : std::uint8_t {
    kAll,
    kNoProbes,  ///< All but those of /healthz, /readyz and /metrics that are 200.
    kNone,
  };
  Lines lines = Lines::kAll;
  /// Whether lines have the client's address.
  enum class ClientAddress : std::uint8_t { kHidden, kShown };
  ClientAddress client_address = ClientAddress::kHidden;
  /// Lines in a second, 1 or more, but for those of answers with audio, which are as few as can be spoken. How many
  /// were not written is said after it.
  std::size_t lines_per_second = 100;
};

/// How the log names the paths that clients ask for: by closed lists, since they are labels of metrics.
struct RouteNames {
  std::string_view (*route)(std::string_view path);  ///< The pattern that `path` is one of, or "other".
  std::string_view (*door)(std::string_view path);   ///< The door that it belongs to.
};

/// What a Wyoming client got in answer to an event.
struct WyomingAnswered {
  std::string_view event;  ///< "describe", "ping", "synthesize", or "other".
  unsigned status = 200;   ///< That HTTP would have for it.
  std::string_view client;
  base::Duration took{};
};

/// A line of the log and a count for every answer, by whichever door. On the event loop.
class AccessLog {
 public:
  /// The references outlive it.
  AccessLog(runtime::Executor executor, runtime::Clock& clock, metrics::Registry& registry,
            const identity::Identifier& callers, RouteNames names, AccessLogOptions options);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog() = default;

  /// Where what is known of the answer to `request` is noted; it stays until answered().
  [[nodiscard]] dispatch::AccessNote& note_of(const http::Request& request);
  /// For http::ServerOptions::observer.
  void answered(const http::Answer& answer);
  void answered(const WyomingAnswered& answer, const dispatch::AccessNote& note);

 private:
  class Line;

  void write(const http::Answer& answer, const dispatch::AccessNote& note);
  void count(const http::Answer& answer) const;
  [[nodiscard]] bool wants_line(const http::Answer& answer, const dispatch::AccessNote& note);
  /// Within the limit; what is over it is told of when the second is over.
  [[nodiscard]] bool has_room();
  void tell_suppressed();

  runtime::Executor executor_;
  runtime::Clock& clock_;
  metrics::Registry& registry_;
  const identity::Identifier& callers_;
  RouteNames names_;
  AccessLogOptions options_;
  LineLimit limit_;
  std::unique_ptr<runtime::Timer> timer_;  ///< While there is something to tell.
  /// By the number of the connection, which has one request at a time.
  std::unordered_map<std::uint64_t, dispatch::AccessNote> notes_;
};

}  // namespace antiphon::api
