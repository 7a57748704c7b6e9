#pragma once

#include "tracing/context.h"

namespace antiphon::tracing {

/// An utterance that is traced, from its order on.
struct TracedUtterance {
  TraceId trace;
  SpanId caller;  ///< The parent of its request; 0: there is none.
  SpanId request;
  Sampled sampled = Sampled::kNo;  ///< Whether its spans are exported.
};

}  // namespace antiphon::tracing
