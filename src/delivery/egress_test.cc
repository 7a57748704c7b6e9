// The way of audio to a listener, from a cell with fake workers. The egress has a clock of its own that only the tests
// move.
#include "delivery/egress.h"

#include <gtest/gtest.h>

#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dispatch/test_cell.h"
#include "runtime/manual_clock.h"
#include "runtime/thread_pool.h"

namespace antiphon::delivery {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration kLagLimit = 60s;

/// Keeps the sizes of what it gets, each write after `take` had its way.
class ScriptedSink final : public AudioSink {
 public:
  explicit ScriptedSink(const runtime::Executor& executor) : cut_(executor) {}

  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override {
    sizes.push_back(bytes.size());
    places.push_back(through.value);
    if (stuck) {
      co_await cut_.wait();
      co_return false;
    }
    if (take) take();
    co_return true;
  }
  runtime::Awaitable<bool> complete() override { co_return true; }
  runtime::Awaitable<> fail(const protocol::Error& error) override {
    failed = error.code;
    co_return;
  }
  void on_gone(std::move_only_function<void()> /*callback*/) override {}
  void cut() override { cut_.set(); }

  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> places;  ///< Behind each write.
  std::function<void()> take;
  bool stuck = false;  ///< Takes nothing until it is cut.
  std::optional<protocol::Errc> failed;

 private:
  runtime::Event cut_;
};

class EgressTest : public dispatch::CellTest {
 protected:
  void SetUp() override {
    dispatch::CellTest::SetUp();
    make_cell({}, 1);
  }

  void begin(dispatch::SpeechStream& stream,
             AudioOutput output = {.format = codec::Format::kPcm, .rate = dispatch::kRate}) {
    egress_ = std::make_unique<Egress>(*cell_, stream, sink_, time_, probe_, kLagLimit);
    tasks_.spawn([](EgressTest& t, AudioOutput output) -> runtime::Awaitable<> {
      t.report_ = co_await t.egress_->run(output, t.encoders_.make_strand(), "");
    }(*this, output));
  }
  bool run_to_end() {
    return run_while_not([this] { return report_ && tasks_.size() == 0; });
  }

  /// Of a metric without labels.
  [[nodiscard]] double metric(std::string_view name) const {
    const auto text = registry_.text();
    const auto line = text.find("\n" + std::string(name) + " ");
    EXPECT_NE(line, std::string::npos) << name;
    if (line == std::string::npos) return 0;
    const auto* const begin = text.data() + line + name.size() + 2;
    double value = 0;
    std::from_chars(begin, text.data() + text.size(), value);
    return value;
  }

  runtime::ManualClock time_;
  runtime::ThreadPool encoders_{context_.get_executor()};
  ScriptedSink sink_{context_.get_executor()};
  std::unique_ptr<Egress> egress_;
  std::optional<Egress::Report> report_;
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(EgressTest, WhatAListenerTakesLateIsHisLagAndNoGap) {
  sink_.take = [this] { time_.advance(3s); };
  const auto stream = cell_->open(spec(dispatch::kLong));
  begin(*stream);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kComplete);
  EXPECT_EQ(metric("antiphon_stall_seconds_total"), 0);
  EXPECT_GT(metric("antiphon_listener_lag_seconds_sum"), 6) << "3 s for each piece of a second at most";
  EXPECT_EQ(metric("antiphon_listeners_dropped_total"), 0);
}

TEST_F(EgressTest, WhatIsRenderedLateIsAGapAndNoLag) {
  sink_.take = [this] {
    if (sink_.sizes.size() == 1) boost::asio::post(context_, [this] { time_.advance(30s); });
  };
  const auto stream = cell_->open(spec(dispatch::kLong));
  begin(*stream);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kComplete);
  EXPECT_GT(metric("antiphon_stall_seconds_total"), 28);
  EXPECT_LE(metric("antiphon_stall_seconds_total"), 30);
  EXPECT_EQ(metric("antiphon_listener_lag_seconds_sum"), 0);
}

TEST_F(EgressTest, TextThatComesLateIsNeither) {
  auto order = spec("");
  order.arrival = dispatch::TextArrival::kInPieces;
  const auto stream = cell_->open(std::move(order));
  ASSERT_TRUE(cell_->add_text(*stream, "One sentence is there. "));
  cell_->flush_text(*stream);
  begin(*stream);
  ASSERT_TRUE(run_while_not([&] { return !sink_.sizes.empty() && stream->idle() && stream->waiting().value == 0; }));
  const auto before = sink_.sizes.size();
  time_.advance(30s);
  ASSERT_TRUE(cell_->add_text(*stream, "And here is another."));
  cell_->end_text(*stream);
  ASSERT_TRUE(run_to_end());
  EXPECT_GT(sink_.sizes.size(), before);
  EXPECT_EQ(metric("antiphon_stall_seconds_total"), 0);
  EXPECT_EQ(metric("antiphon_listener_lag_seconds_sum"), 0);
}

TEST_F(EgressTest, AListenerWhoIsTooFarBehindIsDropped) {
  sink_.stuck = true;
  const auto stream = cell_->open(spec(dispatch::kLong));
  begin(*stream);
  ASSERT_TRUE(run_while_not([&] { return sink_.sizes.size() == 1; }));
  time_.advance(kLagLimit - 1s);
  context_.poll();
  EXPECT_FALSE(report_);
  time_.advance(1s);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kDropped);
  EXPECT_EQ(metric("antiphon_listeners_dropped_total"), 1);
}

TEST_F(EgressTest, ARevokedListenerIsCutOffThoughHeTakesNothing) {
  sink_.stuck = true;
  const auto stream = cell_->open(spec(dispatch::kLong));
  begin(*stream);
  ASSERT_TRUE(run_while_not([&] { return sink_.sizes.size() == 1; }));
  egress_->revoke();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kRevoked);
  EXPECT_EQ(sink_.sizes.size(), 1U);
}

TEST_F(EgressTest, OneThatHasHeardNothingIsToldThatItsKeyWasRevoked) {
  const auto stream = cell_->open(spec(dispatch::kLong));
  begin(*stream);
  egress_->revoke();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kRevoked);
  EXPECT_EQ(sink_.failed, protocol::Errc::kRevoked);
  EXPECT_TRUE(sink_.sizes.empty());
}

TEST_F(EgressTest, WhatWasRenderedBeforeItWasRevokedIsNotHeard) {
  const auto stream = cell_->open(spec(dispatch::kLong));
  ASSERT_TRUE(run_while_not([&] { return stream->end() == dispatch::SpeechStream::End::kComplete; }));
  begin(*stream);
  egress_->revoke();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(report_->end, Egress::End::kRevoked);
  EXPECT_EQ(sink_.failed, protocol::Errc::kRevoked);
  EXPECT_TRUE(sink_.sizes.empty());
}

TEST_F(EgressTest, WhatHasWaitedIsWrittenByTheSecond) {
  const auto stream = cell_->open(spec(dispatch::kLong));
  ASSERT_TRUE(run_while_not([&] { return stream->end() == dispatch::SpeechStream::End::kComplete; }));
  const auto samples = stream->waiting().value;
  begin(*stream);
  ASSERT_TRUE(run_to_end());
  std::size_t sum = 0;
  for (const auto size : sink_.sizes) {
    EXPECT_LE(size, 2 * dispatch::kRate.hz);
    sum += size;
  }
  EXPECT_EQ(sum, 2 * samples);
  EXPECT_EQ(sink_.sizes.size(), (samples + dispatch::kRate.hz - 1) / dispatch::kRate.hz);
}

TEST_F(EgressTest, WhereSamplesHaveASizeTheirPlaceIsThatOfTheBytes) {
  for (const auto format : {codec::Format::kPcm, codec::Format::kMulaw, codec::Format::kAlaw}) {
    sink_.sizes.clear();
    sink_.places.clear();
    report_.reset();
    const auto stream = cell_->open(spec(dispatch::kLong));
    begin(*stream, {.format = format, .rate = {8'000}});
    ASSERT_TRUE(run_to_end());
    ASSERT_GT(sink_.sizes.size(), 2U);
    const std::size_t size = format == codec::Format::kPcm ? sizeof(std::int16_t) : 1;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < sink_.sizes.size(); ++i) {
      bytes += sink_.sizes[i];
      EXPECT_EQ(sink_.places[i] * size, bytes) << codec::name_of(format);
    }
  }
}

}  // namespace
}  // namespace antiphon::delivery
