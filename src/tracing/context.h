#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace antiphon::tracing {

/// 128 bits that all spans of one trace share; never zero.
struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

/// 64 bits; 0: there is none.
using SpanId = base::StrongId<struct SpanIdTag>;

/// Whether the spans of a trace are kept.
enum class Sampled : std::uint8_t { kNo, kYes };

/// What a caller says of the trace that its request belongs to.
struct Context {
  TraceId trace;
  SpanId span;  ///< The caller's.
  Sampled sampled = Sampled::kNo;
  friend bool operator==(const Context&, const Context&) = default;
};

/// Reads the header `traceparent` (W3C Trace Context, level 1, section 3.2). Of a version after 00 the known part
/// counts. Returns nullopt if it is not well-formed, and the request belongs to no trace then.
[[nodiscard]] std::optional<Context> parse_traceparent(std::string_view header);

/// Lower-case hexadecimal digits: 32, and 16.
[[nodiscard]] std::string to_hex(TraceId id);
[[nodiscard]] std::string to_hex(SpanId id);

}  // namespace antiphon::tracing
