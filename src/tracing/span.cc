#include "tracing/span.h"

namespace antiphon::tracing {

std::string_view name_of(SpanKind kind) {
  switch (kind) {
    case SpanKind::kRequest:
      return "request";
    case SpanKind::kWait:
      return "wait";
    case SpanKind::kPlan:
      return "plan";
    case SpanKind::kChunk:
      return "chunk";
    case SpanKind::kFirstAudio:
      return "first_audio";
    case SpanKind::kEgress:
      return "egress";
  }
  return "";
}

}  // namespace antiphon::tracing
