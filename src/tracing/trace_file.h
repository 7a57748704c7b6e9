#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/thread_pool.h"
#include "tracing/span.h"

namespace antiphon::tracing {

struct TraceFileOptions {
  std::filesystem::path path;
  std::size_t most_bytes = std::size_t{64} << 20U;  ///< The spans that come after are left out.
};

/// Writes spans as a file that Perfetto and Chrome show ("Trace Event Format", JSON array): utterances, one track each,
/// and workers, with what they computed. Lives on the event loop; the file is written on a thread of the pool.
class TraceFile {
 public:
  /// Replaces the file. The error is a sentence.
  [[nodiscard]] static base::Result<std::unique_ptr<TraceFile>, std::string> create(const TraceFileOptions& options);

  void add(const Span& span);

  /// Writes what comes, each second, until the calling task is cancelled. `pool` outlives it.
  [[nodiscard]] runtime::Awaitable<> run(runtime::Clock& clock, runtime::ThreadPool& pool);
  /// Writes the rest and ends the file. After run() has ended.
  [[nodiscard]] runtime::Awaitable<> finish(runtime::ThreadPool& pool);

 private:
  TraceFile(std::ofstream file, std::size_t most_bytes);
  void append(std::string event);
  [[nodiscard]] runtime::Awaitable<> write(runtime::ThreadPool& pool);

  std::ofstream file_;
  std::string waiting_;  ///< Not written yet; at most kMostWaiting.
  std::size_t left_;     ///< Bytes that may still come.
  bool full_ = false;
};

}  // namespace antiphon::tracing
