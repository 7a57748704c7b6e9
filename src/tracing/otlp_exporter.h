#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/registry.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "tracing/collector_url.h"
#include "tracing/otlp_json.h"
#include "tracing/span.h"

namespace antiphon::tracing {

struct OtlpOptions {
  CollectorUrl collector;
  Resource resource{};
  std::size_t queue = 4'096;  ///< Spans that wait to be sent, 1 or more; the next one is dropped.
};

/// Sends spans to a collector by OTLP over HTTP, in batches. Spans that the collector does not take after a few
/// attempts are lost. What became of them is counted. Lives on the event loop.
class OtlpExporter {
 public:
  /// The references outlive it.
  OtlpExporter(const runtime::Executor& executor, runtime::Clock& clock, metrics::Registry& registry,
               OtlpOptions options);

  void add(Span span);

  /// Sends what comes until the calling task is cancelled.
  [[nodiscard]] runtime::Awaitable<> run();
  /// Sends what waits, without further attempts, and nothing where the collector did not answer the last time. After
  /// run() has ended.
  [[nodiscard]] runtime::Awaitable<> flush();

  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  /// What the collector did with a batch.
  enum class Verdict : std::uint8_t {
    kTaken,
    kRefused,  ///< It will not take it later either.
    kNotNow,   ///< It may take it later, or was not reached.
  };

  [[nodiscard]] std::vector<Span> take_batch();
  [[nodiscard]] runtime::Awaitable<Verdict> send(const std::vector<Span>& batch);
  [[nodiscard]] runtime::Awaitable<std::optional<unsigned>> post(const std::string& body);
  void count(Verdict verdict, std::size_t spans);

  runtime::Executor executor_;
  runtime::Clock& clock_;
  OtlpOptions options_;
  std::deque<Span> queue_;
  runtime::Notifier news_;
  bool reached_ = true;   ///< The collector took the last batch; a change is logged.
  bool answered_ = true;  ///< The collector answered the last request.
  metrics::Counter exported_;
  metrics::Counter dropped_;
  metrics::Counter failed_;
};

}  // namespace antiphon::tracing
