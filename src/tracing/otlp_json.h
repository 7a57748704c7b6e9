#pragma once

#include <span>
#include <string>

#include "base/time.h"
#include "tracing/span.h"

namespace antiphon::tracing {

/// What the spans are of.
struct Resource {
  std::string service = "antiphon";
  std::string version{};
  std::string instance{};  ///< Tells servers of one name apart; "": nothing is said.
};

/// Returns an ExportTraceServiceRequest in the JSON encoding of OTLP (OpenTelemetry Protocol 1.x, "JSON Protobuf
/// Encoding"; opentelemetry-proto, trace/v1/trace.proto). `since_epoch`: what is added to a point in time to have it
/// since 1970.
[[nodiscard]] std::string to_otlp_json(std::span<const Span> spans, const Resource& resource,
                                       base::Duration since_epoch);

}  // namespace antiphon::tracing
