#include "tracing/otlp_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace antiphon::tracing {
namespace {

using namespace std::chrono_literals;

TEST(OtlpJson, ASpanHasItsIdsItsTimesAndWhatIsKnownOfIt) {
  const std::vector<Span> spans = {
      {.trace = {.high = 1, .low = 2},
       .id = {3},
       .parent = {4},
       .kind = SpanKind::kChunk,
       .begin = base::TimePoint(1s),
       .end = base::TimePoint(3s),
       .stream = {5},
       .worker = base::WorkerId{6},
       .outcome = Outcome::kFailed,
       .attributes = {{"count", std::int64_t{7}}, {"share", 0.5}, {"name", std::string("a \"b\" \xff")}}},
      {.trace = {.high = 1, .low = 2}, .id = {4}, .begin = base::TimePoint(1s), .end = base::TimePoint(1s)}};
  const auto sent = nlohmann::json::parse(to_otlp_json(spans, {.version = "1.2"}, 1'000'000s));
  const auto& scope = sent["resourceSpans"][0]["scopeSpans"][0];
  EXPECT_EQ(sent["resourceSpans"][0]["resource"]["attributes"],
            nlohmann::json::parse(R"([{"key":"service.name","value":{"stringValue":"antiphon"}},
                                      {"key":"service.version","value":{"stringValue":"1.2"}}])"));
  const auto& chunk = scope["spans"][0];
  EXPECT_EQ(chunk["traceId"], "00000000000000010000000000000002");
  EXPECT_EQ(chunk["spanId"], "0000000000000003");
  EXPECT_EQ(chunk["parentSpanId"], "0000000000000004");
  EXPECT_EQ(chunk["name"], "chunk");
  EXPECT_EQ(chunk["kind"], 1);
  EXPECT_EQ(chunk["startTimeUnixNano"], "1000001000000000");
  EXPECT_EQ(chunk["endTimeUnixNano"], "1000003000000000");
  EXPECT_EQ(chunk["status"]["code"], 2);
  EXPECT_EQ(chunk["attributes"], nlohmann::json::parse(R"([{"key":"antiphon.stream","value":{"intValue":"5"}},
                                      {"key":"antiphon.worker","value":{"intValue":"6"}},
                                      {"key":"count","value":{"intValue":"7"}},
                                      {"key":"share","value":{"doubleValue":0.5}},
                                      {"key":"name","value":{"stringValue":"a \"b\" \ufffd"}}])"));
  const auto& request = scope["spans"][1];
  EXPECT_FALSE(request.contains("parentSpanId"));
  EXPECT_FALSE(request.contains("status"));
  EXPECT_EQ(request["kind"], 2);
}

}  // namespace
}  // namespace antiphon::tracing
