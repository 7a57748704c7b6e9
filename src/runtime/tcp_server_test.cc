#include "runtime/tcp_server.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>
#include <vector>

#include "runtime/manual_clock.h"
#include "runtime/test_loop.h"

namespace antiphon::runtime {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Sends back what comes, until the client ends or the task is cancelled.
Awaitable<> echo(tcp::socket socket) {
  std::array<char, 64> block{};
  while (true) {
    const auto [error, bytes] = co_await socket.async_read_some(boost::asio::buffer(block), kAwait);
    if (error) co_return;
    co_await boost::asio::async_write(socket, boost::asio::buffer(block.data(), bytes), kAwait);
  }
}

class TcpServerTest : public testing::Test {
 public:
  Awaitable<tcp::socket> connect(std::uint16_t port) {
    tcp::socket socket(context_);
    const auto [error] =
        co_await socket.async_connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port), kAwait);
    EXPECT_FALSE(error);
    co_return socket;
  }

  /// What comes back for "ping"; "" when the connection ends first.
  static Awaitable<std::string> ping(tcp::socket& socket) {
    co_await boost::asio::async_write(socket, boost::asio::buffer("ping", 4), kAwait);
    std::string answer(4, ' ');
    const auto [error, bytes] = co_await boost::asio::async_read(socket, boost::asio::buffer(answer), kAwait);
    co_return error ? "" : answer;
  }

  void run(Awaitable<> test) {
    TaskGroup group(context_.get_executor());
    group.spawn(std::move(test));
    ASSERT_TRUE(run_until(context_, [&] { return group.size() == 0; }, 20s)) << "it hangs";
  }

  boost::asio::io_context context_;
  ManualClock clock_;
};

TEST_F(TcpServerTest, ServesUpToItsLimitAndClosesTheNextOne) {
  TcpServer server(context_.get_executor(), clock_, {.max_connections = 2}, echo);
  const auto port = server.listen();
  ASSERT_TRUE(port);
  server.start();
  run([](TcpServerTest& t, TcpServer& tested, std::uint16_t at) -> Awaitable<> {
    auto first = co_await t.connect(at);
    auto second = co_await t.connect(at);
    EXPECT_EQ(co_await ping(first), "ping");
    EXPECT_EQ(co_await ping(second), "ping");
    EXPECT_EQ(tested.connections(), 2U);
    auto third = co_await t.connect(at);
    EXPECT_EQ(co_await ping(third), "");
    first.close();
    second.close();
    co_await tested.drain(t.clock_.now() + 10s);
    EXPECT_EQ(tested.connections(), 0U);
  }(*this, server, *port));
}

/// Says "full" and waits for the client to go.
Awaitable<> tell_full(tcp::socket socket) {
  co_await boost::asio::async_write(socket, boost::asio::buffer("full", 4), kAwait);
  co_await echo(std::move(socket));
}

TEST_F(TcpServerTest, TellsAtMostThirtyTwoOverTheLimitOfTheirAddress) {
  TcpServer server(context_.get_executor(), clock_, {.max_connections = 64, .max_connections_per_address = 1}, echo,
                   tell_full);
  const auto port = server.listen();
  ASSERT_TRUE(port);
  server.start();
  run([](TcpServerTest& t, TcpServer& tested, std::uint16_t at) -> Awaitable<> {
    auto first = co_await t.connect(at);
    EXPECT_EQ(co_await ping(first), "ping");
    std::vector<tcp::socket> refused;
    for (int i = 0; i < 32; ++i) {
      refused.push_back(co_await t.connect(at));
      EXPECT_EQ(co_await ping(refused.back()), "full");
    }
    auto beyond = co_await t.connect(at);
    EXPECT_EQ(co_await ping(beyond), "") << "it is only closed";
    EXPECT_EQ(tested.connections(), 1U) << "the refused do not count";
    refused.clear();
    first.close();
    co_await tested.drain(t.clock_.now() + 10s);
  }(*this, server, *port));
}

TEST_F(TcpServerTest, CountsNoPeerThatIsExempt) {
  TcpServer server(
      context_.get_executor(), clock_,
      {.max_connections_per_address = 1, .uncounted = [](const auto& peer) { return peer == "127.0.0.1"; }}, echo);
  const auto port = server.listen();
  ASSERT_TRUE(port);
  server.start();
  run([](TcpServerTest& t, TcpServer& tested, std::uint16_t at) -> Awaitable<> {
    auto first = co_await t.connect(at);
    auto second = co_await t.connect(at);
    EXPECT_EQ(co_await ping(first), "ping");
    EXPECT_EQ(co_await ping(second), "ping");
    first.close();
    second.close();
    co_await tested.drain(t.clock_.now() + 10s);
  }(*this, server, *port));
}

TEST_F(TcpServerTest, ADrainCancelsWhatStaysBeyondItsDeadline) {
  TcpServer server(context_.get_executor(), clock_, {}, echo);
  const auto port = server.listen();
  ASSERT_TRUE(port);
  server.start();
  run([](TcpServerTest& t, TcpServer& tested, std::uint16_t at) -> Awaitable<> {
    auto client = co_await t.connect(at);
    EXPECT_EQ(co_await ping(client), "ping");
    TaskGroup others(t.context_.get_executor());
    others.spawn(tested.drain(t.clock_.now() + 10s));
    EXPECT_EQ(co_await ping(client), "ping") << "what is there goes on";
    EXPECT_FALSE(tested.accepting());
    t.clock_.advance(10s);
    co_await others.join();
    EXPECT_EQ(co_await ping(client), "");
  }(*this, server, *port));
}

TEST_F(TcpServerTest, SaysWhyItCannotListen) {
  TcpServer first(context_.get_executor(), clock_, {}, echo);
  const auto port = first.listen();
  ASSERT_TRUE(port);
  TcpServer second(context_.get_executor(), clock_, {.port = *port}, echo);
  const auto refused = second.listen();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("127.0.0.1:" + std::to_string(*port)), std::string::npos) << refused.error();
  TcpServer named(context_.get_executor(), clock_, {.address = "localhost"}, echo);
  EXPECT_FALSE(named.listen());
}

}  // namespace
}  // namespace antiphon::runtime
