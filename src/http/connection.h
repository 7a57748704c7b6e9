#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_parser.h"
#include "http/server.h"
#include "http/transport.h"
#include "http/websocket.h"
#include "runtime/event.h"
#include "runtime/handshake_limit.h"
#include "runtime/task_group.h"
#include "runtime/write_timeout.h"

namespace antiphon::http {

/// What all connections of a server share.
struct ConnectionContext {
  runtime::Clock& clock;
  const ServerOptions& options;
  const Handler& handler;
  const ErrorFormatter& error_formatter;
};

/// One accepted socket: reads requests one after the other, hands them to the handler and writes the answers. One
/// read is always pending, while a handler runs too, so that a client that leaves is noticed at once; what it reads
/// then waits in a bounded buffer for the next request.
class Connection {
 public:
  /// `tls`: null for plain HTTP.
  Connection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls, const ConnectionContext& context,
             std::uint64_t number);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  using HandshakePlace = std::optional<runtime::HandshakeLimit::Place>;

  /// Serves until the connection ends; the socket is closed then. `handshake` is given back as soon as TLS is agreed
  /// on.
  runtime::Awaitable<> serve(HandshakePlace handshake);
  /// Answers only that there are too many connections.
  runtime::Awaitable<> refuse();

  /// Ends it after the answer under way, or now if there is none.
  void close_when_idle();
  /// Ends it now; the handler finds its client gone.
  void cut();

 private:
  friend class Exchange;
  friend class WebSocketStream;
  friend runtime::Awaitable<std::unique_ptr<WebSocket>> accept_websocket(Connection& connection, const Request& request,
                                                                         WebSocketOptions options);

  /// What the deadline is for.
  enum class Waiting : std::uint8_t { kNothing, kHandshake, kFirstByte, kData, kWrite, kEnd };
  /// How the connection ends: after an answer the client gets time to read it.
  enum class Ending : std::uint8_t { kAtOnce, kLinger };
  using Buffers = std::array<boost::asio::const_buffer, 3>;

  /// Agrees on TLS, where that is spoken here. False when the connection has to end.
  runtime::Awaitable<bool> shake_hands(HandshakePlace place);
  runtime::Awaitable<> read_ahead();
  /// Hands the socket's reading side over to somebody else; what was read before stays in the buffer.
  runtime::Awaitable<> stop_reading();
  runtime::Awaitable<> serve_requests();
  runtime::Awaitable<> run_handler(RequestParser& parser);
  /// True when a request is complete, false when the connection has to end (an error was answered).
  runtime::Awaitable<bool> read_request(RequestParser& parser);
  /// Between header and body: false when the head was answered with an error.
  runtime::Awaitable<bool> admit_head(RequestParser& parser);
  runtime::Awaitable<> send_error(EdgeError error, const Request* request);
  /// Tells the observer; `answer` without what this connection knows itself.
  void tell(Answer answer) const;
  /// Waits for more bytes than `known` in the buffer; false at the deadline, the end or a cancellation.
  runtime::Awaitable<bool> wait_for_data(Waiting waiting, std::size_t known, base::TimePoint deadline);
  runtime::Awaitable<bool> write_all(Buffers buffers);
  runtime::Awaitable<bool> write_all(std::string_view bytes);
  void guard_writes(std::function<runtime::Awaitable<bool>()> may_go_on);
  /// Bytes that the system took, at least one; nullopt once the connection is broken, or guard_ says no.
  runtime::Awaitable<std::optional<std::size_t>> write_some(const Buffers& buffers);
  /// Ends the output and gives the client time to read it.
  runtime::Awaitable<> linger();
  runtime::Awaitable<> close();

  void consume(std::size_t bytes);
  void set_gone();
  void set_deadline(Waiting waiting, base::TimePoint deadline);
  void start_timer();
  void on_timer();
  [[nodiscard]] base::TimePoint in(base::Duration d) const { return context_.clock.now() + d; }

  ConnectionContext context_;
  Transport transport_;
  runtime::UnackedBytes taking_;
  std::uint64_t number_;

  std::string buffer_;  ///< Read and not yet parsed; at most buffer_limit_ bytes.
  std::size_t buffer_limit_;
  std::array<char, 8192> block_{};
  base::TimePoint request_began_;  ///< Its first byte, or the connection's own begin.
  std::string peer_address_;
  bool end_of_input_ = false;
  bool gone_ = false;    ///< The client closed its side, or broken_.
  bool broken_ = false;  ///< Nothing can be written any more.
  bool keep_ = true;     ///< Another request may follow.
  bool closing_ = false;
  Ending ending_ = Ending::kLinger;
  std::move_only_function<void()> on_gone_;
  std::move_only_function<void()> on_closing_;
  std::function<runtime::Awaitable<bool>()> guard_;  ///< See Responder::guard_writes().

  Waiting waiting_ = Waiting::kNothing;
  bool expired_ = false;
  base::TimePoint deadline_;
  std::unique_ptr<runtime::Timer> timer_;
  base::TimePoint timer_due_;

  runtime::Notifier data_;
  runtime::Notifier space_;
  runtime::TaskGroup reader_;
  runtime::TaskGroup pings_;  ///< What a WebSocket writes beside everything else; it may end before these do.
};

}  // namespace antiphon::http
