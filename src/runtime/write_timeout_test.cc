#include "runtime/write_timeout.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <chrono>
#include <string>

#include "runtime/manual_clock.h"

namespace antiphon::runtime {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

class WriteWatchTest : public testing::Test {
 protected:
  WriteWatchTest() {
    tcp::acceptor acceptor(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    reader_.connect(acceptor.local_endpoint());
    writer_ = acceptor.accept();
    writer_.non_blocking(true);
    boost::system::error_code full;
    const std::string block(100'000, 'x');
    while (!full) writer_.write_some(boost::asio::buffer(block), full);
  }

  /// The peer reads, and the writer's system knows.
  void read_some() {
    std::string taken(500'000, '\0');
    const int before = unacked_bytes(writer_);
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    do {
      boost::asio::read(reader_, boost::asio::buffer(taken));
      ASSERT_LT(std::chrono::steady_clock::now(), give_up);
    } while (unacked_bytes(writer_) == before);
  }

  void advance(base::Duration time) {
    clock_.advance(time);
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  ManualClock clock_;
  tcp::socket reader_{context_};
  tcp::socket writer_{context_};
  int stuck_ = 0;
};

TEST_F(WriteWatchTest, APeerThatTakesNothingIsStuck) {
  const WriteTimeout watch(clock_, writer_, 10s, [this] { ++stuck_; });
  advance(9s);
  EXPECT_EQ(stuck_, 0);
  advance(3s);
  EXPECT_EQ(stuck_, 1) << "at the latest a quarter later";
  advance(20s);
  EXPECT_EQ(stuck_, 1) << "once";
}

TEST_F(WriteWatchTest, APeerThatReadsSlowlyIsNot) {
  const WriteTimeout watch(clock_, writer_, 10s, [this] { ++stuck_; });
  for (int i = 0; i < 3; ++i) {
    read_some();
    advance(10s);
    EXPECT_EQ(stuck_, 0);
  }
  advance(10s);
  EXPECT_EQ(stuck_, 1) << "until it stops";
}

TEST_F(WriteWatchTest, AWriteThatIsOverIsNotWatched) {
  {
    const WriteTimeout watch(clock_, writer_, 10s, [this] { ++stuck_; });
  }
  advance(20s);
  EXPECT_EQ(stuck_, 0);
}

}  // namespace
}  // namespace antiphon::runtime
