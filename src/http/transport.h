#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "runtime/awaitable.h"

namespace antiphon::http {

/// The bytes of a connection, plain or within TLS, as Asio's and Beast's operations want them. At most one read and one
/// write at a time, which may go on side by side. On the event loop.
class Transport {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;

  /// Plain.
  explicit Transport(Socket socket) : socket_(std::move(socket)) {}
  /// Within TLS; nothing but shake_hands() before that succeeded. What is needed of `context` is taken now.
  Transport(Socket socket, boost::asio::ssl::context& context)
      : socket_(std::move(socket)), tls_(std::make_unique<Tls>(socket_, context)) {}
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport() = default;

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] bool secure() const { return tls_ != nullptr; }
  /// Beneath TLS, for its options and its peer.
  [[nodiscard]] Socket& socket() { return socket_; }

  enum class Handshake : std::uint8_t {
    kDone,
    kFailed,
    kPlain,  ///< The client speaks HTTP without TLS; from now on, so does this side.
  };
  [[nodiscard]] runtime::Awaitable<Handshake> shake_hands();

  /// Tells the client that nothing more follows, and waits until it has ended, too, taking what it still sends: bytes
  /// that nobody took would have its system throw away what it has not read yet. Not while a read is pending. Ends
  /// early when the socket is closed.
  [[nodiscard]] runtime::Awaitable<> end();

  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  /// Whether a read that ended so found the end of what the client sends. Many clients end TLS without a word.
  [[nodiscard]] static bool is_end(const boost::system::error_code& error) {
    return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
  }

  template <class MutableBuffers, class Token>
  auto async_read_some(const MutableBuffers& buffers, Token token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const MutableBuffers& to) {
          if (tls_) {
            tls_->async_read_some(to, std::move(handler));
          } else {
            socket_.async_read_some(to, std::move(handler));
          }
        },
        token, buffers);
  }

  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const ConstBuffers& from) {
          if (tls_) {
            // TLS would make a record, and a packet, of each buffer.
            const auto size = boost::asio::buffer_copy(boost::asio::buffer(tls_->record), from);
            tls_->async_write_some(boost::asio::buffer(tls_->record.data(), size), std::move(handler));
          } else {
            socket_.async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }

  // What Beast's WebSockets ask for.

  friend void beast_close_socket(Transport& transport) { transport.close(); }
  friend void teardown(boost::beast::role_type role, Transport& transport, boost::system::error_code& error) {
    boost::beast::websocket::teardown(role, transport.socket_, error);
  }
  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, Transport& transport, Handler&& handler) {
    if (transport.tls_) {
      transport.tls_->async_shutdown(std::forward<Handler>(handler));
    } else {
      boost::beast::websocket::async_teardown(role, transport.socket_, std::forward<Handler>(handler));
    }
  }

 private:
  struct Tls : boost::asio::ssl::stream<Socket&> {
    using boost::asio::ssl::stream<Socket&>::stream;
    std::array<std::byte, 16 * 1024> record{};  ///< What is being written: as much as a record of TLS holds.
  };

  Socket socket_;
  std::unique_ptr<Tls> tls_;  ///< Null: plain.
};

}  // namespace antiphon::http
