#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "bench/client.h"
#include "bench/report.h"
#include "bench/texts.h"
#include "runtime/clock.h"

/// Load on a running server, heard as listeners hear it.
namespace antiphon::bench {

/// What comes back of what has been refused.
enum class Retrying : std::uint8_t {
  kNever,
  kWhenTold,  ///< At the time that the refusal says, up to 5 times.
  kAtOnce,    ///< Ten times a second, up to 50 times.
};

struct Options {
  Target target;
  TextMix mix = TextMix::kMixed;
  std::uint32_t listeners = 0;  ///< Closed loop: each asks again when what it asked for has been played.
  double rate = 0;              ///< Open loop: Poisson arrivals per second.
  std::uint32_t burst = 0;      ///< So many requests at once, at the beginning and every `burst_every`.
  base::Duration burst_every = std::chrono::seconds(10);
  std::uint32_t users = 0;  ///< Who asks in turns; 0: each listener, or each request, is a user of its own.
  std::uint32_t flood = 0;  ///< One more user that keeps so many long requests under way, and retries at once.
  double leaving = 0;       ///< Share of requests whose client leaves after a second of audio.
  double slow = 0;          ///< Share of requests whose client reads at half the speed of speech.
  Retrying retrying = Retrying::kNever;
  base::Duration duration = std::chrono::seconds(20);  ///< In which requests are made; all that began is heard out.
  std::uint64_t seed = 1;
};

/// Counts while it goes on.
struct Progress {
  base::Duration elapsed{};
  std::uint64_t under_way = 0;
  std::uint64_t ended = 0;
  std::uint64_t refused = 0;
};

/// Makes the load and returns what was heard; the target is one that reach() returned. Ends early, with what there is,
/// when the task is cancelled. `progress` is called about five times a second.
runtime::Awaitable<Report> run(runtime::Clock& clock, Options options,
                               std::function<void(const Progress&)> progress = {});

/// The load in words, for example "closed loop, 8 listeners, mixed texts".
[[nodiscard]] std::string describe(const Options& options);

struct Ceiling {
  std::uint32_t listeners = 0;  ///< The most of those tried with at least 95 % good.
  Report at_ceiling;            ///< With each step that was tried.
};

/// Searches the continuity ceiling by doubling and halving the number of listeners, each step for the options'
/// duration. `tried` hears each step.
runtime::Awaitable<Ceiling> find_ceiling(runtime::Clock& clock, Options options, std::uint32_t most,
                                         std::function<void(std::uint32_t, const Report&)> tried);

}  // namespace antiphon::bench
