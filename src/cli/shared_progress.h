#pragma once

#include <memory>

#include "config/config.h"
#include "progress/census.h"
#include "progress/store.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"

namespace antiphon::cli {

/// The store of progress in Redis that progress.url names, with its connection. On one event loop.
class SharedProgress {
 public:
  /// Returns null where progress.url is empty. Throws config::Error. The server need not be reachable. `clock` outlives
  /// the result.
  [[nodiscard]] static std::unique_ptr<SharedProgress> open(const runtime::Executor& executor, runtime::Clock& clock,
                                                            const config::Config& config);
  virtual ~SharedProgress() = default;

  [[nodiscard]] virtual progress::Store& store() = 0;
  [[nodiscard]] virtual progress::Census& census() = 0;
  /// Connects, and begins to write. Once; after it, stop() must be awaited.
  virtual void start() = 0;
  /// Gives what was reported last a second to be written, then closes the connection. Call it once, before the end.
  [[nodiscard]] virtual runtime::Awaitable<> stop() = 0;
};

}  // namespace antiphon::cli
