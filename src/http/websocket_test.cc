// WebSockets over real sockets, with Beast's client on the other side. Time stands still unless a test moves it.
#include "http/websocket.h"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "http/test_server.h"
#include "runtime/task_group.h"

namespace antiphon::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
namespace websocket = boost::beast::websocket;
using Client = websocket::stream<tcp::socket>;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

/// What a client's read came to.
struct Got {
  boost::system::error_code error;
  std::string text;
};

runtime::Awaitable<Got> receive(Client& client) {
  boost::beast::flat_buffer buffer;
  const auto [error, bytes] = co_await client.async_read(buffer, kAwait);
  co_return Got{.error = error, .text = boost::beast::buffers_to_string(buffer.data())};
}

runtime::Awaitable<> send(Client& client, std::string text) {
  const auto [error, bytes] = co_await client.async_write(boost::asio::buffer(text), kAwait);
  EXPECT_FALSE(error) << error.message();
}

/// Until the peer takes no more.
runtime::Awaitable<> write_much(WebSocket& socket, bool& wrote_all) {
  const std::string message(256'000, 'x');
  for (int i = 0; i < 200 && wrote_all; ++i) wrote_all = co_await socket.write(message);
}

class WebSocketTest : public ServerTest {
 public:
  using Talk = std::function<runtime::Awaitable<>(WebSocket&)>;

  /// Answers each message with itself.
  static runtime::Awaitable<> echo(WebSocket& socket) {
    while (const auto message = co_await socket.read()) {
      if (!co_await socket.write(*message)) co_return;
    }
  }

  void serve(Talk talk, WebSocketOptions options = {}) {
    talk_ = std::move(talk);
    make({}, [this, options](const Request&, Responder& responder) { return handle(responder, options); });
    start();
  }

  runtime::Awaitable<> handle(Responder& responder, WebSocketOptions options) {
    const auto socket = co_await responder.upgrade(options);
    if (!socket) {
      co_await responder.respond({.status = 426});
      co_return;
    }
    co_await talk_(*socket);
    ++ended_;
  }

  /// A connected client, after its handshake.
  runtime::Awaitable<boost::system::error_code> open(Client& client, std::string origin = {}) {
    co_await connect(client.next_layer());
    if (!origin.empty()) {
      client.set_option(websocket::stream_base::decorator(
          [origin](websocket::request_type& request) { request.set("Origin", origin); }));
    }
    const auto host = endpoint_.address + ":" + std::to_string(endpoint_.port);
    const auto [refused] = co_await client.async_handshake(host, "/socket", kAwait);
    co_return refused;
  }

  /// The beginning of the answer to a request sent by hand.
  runtime::Awaitable<std::string> status_line(std::string request) {
    auto socket = co_await connect();
    co_await boost::asio::async_write(socket, boost::asio::buffer(request), kAwait);
    std::string answer(12, ' ');
    co_await boost::asio::async_read(socket, boost::asio::buffer(answer), kAwait);
    co_return answer;
  }

  /// With which code the socket ends after this message.
  runtime::Awaitable<std::uint16_t> close_code_after(std::string message) {
    Client client(context_);
    EXPECT_FALSE(co_await open(client));
    co_await send(client, std::move(message));
    EXPECT_TRUE((co_await receive(client)).error);
    co_return client.reason().code;
  }

  Talk talk_;
  int ended_ = 0;
};

TEST_F(WebSocketTest, CarriesTextMessagesBothWays) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client client(t.context_);
    EXPECT_FALSE(co_await t.open(client));
    for (const auto& text : std::vector<std::string>{"one", "\u4F60\u597D", std::string(60'000, 'x')}) {
      co_await send(client, text);
      EXPECT_EQ((co_await receive(client)).text, text);
    }
    const auto [error] = co_await client.async_close(websocket::close_code::normal, kAwait);
    EXPECT_FALSE(error) << "the server agrees";
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.ended_ == 1; }));
  }(*this));
}

TEST_F(WebSocketTest, EndsWithACodeThatSaysWhatWasWrong) {
  serve(echo, {.message_bytes = 1000});
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    EXPECT_EQ(co_await t.close_code_after(std::string(1001, 'x')), 1009);
    EXPECT_EQ(co_await t.close_code_after("\xC3("), 1007);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.ended_ == 2; }));
  }(*this));
}

TEST_F(WebSocketTest, BinaryMessagesAreReadAsTheyAre) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client client(t.context_);
    EXPECT_FALSE(co_await t.open(client));
    client.binary(true);
    for (const auto& bytes : {std::string("one"), std::string("\0\1", 2)}) {
      co_await send(client, bytes);
      EXPECT_EQ((co_await receive(client)).text, bytes);
      EXPECT_TRUE(client.got_text());
    }
  }(*this));
}

TEST_F(WebSocketTest, AWebPageOfAnotherOriginIsRefused) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client foreign(t.context_);
    EXPECT_EQ(co_await t.open(foreign, "https://evil.example"), websocket::error::upgrade_declined);
    Client own(t.context_);
    EXPECT_FALSE(co_await t.open(own, "http://127.0.0.1:" + std::to_string(t.endpoint_.port)));
  }(*this));
}

TEST_F(WebSocketTest, ASilentPeerIsAskedAndThenCutOff) {
  serve(echo, {.silence = 20s});
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client alive(t.context_);
    Client dead(t.context_);
    EXPECT_FALSE(co_await t.open(alive));
    EXPECT_FALSE(co_await t.open(dead));
    int pings = 0;
    alive.control_callback([&](websocket::frame_type kind, boost::beast::string_view) {
      if (kind == websocket::frame_type::ping) ++pings;
    });
    runtime::TaskGroup readers(t.context_.get_executor());
    Got last;
    readers.spawn(
        [](Client& client, Got& got) -> runtime::Awaitable<> { got = co_await receive(client); }(alive, last));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.clock_.pending() >= 2; }));
    for (int round = 1; round <= 3; ++round) {
      t.clock_.advance(20s);
      EXPECT_TRUE(co_await t.wait_for([&] { return pings == round; })) << "a client that reads answers by itself";
    }
    EXPECT_EQ(t.ended_, 1) << "the one that does not read was cut off";
    co_await send(alive, "still here");
    EXPECT_TRUE(co_await t.wait_for([&] { return last.text == "still here"; }));
    co_await readers.join();
  }(*this));
}

TEST_F(WebSocketTest, AReaderThatTakesNothingIsCutOff) {
  bool wrote_all = true;
  serve([&](WebSocket& socket) { return write_much(socket, wrote_all); });
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client client(t.context_);
    EXPECT_FALSE(co_await t.open(client));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.clock_.pending() > 0; })) << "a write waits";
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.ended_ > 0; })) << "back-pressure: it waits for its reader";
    t.clock_.advance(3s);
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.ended_ > 0; })) << "its system has taken something";
    t.clock_.advance(11s);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.ended_ == 1; }));
  }(*this));
  EXPECT_FALSE(wrote_all);
}

TEST_F(WebSocketTest, IsToldOfADrainAndSaysGoodbye) {
  serve([](WebSocket& socket) -> runtime::Awaitable<> {
    bool draining = false;
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor);
    socket.on_drain([&] {
      draining = true;
      group.spawn(socket.close(CloseCode::kGoingAway, "the server stops"));
    });
    EXPECT_FALSE(co_await socket.read());
    EXPECT_TRUE(draining);
    co_await group.join();
  });
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    Client client(t.context_);
    EXPECT_FALSE(co_await t.open(client));
    t.server_->stop_accepting();
    EXPECT_TRUE((co_await receive(client)).error);
    EXPECT_EQ(client.reason().code, 1001);
  }(*this));
}

/// How a peer keeps its side of TCP open: it says nothing any more, or it says goodbye, before the drain or while
/// something is still being said to it.
enum class Peer : std::uint8_t { kSilent, kSaysGoodbye, kSaysGoodbyeLater };

// NOLINTNEXTLINE(misc-multiple-inheritance): this is how GoogleTest gives a fixture parameters.
class WebSocketDrainTest : public WebSocketTest, public testing::WithParamInterface<Peer> {
 public:
  /// Until it is answered.
  runtime::Awaitable<> say_goodbye(tcp::socket& socket) {
    const auto before = socket.available();
    const std::string goodbye("\x88\x82\0\0\0\0\x03\xE8", 8);
    co_await boost::asio::async_write(socket, boost::asio::buffer(goodbye), kAwait);
    EXPECT_TRUE(co_await wait_for([&] { return socket.available() > before; })) << "it is answered";
  }
};

TEST_P(WebSocketDrainTest, APeerThatKeepsItsSideOpenGetsASecond) {
  serve([](WebSocket& socket) -> runtime::Awaitable<> {
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor);
    socket.on_drain([&] {
      if (GetParam() == Peer::kSaysGoodbyeLater) return;
      group.spawn(socket.close(CloseCode::kGoingAway, "the server stops"));
    });
    EXPECT_FALSE(co_await socket.read());
    co_await group.join();
  });
  run([](WebSocketDrainTest& t) -> runtime::Awaitable<> {
    auto socket = co_await t.connect();
    const std::string upgrade =
        "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    co_await boost::asio::async_write(socket, boost::asio::buffer(upgrade), kAwait);
    EXPECT_TRUE(co_await t.wait_for([&] { return socket.available() > 100; }));
    if (GetParam() == Peer::kSaysGoodbye) co_await t.say_goodbye(socket);
    t.server_->stop_accepting();
    if (GetParam() == Peer::kSaysGoodbyeLater) co_await t.say_goodbye(socket);
    EXPECT_FALSE(co_await t.wait_for([&] { return t.ended_ > 0; })) << "it has its second";
    t.clock_.advance(1s);
    EXPECT_TRUE(co_await t.wait_for([&] { return t.ended_ == 1; }));
  }(*this));
}

INSTANTIATE_TEST_SUITE_P(Peers, WebSocketDrainTest,
                         testing::Values(Peer::kSilent, Peer::kSaysGoodbye, Peer::kSaysGoodbyeLater));

TEST_F(WebSocketTest, APlainRequestMayBeAnsweredInstead) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    EXPECT_EQ(co_await t.status_line("GET /socket HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 426");
  }(*this));
}

TEST_F(WebSocketTest, FramesThatBreakTheRulesEndIt) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    const std::string upgrade =
        "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const std::vector<std::string> frames{
        "\x81\x05hello",                            // not masked
        std::string("\xC1\x80\0\0\0\0", 6),         // a reserved bit
        std::string("\x83\x80\0\0\0\0", 6),         // a kind that is not known
        std::string("\x89\xFE\x00\x7E\0\0\0\0", 8)  // a ping of more than 125 bytes
    };
    for (const auto& frame : frames) {
      auto socket = co_await t.connect();
      co_await boost::asio::async_write(socket, boost::asio::buffer(upgrade), kAwait);
      EXPECT_TRUE(co_await t.wait_for([&] { return socket.available() > 0; }));
      co_await boost::asio::async_write(socket, boost::asio::buffer(frame), kAwait);
      std::string answer;
      auto into = boost::asio::dynamic_buffer(answer);
      co_await boost::asio::async_read(socket, into, boost::asio::transfer_all(), kAwait);
      EXPECT_TRUE(answer.ends_with("\x88\x02\x03\xEA")) << "closed with 1002";
    }
    EXPECT_TRUE(co_await t.wait_for([&] { return t.ended_ == 4; }));
  }(*this));
}

TEST_F(WebSocketTest, ABrokenHandshakeIsAnsweredOnce) {
  serve(echo);
  run([](WebSocketTest& t) -> runtime::Awaitable<> {
    const std::string upgrade =
        "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    EXPECT_EQ(co_await t.status_line(upgrade + "\r\n"), "HTTP/1.1 400") << "no key";
    const std::string whole =
        upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    EXPECT_EQ(co_await t.status_line(whole + "too early"), "HTTP/1.1 426") << "it did not wait for the answer";
    EXPECT_EQ(co_await t.status_line(whole), "HTTP/1.1 101");
  }(*this));
}

}  // namespace
}  // namespace antiphon::http
