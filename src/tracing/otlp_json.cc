#include "tracing/otlp_json.h"

#include <fmt/format.h>

#include <iterator>

#include "protocol/json/object.h"

namespace antiphon::tracing {
namespace {

// From trace.proto.
constexpr int kInternal = 1;
constexpr int kServer = 2;
constexpr int kError = 2;

void append_value(std::string& out, std::int64_t value) {
  // 64-bit integers are strings in that encoding.
  fmt::format_to(std::back_inserter(out), R"({{"intValue":"{}"}})", value);
}
void append_value(std::string& out, double value) {
  fmt::format_to(std::back_inserter(out), R"({{"doubleValue":{:.9g}}})", value);
}
void append_value(std::string& out, const std::string& value) {
  out += R"({"stringValue":)";
  out += protocol::json::quoted(value);
  out += '}';
}

void append_attribute(std::string& out, std::string_view key, const auto& value) {
  if (!out.ends_with('[')) out += ',';
  fmt::format_to(std::back_inserter(out), R"({{"key":"{}","value":)", key);
  append_value(out, value);
  out += '}';
}

void append_span(std::string& out, const Span& span, base::Duration since_epoch) {
  const auto unix_nanoseconds = [&](base::TimePoint at) { return (at.time_since_epoch() + since_epoch).count(); };
  fmt::format_to(std::back_inserter(out), R"({{"traceId":"{}","spanId":"{}",)", to_hex(span.trace), to_hex(span.id));
  if (span.parent.value != 0) fmt::format_to(std::back_inserter(out), R"("parentSpanId":"{}",)", to_hex(span.parent));
  fmt::format_to(std::back_inserter(out),
                 R"("name":"{}","kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)",
                 name_of(span.kind), span.kind == SpanKind::kRequest ? kServer : kInternal,
                 unix_nanoseconds(span.begin), unix_nanoseconds(span.end));
  append_attribute(out, "antiphon.stream", static_cast<std::int64_t>(span.stream.value));
  if (span.worker) append_attribute(out, "antiphon.worker", static_cast<std::int64_t>(span.worker->value));
  for (const auto& [key, value] : span.attributes) {
    std::visit([&, &name = key](const auto& known) { append_attribute(out, name, known); }, value);
  }
  out += ']';
  if (span.outcome == Outcome::kFailed) fmt::format_to(std::back_inserter(out), R"(,"status":{{"code":{}}})", kError);
  out += '}';
}

}  // namespace

std::string to_otlp_json(std::span<const Span> spans, const Resource& resource, base::Duration since_epoch) {
  constexpr std::size_t kUsual = 512;
  std::string out;
  out.reserve(kUsual * (spans.size() + 1));
  out += R"({"resourceSpans":[{"resource":{"attributes":[)";
  append_attribute(out, "service.name", resource.service);
  if (!resource.version.empty()) append_attribute(out, "service.version", resource.version);
  if (!resource.instance.empty()) append_attribute(out, "service.instance.id", resource.instance);
  out += R"(]},"scopeSpans":[{"scope":{"name":"antiphon"},"spans":[)";
  for (const auto& span : spans) {
    if (!out.ends_with('[')) out += ',';
    append_span(out, span, since_epoch);
  }
  out += "]}]}]}";
  return out;
}

}  // namespace antiphon::tracing
