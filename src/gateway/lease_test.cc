// A gateway whose machine was suspended: CLOCK_MONOTONIC stands still then, and another gateway may go on meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "gateway/test_server.h"
#include "progress/memory_store.h"

namespace antiphon::gateway {
namespace {

class LeaseTest : public ServerTest {
 protected:
  void SetUp() override {
    start({.cost = {.mode = engine::tone::Cost::Mode::kSleep, .per_audio_second_ms = 100}},
          [this](ServerOptions& options) {
            options.progress_store = &store_;
            options.book.lease = std::chrono::minutes(1);  // a loop that waits for a processor was not away
            options.book.lease_clock = [this] { return clock_.now() + std::chrono::seconds(slept_); };
          });
  }

  /// Begins to speak and returns once the store has the stream.
  std::future<Reply> begin_to_speak(int sentences = 6) {
    std::string text;
    for (int i = 0; i < sentences; ++i) text += "One more sentence that takes a while to say. ";
    auto reply = std::async(std::launch::async,
                            [this, text] { return ask(port_, "POST", "/v1/audio/speech", speech("pcm", 0, text)); });
    EXPECT_TRUE(eventually([&] { return look_up(); }));
    return reply;
  }
  bool look_up() {
    EXPECT_TRUE(await([this] { return look(); }));
    return live_;
  }
  runtime::Awaitable<> look() {
    const auto live = co_await store_.live({});
    live_ = !live->empty() && live->front().progress.bytes_written > 0;
    if (live_) name_ = live->front().request.name;
  }
  /// Another gateway claims the stream, of which this one hears only when it asks.
  void claim_elsewhere() {
    ASSERT_TRUE(await([this] { return claim(); }));
  }
  runtime::Awaitable<> claim() {
    store_.on_lost({});
    EXPECT_TRUE(co_await store_.claim(name_));
  }

  progress::MemoryStore store_{clock_, {}};
  progress::StreamName name_{};
  bool live_ = false;
  std::atomic<int> slept_ = 0;
};

TEST_F(LeaseTest, AnOwnerWhoseMachineSleptFindsOutThatAnotherHasItsStreamBeforeItSendsMore) {
  constexpr int kNotOverBeforeItIsCut = 60;
  auto reply = begin_to_speak(kNotOverBeforeItIsCut);
  claim_elsewhere();
  slept_ = 600;
  EXPECT_FALSE(reply.get().complete);
  EXPECT_TRUE(ask(port_, "GET", "/metrics").body.contains("antiphon_streams_taken_over_total 1\n"));
}

TEST_F(LeaseTest, AnOwnerWhoseMachineSleptGoesOnWithWhatIsStillItsOwn) {
  auto reply = begin_to_speak();
  slept_ = 600;
  EXPECT_TRUE(reply.get().complete);
}

TEST_F(LeaseTest, AnOwnerThatDidNotSleepDoesNotAskTheStore) {
  auto reply = begin_to_speak();
  claim_elsewhere();
  slept_ = 2;
  EXPECT_TRUE(reply.get().complete);
}

}  // namespace
}  // namespace antiphon::gateway
