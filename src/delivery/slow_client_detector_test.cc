#include "delivery/slow_client_detector.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "runtime/manual_clock.h"

namespace antiphon::delivery {
namespace {

using namespace std::chrono_literals;

/// Counts how often it is cut.
class CutSink final : public AudioSink {
 public:
  runtime::Awaitable<bool> write(std::span<const std::byte> /*bytes*/, base::SampleCount /*through*/) override {
    co_return true;
  }
  runtime::Awaitable<bool> complete() override { co_return true; }
  runtime::Awaitable<> fail(const protocol::Error& /*error*/) override { co_return; }
  void on_gone(std::move_only_function<void()> /*callback*/) override {}
  void cut() override { ++cuts; }
  [[nodiscard]] base::Duration held_back() const override { return held; }

  int cuts = 0;
  base::Duration held{};
};

class ListenerWatchTest : public testing::Test {
 protected:
  void advance(base::Duration by) {
    clock_.advance(by);
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  CutSink sink_;
  SlowClientDetector watch_{sink_, context_.get_executor(), clock_, 60s};
};

TEST_F(ListenerWatchTest, WhoTakesNothingIsDroppedAtTheLimit) {
  watch_.begin();
  advance(59s);
  EXPECT_EQ(sink_.cuts, 0);
  advance(1s);
  EXPECT_EQ(sink_.cuts, 1);
  EXPECT_TRUE(watch_.dropped());
  watch_.end({});
  EXPECT_EQ(watch_.worst(), 60s);
  advance(1h);
  EXPECT_EQ(sink_.cuts, 1) << "once";
}

TEST_F(ListenerWatchTest, WhoTakesALittleNowAndThenIsDroppedToo) {
  int pieces = 0;
  for (; sink_.cuts == 0 && pieces < 100; ++pieces) {
    watch_.begin();
    advance(5s);
    watch_.end(1s);
  }
  EXPECT_EQ(pieces, 15) << "60 s of waiting more than what he took";
}

TEST_F(ListenerWatchTest, WhoHasAllThatThereIsIsNotWatched) {
  watch_.begin();
  advance(59s);
  watch_.end(1s);
  advance(1h);
  EXPECT_EQ(sink_.cuts, 0);
  watch_.begin();
  advance(1s);
  EXPECT_EQ(sink_.cuts, 0);
  advance(1s);
  EXPECT_EQ(sink_.cuts, 1) << "what he was behind stays";
}

TEST_F(ListenerWatchTest, WhatIsKeptBackForHisPaceIsNoneOfHisDelay) {
  watch_.begin();
  sink_.held = 30s;
  advance(60s);
  EXPECT_EQ(sink_.cuts, 0);
  advance(29s);
  EXPECT_EQ(sink_.cuts, 0);
  advance(1s);
  EXPECT_EQ(sink_.cuts, 1);
}

}  // namespace
}  // namespace antiphon::delivery
