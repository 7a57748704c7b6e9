#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "bench/listener.h"
#include "bench/target.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"

namespace antiphon::bench {

struct Request {
  std::string user;  ///< Sent as a bearer token, or beside the key as `user`: the server's unit of fairness.
  std::string text;
  std::optional<base::Duration> leave_after;  ///< Closes the connection when so much audio has come.
  double reading_speed = 0;  ///< Speed of a slow reader, in seconds of audio per second; 0: as fast as it comes.
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
  int status = 0;     ///< 0 where no head came.
  std::string fault;  ///< Why a kFailed request ended, in a few words.
  Hearing hearing;
  base::Duration took{};
  std::optional<base::Duration> come_back;  ///< What a refusal said: retry-after-ms, or Retry-After.
  base::TimePoint plays_until;              ///< When a listener has heard it all.
};

/// Speaks one text over a connection of its own. Never fails: what goes wrong is an outcome. When the calling task is
/// cancelled, the outcome is kLeft. Waits at most a minute for a byte. `target` has its endpoints and outlives the
/// call.
runtime::Awaitable<Outcome> speak(runtime::Clock& clock, const Target& target, Request request);

}  // namespace antiphon::bench
