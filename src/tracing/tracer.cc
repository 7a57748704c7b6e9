#include "tracing/tracer.h"

#include <algorithm>
#include <utility>

namespace antiphon::tracing {

Tracer::Tracer(const runtime::Executor& executor, runtime::Clock& clock, runtime::ThreadPool& pool,
               metrics::Registry& registry, TracerOptions options)
    : clock_(clock),
      pool_(pool),
      sampling_(options.sampling),
      file_(options.file),
      random_(std::random_device{}()),
      tasks_(executor) {
  if (options.otlp) exporter_.emplace(executor, clock, registry, std::move(*options.otlp));
}

void Tracer::start() {
  if (exporter_) tasks_.spawn(exporter_->run());
  if (file_ != nullptr) tasks_.spawn(file_->run(clock_, pool_));
}

runtime::Awaitable<> Tracer::stop(base::TimePoint deadline) {
  tasks_.cancel();
  co_await tasks_.join();
  if (file_ != nullptr) co_await file_->finish(pool_);
  if (exporter_) co_await runtime::run_until(clock_, deadline, exporter_->flush());
}

std::optional<TracedUtterance> Tracer::begin(const std::optional<Context>& caller) {
  const auto trace = caller ? caller->trace : TraceId{.high = random_(), .low = random_() | 1U};
  const auto sampled = exporter_ ? decide(trace, caller) : Sampled::kNo;
  if (sampled == Sampled::kNo && file_ == nullptr) return std::nullopt;
  return TracedUtterance{
      .trace = trace, .caller = caller ? caller->span : SpanId{}, .request = {random_() | 1U}, .sampled = sampled};
}

Sampled Tracer::decide(const TraceId& trace, const std::optional<Context>& caller) const {
  if (sampling_ <= 0) return Sampled::kNo;
  if (caller) return caller->sampled;
  // By the id, so that all parts of a system that sample so keep the same traces. 53 bits fit a double.
  constexpr double kRange = 9'007'199'254'740'992.0;
  constexpr unsigned kShift = 11;
  return static_cast<double>(trace.low >> kShift) < sampling_ * kRange ? Sampled::kYes : Sampled::kNo;
}

void Tracer::record(const TracedUtterance& utterance, Span span) {
  const bool is_request = span.kind == SpanKind::kRequest;
  span.trace = utterance.trace;
  span.id = is_request ? utterance.request : SpanId{random_() | 1U};
  span.parent = is_request ? utterance.caller : utterance.request;
  span.end = std::max(span.begin, span.end);
  if (file_ != nullptr) file_->add(span);
  if (exporter_ && utterance.sampled == Sampled::kYes) exporter_->add(std::move(span));
}

}  // namespace antiphon::tracing
