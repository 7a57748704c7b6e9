// Connections over real sockets. Time stands still unless a test moves it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "http/server.h"
#include "http/test_server.h"
#include "runtime/event.h"

namespace antiphon::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

std::string request(const std::string& line, const std::string& more = {}) {
  return line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more + "\r\n";
}

runtime::Awaitable<> write(tcp::socket& socket, std::string text) {
  const auto [error, bytes] = co_await boost::asio::async_write(socket, boost::asio::buffer(text), kAwait);
  EXPECT_FALSE(error) << error.message();
}

/// Until the text ends so, or the connection does, which is said by "|" and why.
runtime::Awaitable<std::string> read_until(tcp::socket& socket, std::string end) {
  std::string text;
  while (!text.ends_with(end)) {
    std::array<char, 1> one{};
    const auto [error, bytes] = co_await boost::asio::async_read(socket, boost::asio::buffer(one), kAwait);
    if (error) co_return text + "|" + error.message();
    text.append(one.data(), bytes);
  }
  co_return text;
}

runtime::Awaitable<std::string> read_all(tcp::socket& socket) { return read_until(socket, "no text ends so"); }

class ConnectionTest : public ServerTest {
 public:
  ConnectionTest() {
    make({.body_bytes = 100},
         [this](const Request& request, Responder& responder) { return handle(request, responder); });
    start();
  }

  /// Answers with what was asked; "/slow" after next_, "/silent" never.
  runtime::Awaitable<> handle(const Request& request, Responder& responder) {
    ++begun_;
    if (request.path == "/slow" || request.path == "/silent") {
      responder.on_gone([this] {
        ++gone_;
        next_.notify_all();
      });
      co_await next_.wait();
    }
    if (request.path == "/silent") co_return;
    co_await responder.respond({.status = 200, .body = request.path + request.body + "."});
  }

  /// Once the server waits for it.
  runtime::Awaitable<tcp::socket> connect_and_wait() {
    auto socket = co_await connect();
    EXPECT_TRUE(co_await wait_for([this] { return clock_.pending() > 0; })) << "its deadline runs";
    co_return socket;
  }

  /// Lets the server read what was sent, and time pass.
  runtime::Awaitable<> advance(base::Duration time) {
    boost::asio::steady_timer pause(context_, 20ms);
    co_await pause.async_wait(kAwait);
    clock_.advance(time);
    pause.expires_after(20ms);
    co_await pause.async_wait(kAwait);
  }

  int begun_ = 0;
  int gone_ = 0;
  runtime::Notifier next_{context_.get_executor()};
};

TEST_F(ConnectionTest, AHeadThatComesByDropsHasItsTimeAsAWhole) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, "GET / HTTP/1.1\r\nX: ");
    for (int i = 0; i < 3; ++i) {
      co_await t.advance(3s);
      co_await write(client, "x");
    }
    co_await t.advance(1s);
    EXPECT_TRUE((co_await read_all(client)).starts_with("HTTP/1.1 408"));
    EXPECT_EQ(t.begun_, 0);
  }(*this));
}

TEST_F(ConnectionTest, WhoSaysNothingIsClosedWithoutAWord) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await t.advance(10s);
    EXPECT_EQ(co_await read_all(client), "|End of file");
  }(*this));
}

TEST_F(ConnectionTest, ABodyHasItsTimeToo) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("POST /", "Content-Length: 10\r\n") + "abc");
    co_await t.advance(29s);
    co_await write(client, "d");
    co_await t.advance(1s);
    EXPECT_TRUE((co_await read_all(client)).starts_with("HTTP/1.1 408"));
    EXPECT_EQ(t.begun_, 0);
    EXPECT_THAT(t.answers_, testing::ElementsAre(testing::StartsWith("POST / 408 complete")));
  }(*this));
}

TEST_F(ConnectionTest, AConnectionMayIdleForAWhileBetweenRequests) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    for (const auto* const path : {"/one", "/two"}) {
      co_await write(client, request(std::string("GET ") + path));
      EXPECT_TRUE((co_await read_until(client, std::string(path) + ".")).starts_with("HTTP/1.1 200"));
      co_await t.advance(74s);
    }
    co_await t.advance(1s);
    EXPECT_EQ(co_await read_all(client), "|End of file");
  }(*this));
}

TEST_F(ConnectionTest, WhoAsksBeforeHeSendsABodyIsTold) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("POST /echo", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
    EXPECT_EQ(co_await read_until(client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    co_await write(client, "abc");
    EXPECT_TRUE((co_await read_until(client, "/echoabc.")).starts_with("HTTP/1.1 200"));
    co_await write(client, request("POST /echo", "Expect: 100-continue\r\nContent-Length: 101\r\n"));
    EXPECT_TRUE((co_await read_all(client)).starts_with("HTTP/1.1 413")) << "and spared sending too much";
  }(*this));
}

TEST_F(ConnectionTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("GET /slow") + request("HEAD /two") + request("GET /three"));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.begun_ == 1; }));
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.begun_ > 1; })) << "one at a time";
    t.next_.notify_all();
    const auto answers = co_await read_until(client, "/three.");
    EXPECT_LT(answers.find("/slow."), answers.find("Content-Length: 5"));
    EXPECT_EQ(answers.find("/two"), std::string::npos) << "HEAD has no body";
    EXPECT_EQ(t.gone_, 0);
  }(*this));
}

TEST_F(ConnectionTest, WhoClosesHalfOfTheConnectionHasLeft) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("GET /slow"));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.begun_ == 1; }));
    client.shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.gone_ == 1; }));
  }(*this));
}

TEST_F(ConnectionTest, EveryAnswerIsTold) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("GET /one") + request("HEAD /two"));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.answers_.size() == 2; }));
    co_await write(client, "nonsense\r\n\r\n");
    (void)co_await read_all(client);
    EXPECT_THAT(t.answers_, testing::ElementsAre("GET /one 200 complete 5", "HEAD /two 200 complete 0",
                                                 testing::StartsWith("- 400 complete")));
  }(*this));
}

TEST_F(ConnectionTest, ARefusalIsToldWithItsPath) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    for (const auto& head :
         {request("POST /big", "Content-Length: 101\r\n"),
          request("POST /both", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
          std::string("GET /host HTTP/1.1\r\n\r\n"), std::string("GET /name HTTP/1.1\r\nHost: evil.example\r\n\r\n")}) {
      auto client = co_await t.connect();
      co_await write(client, head);
      (void)co_await read_all(client);
    }
    EXPECT_THAT(t.answers_,
                testing::ElementsAre(testing::StartsWith("POST /big 413"), testing::StartsWith("POST /both 400"),
                                     testing::StartsWith("GET /host 400"), testing::StartsWith("GET /name 421")));
  }(*this));
}

TEST_F(ConnectionTest, WhoLeavesBeforeTheAnswerIsToldAsGone) {
  run([](ConnectionTest& t) -> runtime::Awaitable<> {
    auto client = co_await t.connect_and_wait();
    co_await write(client, request("GET /silent"));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.begun_ == 1; }));
    client.shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.gone_ == 1; }));
    t.next_.notify_all();
    EXPECT_TRUE(co_await t.wait_for([&t] { return !t.answers_.empty(); }));
    EXPECT_THAT(t.answers_, testing::ElementsAre(testing::StartsWith("GET /silent 499 cut")));
  }(*this));
}

}  // namespace
}  // namespace antiphon::http
