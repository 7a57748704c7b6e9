#include "link/message_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <string>
#include <utility>

#include "runtime/manual_clock.h"
#include "runtime/task_group.h"

namespace antiphon::link {
namespace {

using runtime::Awaitable;
using testing::HasSubstr;
using Socket = boost::asio::local::stream_protocol::socket;

class MessageStreamTest : public testing::Test {
 public:
  MessageStreamTest() : far_(context_) {
    Socket near(context_);
    boost::asio::local::connect_pair(near, far_);
    near_.emplace(context_.get_executor(), clock_, make_byte_stream(std::move(near)), kLimit);
  }

  /// Runs `test` and whatever it has spawned in `tasks_`.
  void run(Awaitable<> test) {
    tasks_.spawn(std::move(test));
    context_.run();
    EXPECT_EQ(tasks_.size(), 0U);
  }

  static constexpr std::size_t kLimit = 1024;
  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  Socket far_;
  std::optional<MessageStream> near_;
  std::string ended_;
  std::expected<wire::Message, std::string> received_ = std::unexpected("nothing");
  runtime::TaskGroup tasks_{context_.get_executor()};
};

std::vector<std::byte> frame_of(const wire::Message& message) {
  std::vector<std::byte> bytes;
  EXPECT_TRUE(wire::encode(message, bytes));
  return bytes;
}

TEST_F(MessageStreamTest, WhatIsSentArrivesInOrderAndFinishWritesAllOfIt) {
  run([](MessageStreamTest& t) -> Awaitable<> {
    MessageStream other(t.context_.get_executor(), t.clock_, make_byte_stream(std::move(t.far_)));
    t.near_->send(wire::Ping{.stamp = 1});
    t.near_->send(wire::Leave{});
    t.near_->finish();
    t.near_->send(wire::Ping{.stamp = 2});
    EXPECT_EQ(co_await t.near_->write(), "all was said");
    const auto first = co_await other.receive();
    EXPECT_EQ(first.value(), wire::Message(wire::Ping{.stamp = 1}));
    const auto second = co_await other.receive();
    EXPECT_EQ(second.value(), wire::Message(wire::Leave{}));
    t.near_->close();
    const auto end = co_await other.receive();
    EXPECT_THAT(end.error(), HasSubstr("End of file"));
    EXPECT_GT(other.received(), 0U);
  }(*this));
}

TEST_F(MessageStreamTest, AFrameAboveTheLimitAndGarbageEndIt) {
  run([](MessageStreamTest& t) -> Awaitable<> {
    const auto large = frame_of(wire::Refused{.code = 0, .reason = std::string(kLimit, 'x')});
    co_await boost::asio::async_write(t.far_, boost::asio::buffer(large), boost::asio::use_awaitable);
    const auto refused = co_await t.near_->receive();
    EXPECT_THAT(refused.error(), HasSubstr("garbage"));
    const auto still = co_await t.near_->receive();
    EXPECT_THAT(still.error(), HasSubstr("garbage")) << "its framing is lost";
  }(*this));
}

TEST_F(MessageStreamTest, WhatNobodyReadsIsBoundedAndSaysSo) {
  const wire::Message large = wire::RenderJob{.job = 1,
                                              .voice_id = "v",
                                              .row_bytes = 8U << 20U,
                                              .grains = {{.kind = 0, .row_begin = 0, .row_end = 1, .samples = 1}},
                                              .rows = std::vector<std::byte>(8U << 20U),
                                              .state = {}};
  run([](MessageStreamTest& t, const wire::Message& message) -> Awaitable<> {
    t.tasks_.spawn([](MessageStream& stream, std::string& why) -> Awaitable<> { why = co_await stream.write(); }(
                                                                   *t.near_, t.ended_));
    EXPECT_TRUE(co_await t.near_->room());
    std::size_t sent = 0;
    for (; sent <= MessageStream::kBacklogBytes; sent += 8U << 20U) t.near_->send(message);
    EXPECT_FALSE(co_await t.near_->room());
    t.near_->close();
  }(*this, large));
  EXPECT_NE(ended_, "");
}

TEST_F(MessageStreamTest, RoomIsThereAgainWhenTheOtherEndHasRead) {
  const wire::Message message = wire::Failed{.job = 1, .epoch = 1, .code = 1, .message = std::string(4096, 'x')};
  run([](MessageStreamTest& t, const wire::Message& sent) -> Awaitable<> {
    constexpr std::size_t kMessages = 2 * MessageStream::kRoomBytes / 4096;
    for (std::size_t i = 0; i < kMessages; ++i) t.near_->send(sent);
    t.tasks_.spawn(
        [](MessageStream& stream) -> Awaitable<> { EXPECT_EQ(co_await stream.write(), "all was said"); }(*t.near_));
    t.tasks_.spawn([](Socket& socket, std::size_t bytes) -> Awaitable<> {
      std::vector<std::byte> all(bytes);
      co_await boost::asio::async_read(socket, boost::asio::buffer(all), boost::asio::use_awaitable);
    }(t.far_, kMessages * frame_of(sent).size()));
    EXPECT_TRUE(co_await t.near_->room());
    t.near_->finish();
  }(*this, message));
}

TEST_F(MessageStreamTest, TheTimeBetweenThePiecesOfAFrameTellsWhatTheConnectionCarries) {
  run([](MessageStreamTest& t) -> Awaitable<> {
    const auto frame = frame_of(wire::Failed{.job = 1, .epoch = 1, .code = 1, .message = std::string(500, 'x')});
    t.tasks_.spawn([](MessageStream& stream, auto& received) -> Awaitable<> { received = co_await stream.receive(); }(
                                                                 *t.near_, t.received_));
    const auto pieces = std::span(frame);
    co_await boost::asio::async_write(t.far_, boost::asio::buffer(pieces.data(), 100), boost::asio::use_awaitable);
    while (t.near_->received() < 100) co_await boost::asio::post(boost::asio::use_awaitable);
    EXPECT_EQ(t.near_->bulk().bytes, 0U) << "the first piece came after nobody knows what";
    t.clock_.advance(std::chrono::milliseconds(20));
    co_await boost::asio::async_write(t.far_, boost::asio::buffer(pieces.subspan(100).data(), frame.size() - 100),
                                      boost::asio::use_awaitable);
    while (!t.received_) co_await boost::asio::post(boost::asio::use_awaitable);
    EXPECT_EQ(t.near_->bulk().bytes, frame.size() - 100);
    EXPECT_EQ(t.near_->bulk().took, std::chrono::milliseconds(20));
  }(*this));
}

}  // namespace
}  // namespace antiphon::link
