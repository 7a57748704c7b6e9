// HTTPS over real sockets, with Asio's TLS client on the other side. Time stands still unless a test moves it.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <functional>
#include <string>
#include <utility>

#include "http/server.h"
#include "http/test_server.h"
#include "runtime/event.h"
#include "tls/client_context.h"
#include "tls/test_certificates.h"

namespace antiphon::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
namespace ssl = boost::asio::ssl;
namespace websocket = boost::beast::websocket;
using Client = ssl::stream<tcp::socket>;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
const std::string kGet = "GET /whole HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What a client reads until its connection ends, and how that was.
struct Got {
  std::string text;
  boost::system::error_code end;
};

template <class Stream>
runtime::Awaitable<Got> read_all(Stream& stream) {
  Got got;
  auto into = boost::asio::dynamic_buffer(got.text);
  const auto [error, bytes] = co_await boost::asio::async_read(stream, into, boost::asio::transfer_all(), kAwait);
  got.end = error;
  co_return got;
}

template <class Stream>
runtime::Awaitable<std::string> read_until(Stream& stream, std::string_view end) {
  std::string text;
  while (!text.ends_with(end)) {
    std::array<char, 1> one{};
    const auto [error, bytes] = co_await boost::asio::async_read(stream, boost::asio::buffer(one), kAwait);
    if (error) co_return text + "|" + error.message();
    text.append(one.data(), bytes);
  }
  co_return text;
}

template <class Stream>
runtime::Awaitable<> write(Stream& stream, std::string text) {
  const auto [error, bytes] = co_await boost::asio::async_write(stream, boost::asio::buffer(text), kAwait);
  EXPECT_FALSE(error) << error.message();
}

class TlsServerTest : public ServerTest {
 public:
  explicit TlsServerTest(ServerOptions options = {}) {
    authority_.write(folder_ / "ca.pem");
    issue();
    client_.emplace(tls::ClientContext::load({.authorities = folder_ / "ca.pem"}).value());
    make(std::move(options),
         [this](const Request& request, Responder& responder) { return handle(request, responder); });
    server_->use_tls(load());
    start();
  }

  void issue() { authority_.issue("DNS:localhost,IP:127.0.0.1", folder_ / "server.pem", folder_ / "server.key"); }
  [[nodiscard]] tls::ServerContext load() const {
    return tls::ServerContext::load(
               {.certificate = folder_ / "server.pem", .key = folder_ / "server.key", .protocol = "http/1.1"})
        .value();
  }

  runtime::Awaitable<> handle(const Request& request, Responder& responder) {
    if (request.path == "/whole") {
      co_await responder.respond({.status = 200, .body = "Hello."});
    } else if (request.path == "/socket") {
      const auto socket = co_await responder.upgrade({});
      while (const auto message = co_await socket->read()) co_await socket->write(*message);
    } else {
      responder.on_gone([this] { ++gone_; });
      co_await responder.start({.status = 200});
      const std::string piece(100'000, 'x');
      while (co_await responder.write_text(piece)) {
        if (request.path == "/steps") co_await next_.wait();
        if (done_) break;
      }
      if (done_) co_await responder.finish();
    }
    ++handled_;
  }

  /// A client after its handshake.
  runtime::Awaitable<std::unique_ptr<Client>> connect_tls() {
    auto client = std::make_unique<Client>(co_await connect(), client_->context());
    EXPECT_TRUE(client_->expect(client->native_handle(), "127.0.0.1"));
    const auto [error] = co_await client->async_handshake(ssl::stream_base::client, kAwait);
    EXPECT_FALSE(error) << tls::describe(client->native_handle(), error);
    co_return client;
  }

  static tls::Pin key_of(Client& client) { return tls::pin_of(SSL_get0_peer_certificate(client.native_handle())); }

  tls::TestFolder folder_;
  tls::TestAuthority authority_{"Test authority"};
  std::optional<tls::ClientContext> client_;
  int handled_ = 0;
  int gone_ = 0;
  bool done_ = false;
  runtime::Notifier next_{context_.get_executor()};
};

TEST_F(TlsServerTest, AnswersRequestsOnOneConnectionAndSaysItsEnd) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    const auto client = co_await t.connect_tls();
    for (int i = 0; i < 2; ++i) {
      co_await write(*client, kGet);
      EXPECT_TRUE((co_await read_until(*client, "Hello.")).starts_with("HTTP/1.1 200"));
    }
    co_await write(*client, "GET /whole HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto last = co_await read_all(*client);
    EXPECT_TRUE(last.text.ends_with("Hello."));
    EXPECT_EQ(last.end, boost::asio::error::eof) << "TLS is closed, not cut";
  }(*this));
}

TEST_F(TlsServerTest, CarriesWebSockets) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    websocket::stream<Client> client(co_await t.connect(), t.client_->context());
    const auto [failed] = co_await client.next_layer().async_handshake(ssl::stream_base::client, kAwait);
    EXPECT_FALSE(failed);
    const auto [refused] = co_await client.async_handshake("localhost", "/socket", kAwait);
    EXPECT_FALSE(refused) << refused.message();
    const std::string text(60'000, 'x');
    co_await client.async_write(boost::asio::buffer(text), kAwait);
    boost::beast::flat_buffer buffer;
    co_await client.async_read(buffer, kAwait);
    EXPECT_EQ(boost::beast::buffers_to_string(buffer.data()), text);
    const auto [error] = co_await client.async_close(websocket::close_code::normal, kAwait);
    EXPECT_FALSE(error) << error.message();
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.handled_ == 1; }));
  }(*this));
}

TEST_F(TlsServerTest, WhoSpeaksPlainHttpIsToldAndClosed) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    auto plain = co_await t.connect();
    co_await write(plain, kGet);
    const auto answer = co_await read_all(plain);
    EXPECT_TRUE(answer.text.starts_with("HTTP/1.1 400")) << answer.text;
    EXPECT_TRUE(answer.text.ends_with("This port speaks HTTPS."));
    EXPECT_EQ(answer.end, boost::asio::error::eof);
    auto garbage = co_await t.connect();
    co_await write(garbage, std::string(20'000, '\x01'));
    EXPECT_EQ((co_await read_all(garbage)).end, boost::asio::error::eof) << "no reset";
    EXPECT_EQ(t.handled_, 0);
  }(*this));
}

TEST_F(TlsServerTest, ASlowHandshakeHoldsNobodyAndIsGivenUp) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    auto silent = co_await t.connect();
    auto slow = co_await t.connect();
    co_await write(slow, std::string("\x16\x03\x01\x02", 4));
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 2; }));
    const auto client = co_await t.connect_tls();
    co_await write(*client, kGet);
    EXPECT_TRUE((co_await read_until(*client, "Hello.")).starts_with("HTTP/1.1 200"));
    t.clock_.advance(4s);
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.server_->connections() < 3; }));
    t.clock_.advance(1s);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 1; }));
  }(*this));
}

class FewHandshakesTest : public TlsServerTest {
 public:
  FewHandshakesTest() : TlsServerTest({.handshakes = {.most = 3, .most_per_address = 2}}) {}
};

TEST_F(FewHandshakesTest, HandshakesBeyondTheLimitAreClosedAndNobodyElse) {
  run([](FewHandshakesTest& t) -> runtime::Awaitable<> {
    const auto client = co_await t.connect_tls();
    t.clock_.advance(1s);
    auto first = co_await t.connect();
    auto second = co_await t.connect();
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 3; }));
    auto third = co_await t.connect();
    EXPECT_EQ((co_await read_all(third)).end, boost::asio::error::eof) << "closed at once";
    EXPECT_EQ(t.server_->refused_handshakes(), 1U);
    co_await write(*client, kGet);
    EXPECT_TRUE((co_await read_until(*client, "Hello.")).starts_with("HTTP/1.1 200")) << "who is through has no limit";
    first.close();
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 2; }));
    auto too_soon = co_await t.connect();
    EXPECT_EQ((co_await read_all(too_soon)).end, boost::asio::error::eof) << "two in half a second, however quick";
    t.clock_.advance(500ms);
    const auto next = co_await t.connect_tls();
    co_await write(*next, kGet);
    EXPECT_TRUE((co_await read_until(*next, "Hello.")).starts_with("HTTP/1.1 200"));
  }(*this));
}

TEST_F(TlsServerTest, ADrainDoesNotWaitForAHandshake) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    auto silent = co_await t.connect();
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 1; }));
    t.server_->stop_accepting();
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 0; }));
  }(*this));
}

TEST_F(TlsServerTest, ANewCertificateCutsNoStream) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    const auto old = co_await t.connect_tls();
    co_await write(*old, "GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE((co_await read_until(*old, "\r\n\r\n")).starts_with("HTTP/1.1 200"));
    t.issue();
    t.server_->use_tls(t.load());
    const auto young = co_await t.connect_tls();
    EXPECT_NE(key_of(*old), key_of(*young));
    t.done_ = true;
    t.next_.notify_all();
    const auto rest = co_await read_until(*old, "0\r\n\r\n");
    EXPECT_TRUE(rest.ends_with("x\r\n0\r\n\r\n")) << rest.substr(rest.size() - 40);
    co_await write(*young, kGet);
    EXPECT_TRUE((co_await read_until(*young, "Hello.")).starts_with("HTTP/1.1 200"));
  }(*this));
}

/// Begins a stream that then writes nothing, has its client leave by `leave`, and waits for that to be noticed.
runtime::Awaitable<> leave_while_nothing_is_written(TlsServerTest& t, std::function<void(Client&)> leave) {
  auto client = co_await t.connect_tls();
  co_await write(*client, "GET /steps HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE((co_await read_until(*client, "\r\n\r\n")).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(t.gone_, 0);
  leave(*client);
  EXPECT_TRUE(co_await t.wait_for([&t] { return t.gone_ == 1; }));
  t.next_.notify_all();
  EXPECT_TRUE(co_await t.wait_for([&t] { return t.server_->connections() == 0; }));
}

TEST_F(TlsServerTest, AClientThatLeavesWithoutAWordIsNoticed) {
  run(leave_while_nothing_is_written(*this, [](Client& client) { client.next_layer().close(); }));
}

TEST_F(TlsServerTest, AClientThatEndsTlsHasLeft) {
  run(leave_while_nothing_is_written(
      *this, [](Client& client) { client.async_shutdown([&client](auto) { client.next_layer().close(); }); }));
}

TEST_F(TlsServerTest, AReaderThatTakesNothingIsCutOff) {
  run([](TlsServerTest& t) -> runtime::Awaitable<> {
    const auto client = co_await t.connect_tls();
    co_await write(*client, "GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.handled_ > 0; })) << "back-pressure: it waits for its reader";
    t.clock_.advance(3s);
    EXPECT_FALSE(co_await t.wait_for([&t] { return t.handled_ > 0; })) << "its system has taken something";
    t.clock_.advance(11s);
    EXPECT_TRUE(co_await t.wait_for([&t] { return t.handled_ == 1; }));
    EXPECT_NE((co_await read_all(*client)).end, boost::asio::error::eof) << "it was cut";
  }(*this));
}

}  // namespace
}  // namespace antiphon::http
