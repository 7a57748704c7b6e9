#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tracing/collector_url.h"
#include "tracing/context.h"

/// What a client sends as its trace, and what a file names as a collector, is read or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace tracing = antiphon::tracing;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto context = tracing::parse_traceparent(bytes)) {
    const auto again = tracing::parse_traceparent("00-" + to_hex(context->trace) + "-" + to_hex(context->span) +
                                                  (context->sampled == tracing::Sampled::kYes ? "-01" : "-00"));
    ANTIPHON_CHECK(again == context, "a trace that is read is written as it was");
  }
  if (const auto url = tracing::parse_collector_url(bytes)) {
    ANTIPHON_CHECK(!url->host.empty() && url->port != 0 && url->path.starts_with('/'), "a collector can be reached");
  }
  return 0;
}
