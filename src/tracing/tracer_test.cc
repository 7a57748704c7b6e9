#include "tracing/tracer.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "runtime/manual_clock.h"

namespace antiphon::tracing {
namespace {

using namespace std::chrono_literals;

class TracerTest : public testing::Test {
 protected:
  Tracer make(double sampling, std::size_t queue = 4) {
    return Tracer(context_.get_executor(), clock_, pool_, registry_,
                  {.sampling = sampling, .otlp = OtlpOptions{.collector = {.host = "127.0.0.1"}, .queue = queue}});
  }
  static Context caller(Sampled sampled) { return {.trace = {.high = 7, .low = 8}, .span = {9}, .sampled = sampled}; }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  runtime::ThreadPool pool_{context_.get_executor()};
  metrics::Registry registry_;
};

TEST_F(TracerTest, AnUtteranceBelongsToTheTraceOfItsCaller) {
  auto tracer = make(0.0001);
  const auto utterance = tracer.begin(caller(Sampled::kYes));
  ASSERT_TRUE(utterance);
  EXPECT_EQ(utterance->trace, caller(Sampled::kYes).trace);
  EXPECT_EQ(utterance->caller, caller(Sampled::kYes).span);
  EXPECT_NE(utterance->request.value, 0U);
}

TEST_F(TracerTest, TheCallerDecidesWhereThereIsOne) {
  EXPECT_FALSE(make(1).begin(caller(Sampled::kNo)));
  EXPECT_FALSE(make(0).begin(caller(Sampled::kYes))) << "nothing is sampled at all";
}

TEST_F(TracerTest, AboutTheShareOfTheUtterancesIsTraced) {
  constexpr int kTries = 4'000;
  for (const auto& [sampling, least, most] : {std::tuple(0.0, 0, 0), {0.1, 280, 520}, {1.0, kTries, kTries}}) {
    auto tracer = make(sampling);
    int traced = 0;
    for (int i = 0; i < kTries; ++i) traced += tracer.begin(std::nullopt) ? 1 : 0;
    EXPECT_GE(traced, least) << sampling;
    EXPECT_LE(traced, most) << sampling;
  }
}

TEST_F(TracerTest, WithoutACollectorNothingIsTraced) {
  Tracer tracer(context_.get_executor(), clock_, pool_, registry_, {.sampling = 1});
  EXPECT_FALSE(tracer.begin(std::nullopt));
}

TEST_F(TracerTest, SpansBeyondTheQueueAreDroppedAndCounted) {
  auto tracer = make(1, 3);
  const auto utterance = tracer.begin(std::nullopt);
  for (int i = 0; i < 5; ++i) tracer.record(*utterance, {.kind = SpanKind::kChunk});
  EXPECT_TRUE(registry_.text().contains("antiphon_trace_spans_total{result=\"dropped\"} 2\n")) << registry_.text();
}

}  // namespace
}  // namespace antiphon::tracing
