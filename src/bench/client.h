#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>

#include "base/time.h"
#include "bench/listener.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"

namespace antiphon::bench {

/// Where requests go, and what all of them have in common.
struct Target {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string host;  ///< For the header Host.
  std::string model = "tts-1";
  std::string voice = "alloy";
  std::optional<base::Duration> wait;  ///< Sent as `Prefer: wait`.
};

struct Request {
  std::string user;  ///< Sent as a bearer token: the server's unit of fairness.
  std::string text;
  std::optional<base::Duration> leave_after;  ///< Closes the connection when so much audio has come.
  double reading_speed = 0;  ///< Of a slow reader, in seconds of audio per second; 0: as fast as it comes.
};

enum class Ending : std::uint8_t {
  kComplete,
  kRefused,  ///< 503: the machine is full.
  kLimited,  ///< 429: the user has too much under way.
  kLeft,     ///< By this client, as it was told.
  kFailed,   ///< Another status, a broken connection or a body cut short.
};

struct Outcome {
  Ending ending = Ending::kFailed;
  int status = 0;  ///< 0 where no head came.
  Hearing hearing;
  base::Duration took{};
  std::optional<base::Duration> come_back;  ///< What a refusal said: retry-after-ms, or Retry-After.
  base::TimePoint plays_until;              ///< When a listener has heard it all.
};

/// Speaks one text over a connection of its own. Never fails: what goes wrong is an outcome. When the calling task is
/// cancelled, the outcome is kLeft. Waits at most a minute for a byte.
runtime::Awaitable<Outcome> speak(runtime::Clock& clock, Target target, Request request);

}  // namespace antiphon::bench
