#pragma once

#include <optional>
#include <random>

#include "base/time.h"
#include "metrics/registry.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"
#include "tracing/otlp_exporter.h"
#include "tracing/span.h"
#include "tracing/trace_file.h"
#include "tracing/traced_utterance.h"

namespace antiphon::tracing {

struct TracerOptions {
  /// Share of the utterances that are exported, 0 to 1; where the caller is traced, it decides.
  double sampling = 0.1;
  std::optional<OtlpOptions> otlp{};  ///< nullopt: nothing is exported.
  TraceFile* file = nullptr;  ///< Gets the spans of every utterance; it outlives the tracer. Null: there is none.
};

/// Decides which utterances are traced and takes their spans. Lives on the event loop.
class Tracer {
 public:
  /// The references outlive it.
  Tracer(const runtime::Executor& executor, runtime::Clock& clock, runtime::ThreadPool& pool,
         metrics::Registry& registry, TracerOptions options);

  void start();
  /// Sends and writes what waits, the first until `deadline`. Once.
  [[nodiscard]] runtime::Awaitable<> stop(base::TimePoint deadline);

  /// Returns nullopt if the utterance is not traced.
  [[nodiscard]] std::optional<TracedUtterance> begin(const std::optional<Context>& caller);

  /// Takes a part of the way of an utterance. `span` needs kind, begin and end, and what is known besides; the rest is
  /// filled in. A kRequest is the utterance's own, the others are its children.
  void record(const TracedUtterance& utterance, Span span);

 private:
  [[nodiscard]] Sampled decide(const TraceId& trace, const std::optional<Context>& caller) const;

  runtime::Clock& clock_;
  runtime::ThreadPool& pool_;
  double sampling_;
  std::optional<OtlpExporter> exporter_;
  TraceFile* file_;
  std::mt19937_64 random_;
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::tracing
