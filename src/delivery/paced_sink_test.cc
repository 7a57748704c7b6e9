#include "delivery/paced_sink.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "metrics/registry.h"
#include "runtime/manual_clock.h"
#include "runtime/task_group.h"

namespace antiphon::delivery {
namespace {

using namespace std::chrono_literals;

constexpr base::SampleRate kRate{1000};

/// Keeps the pieces that reach it.
class Collector final : public AudioSink {
 public:
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override {
    sizes.push_back(bytes.size());
    reached = through.value;
    co_return true;
  }
  runtime::Awaitable<bool> complete() override { co_return true; }
  runtime::Awaitable<> fail(const protocol::Error& /*error*/) override { co_return; }
  void on_gone(std::move_only_function<void()> callback) override { gone = std::move(callback); }
  void cut() override {}

  std::vector<std::size_t> sizes;
  std::uint64_t reached = 0;
  std::move_only_function<void()> gone;
};

class PacedSinkTest : public testing::Test {
 protected:
  void begin(std::uint64_t samples) {
    bytes_.resize(2 * samples);
    tasks_.spawn(write(sink_, bytes_, samples, result_));
    settle();
  }
  void advance(base::Duration by) {
    clock_.advance(by);
    settle();
  }
  void settle() {
    context_.restart();
    context_.poll();
  }
  static runtime::Awaitable<> write(PacedSink& sink, const std::vector<std::byte>& bytes, std::uint64_t samples,
                                    std::optional<bool>& result) {
    result = co_await sink.write(bytes, {samples});
  }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  metrics::Registry registry_;
  dispatch::Probe probe_{registry_};
  Collector collector_;
  PacedSink sink_{collector_, context_.get_executor(), clock_, probe_, kRate, 2s};
  std::vector<std::byte> bytes_;
  std::optional<bool> result_;
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(PacedSinkTest, SendsTheLeadAtOnceAndTheRestInTime) {
  begin(4000);
  EXPECT_EQ(collector_.reached, 2000U + 200U) << "2 s, and the piece that is due when they are sent";
  advance(199ms);
  EXPECT_EQ(collector_.reached, 2200U);
  advance(1ms);
  EXPECT_EQ(collector_.reached, 2400U);
  for (int i = 0; i < 8; ++i) advance(200ms);
  EXPECT_EQ(collector_.reached, 4000U);
  EXPECT_EQ(result_, true);
  std::size_t sum = 0;
  for (const auto size : collector_.sizes) sum += size;
  EXPECT_EQ(sum, bytes_.size());
}

TEST_F(PacedSinkTest, AListenerWhoLeavesEndsTheWait) {
  sink_.on_gone([] {});
  begin(4000);
  EXPECT_EQ(result_, std::nullopt);
  collector_.gone();
  settle();
  EXPECT_EQ(result_, false);
}

}  // namespace
}  // namespace antiphon::delivery
