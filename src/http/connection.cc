#include "http/connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <exception>
#include <typeinfo>
#include <utility>

#include "http/exchange.h"
#include "http/response_head.h"
#include "runtime/log.h"

namespace antiphon::http {
namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
/// Room behind a full header, for the start of the body or the next request.
constexpr std::size_t kReadAheadBytes = 8 * 1024;

}  // namespace

Connection::Connection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls,
                       const ConnectionContext& context, std::uint64_t number)
    : context_(context),
      transport_(tls == nullptr ? Transport(std::move(socket)) : Transport(std::move(socket), *tls)),
      taking_(transport_.socket()),
      number_(number),
      buffer_limit_(context.options.header_bytes + kReadAheadBytes),
      request_began_(context.clock.now()),
      data_(transport_.get_executor()),
      space_(transport_.get_executor()),
      reader_(transport_.get_executor()),
      pings_(transport_.get_executor()) {
  boost::system::error_code error;
  if (const auto peer = transport_.socket().remote_endpoint(error); !error) peer_address_ = peer.address().to_string();
}

runtime::Awaitable<> Connection::serve(HandshakePlace handshake) {
  if (co_await shake_hands(std::move(handshake))) {
    reader_.spawn(read_ahead());
    co_await serve_requests();
  }
  if (pings_.size() > 0) cut();
  pings_.cancel();
  co_await pings_.join();
  // Within TLS the end is said in so many words.
  if (ending_ == Ending::kLinger || (transport_.secure() && !gone_)) co_await linger();
  co_await close();
}

runtime::Awaitable<> Connection::refuse() {
  // A handshake is more work than a refusal is worth.
  if (!transport_.secure()) {
    reader_.spawn(read_ahead());
    co_await send_error({.code = Errc::kTooManyConnections, .message = "The server has too many connections."},
                        nullptr);
    co_await linger();
  }
  co_await close();
}

runtime::Awaitable<bool> Connection::shake_hands([[maybe_unused]] HandshakePlace place) {
  if (!transport_.secure()) co_return true;
  if (closing_) co_return false;
  set_deadline(Waiting::kHandshake, in(context_.options.handshake_timeout));
  const auto handshake = co_await transport_.shake_hands();
  waiting_ = Waiting::kNothing;
  if (handshake == Transport::Handshake::kPlain) {
    co_await send_error({.code = Errc::kBadRequest, .message = "This port speaks HTTPS."}, nullptr);
  }
  co_return handshake == Transport::Handshake::kDone && !broken_;
}

runtime::Awaitable<> Connection::close() {
  timer_.reset();
  transport_.close();
  co_await stop_reading();
}

void Connection::close_when_idle() {
  closing_ = true;
  if (waiting_ == Waiting::kHandshake) cut();
  data_.notify_all();
  if (auto callback = std::exchange(on_closing_, nullptr)) callback();
}

void Connection::cut() {
  broken_ = true;
  end_of_input_ = true;
  keep_ = false;
  transport_.close();
  data_.notify_all();
  set_gone();
}

runtime::Awaitable<> Connection::read_ahead() {
  while (!co_await runtime::is_cancelled()) {
    if (buffer_.size() >= buffer_limit_) {
      co_await space_.wait();
      continue;
    }
    const auto room = std::min(block_.size(), buffer_limit_ - buffer_.size());
    const auto [error, bytes] = co_await transport_.async_read_some(boost::asio::buffer(block_.data(), room), kAwait);
    buffer_.append(block_.data(), bytes);
    if (error == boost::asio::error::operation_aborted && !broken_) co_return;
    if (error) {
      end_of_input_ = true;
      if (!Transport::is_end(error)) broken_ = true;
    }
    data_.notify_all();
    if (error) {
      set_gone();
      co_return;
    }
  }
}

runtime::Awaitable<> Connection::stop_reading() {
  reader_.cancel();
  co_await reader_.join();
}

runtime::Awaitable<> Connection::serve_requests() {
  const ParserLimits limits{.header_bytes = context_.options.header_bytes,
                            .target_bytes = context_.options.target_bytes,
                            .body_bytes = context_.options.body_bytes};
  auto patience = context_.options.header_timeout;
  while (keep_) {
    RequestParser parser(limits);
    set_deadline(Waiting::kNothing, in(patience));
    if (!co_await read_request(parser)) break;
    co_await run_handler(parser);
    patience = context_.options.idle_timeout;
  }
}

runtime::Awaitable<bool> Connection::read_request(RequestParser& parser) {
  auto waiting = Waiting::kFirstByte;
  auto deadline = deadline_;
  bool admitted = false;
  while (true) {
    const bool begun = parser.begun();
    consume(parser.feed(buffer_));
    if (!begun && parser.begun()) request_began_ = context_.clock.now();
    if (parser.state() == RequestParser::State::kFailed) {
      co_await send_error(parser.error(), parser.request().path.empty() ? nullptr : &parser.request());
      co_return false;
    }
    if (parser.state() != RequestParser::State::kHeader && !admitted) {
      if (!co_await admit_head(parser)) co_return false;
      admitted = true;
      deadline = in(context_.options.body_timeout);
      if (parser.state() == RequestParser::State::kBody && !buffer_.empty()) continue;
    }
    if (parser.state() == RequestParser::State::kDone) co_return true;
    if (parser.begun() && waiting == Waiting::kFirstByte) {
      waiting = Waiting::kData;
      deadline = in(context_.options.header_timeout);
    }
    if (co_await wait_for_data(waiting, buffer_.size(), deadline)) continue;
    if (waiting == Waiting::kFirstByte) {
      ending_ = Ending::kAtOnce;
    } else if (expired_) {
      co_await send_error({.code = Errc::kRequestTimeout, .message = "The request did not arrive in time."},
                          admitted ? &parser.request() : nullptr);
    }
    co_return false;
  }
}

runtime::Awaitable<bool> Connection::admit_head(RequestParser& parser) {
  auto& request = parser.request();
  boost::system::error_code error;
  const auto peer = transport_.socket().remote_endpoint(error);
  if (!error) {
    request.peer_address = peer.address().to_string();
    request.peer_port = peer.port();
  }
  request.connection = number_;
  if (auto refusal = edge_policy(context_.options.edge, request)) {
    co_await send_error(std::move(*refusal), &request);
    co_return false;
  }
  const bool wants_word = parser.expects_continue() && parser.state() == RequestParser::State::kBody && buffer_.empty();
  co_return !wants_word || co_await write_all("HTTP/1.1 100 Continue\r\n\r\n");
}

runtime::Awaitable<> Connection::run_handler(RequestParser& parser) {
  Exchange exchange(*this, parser, parser.request());
  try {
    co_await context_.handler(parser.request(), exchange);
  } catch (const std::exception& e) {
    runtime::log_error("handler_failed", {{"exception", typeid(e).name()}});
  } catch (...) {
    runtime::log_error("handler_failed", {{"exception", "unknown"}});
  }
  on_gone_ = nullptr;
  guard_ = nullptr;
  if (exchange.streaming()) exchange.abort();
  if (exchange.started()) {
    tell(exchange.answer());
  } else {
    co_await send_error({.code = Errc::kInternal, .message = "The server failed to answer this request."},
                        &parser.request());
  }
}

runtime::Awaitable<> Connection::send_error(EdgeError error, const Request* request) {
  keep_ = false;
  auto response = context_.error_formatter(error, request);
  const auto head = format_head(
      response, {.framing = Framing::kContentLength, .after = AfterResponse::kClose, .date = std::time(nullptr)});
  if (request != nullptr && request->method == "HEAD") response.body.clear();
  // A client that has closed its side while the handler was at work has left; one that sent all it had may still read.
  const bool left = gone_ && error.code == Errc::kInternal;
  const bool taken =
      co_await write_all({boost::asio::buffer(head), boost::asio::buffer(response.body), boost::asio::const_buffer()});
  tell({.request = request,
        .status = left ? Answer::kClientLeft : response.status,
        .end = taken && !left ? Answer::End::kComplete : Answer::End::kCut,
        .request_id = std::string(response.headers.get("x-request-id")),
        .body_bytes = response.body.size()});
}

void Connection::tell(Answer answer) const {
  if (!context_.options.observer) return;
  answer.peer_address = peer_address_;
  answer.took = context_.clock.now() - request_began_;
  context_.options.observer(answer);
}

runtime::Awaitable<bool> Connection::wait_for_data(Waiting waiting, std::size_t known, base::TimePoint deadline) {
  set_deadline(waiting, deadline);
  while (buffer_.size() <= known && !end_of_input_ && !expired_) {
    if (closing_ && waiting == Waiting::kFirstByte) break;
    if (!co_await data_.wait()) break;
  }
  waiting_ = Waiting::kNothing;
  co_return buffer_.size() > known;
}

runtime::Awaitable<bool> Connection::write_all(std::string_view bytes) {
  return write_all(
      {boost::asio::buffer(bytes.data(), bytes.size()), boost::asio::const_buffer(), boost::asio::const_buffer()});
}

runtime::Awaitable<bool> Connection::write_all(Buffers buffers) {
  while (boost::asio::buffer_size(buffers) > 0) {
    bool failed = broken_ || co_await runtime::is_cancelled();
    std::size_t left = 0;
    if (!failed) {
      taking_.begin(context_.clock.now());
      set_deadline(Waiting::kWrite, in(context_.options.write_timeout / 4));
      const auto written = co_await write_some(buffers);
      waiting_ = Waiting::kNothing;
      failed = !written;
      left = written.value_or(0);
    }
    if (failed) {
      cut();
      co_return false;
    }
    for (auto& part : buffers) {
      const auto sent = std::min(left, part.size());
      part += sent;
      left -= sent;
    }
  }
  co_return !broken_;
}

runtime::Awaitable<std::optional<std::size_t>> Connection::write_some(const Buffers& buffers) {
  // A write that waits is carried on by the reactor, before any of our code. So it is the wait that is left to it.
  while (guard_ && !transport_.secure()) {
    if (!co_await guard_()) co_return std::nullopt;
    boost::system::error_code error;
    const auto bytes = transport_.socket().write_some(buffers, error);
    if (!error) co_return bytes;
    if (error != boost::asio::error::would_block) co_return std::nullopt;
    const auto [failed] = co_await transport_.socket().async_wait(Transport::Socket::wait_write, kAwait);
    if (failed) co_return std::nullopt;
  }
  if (guard_ && !co_await guard_()) co_return std::nullopt;
  const auto [error, bytes] = co_await transport_.async_write_some(buffers, kAwait);
  co_return error ? std::nullopt : std::optional(bytes);
}

void Connection::guard_writes(std::function<runtime::Awaitable<bool>()> may_go_on) {
  guard_ = std::move(may_go_on);
  boost::system::error_code ignored;
  transport_.socket().non_blocking(true, ignored);
}

runtime::Awaitable<> Connection::linger() {
  co_await stop_reading();
  if (broken_) co_return;
  set_deadline(Waiting::kEnd, in(context_.options.linger_timeout));
  co_await transport_.end();
  waiting_ = Waiting::kNothing;
}

void Connection::consume(std::size_t bytes) {
  if (bytes == 0) return;
  buffer_.erase(0, bytes);
  space_.notify_all();
}

void Connection::set_gone() {
  if (std::exchange(gone_, true)) return;
  if (auto callback = std::exchange(on_gone_, nullptr)) callback();
}

void Connection::set_deadline(Waiting waiting, base::TimePoint deadline) {
  waiting_ = waiting;
  deadline_ = deadline;
  expired_ = false;
  if (waiting != Waiting::kNothing && (!timer_ || timer_due_ > deadline)) start_timer();
}

/// A later deadline only moves deadline_: the timer that is already running finds it.
void Connection::start_timer() {
  timer_due_ = deadline_;
  timer_ = context_.clock.start_timer(transport_.get_executor(), deadline_, [this] { on_timer(); });
}

void Connection::on_timer() {
  const auto done = std::move(timer_);
  if (waiting_ == Waiting::kNothing) return;
  if (context_.clock.now() < deadline_) return start_timer();
  if (waiting_ == Waiting::kWrite && taking_.idle(context_.clock.now()) < context_.options.write_timeout) {
    deadline_ = in(context_.options.write_timeout / 4);
    return start_timer();
  }
  expired_ = true;
  switch (waiting_) {
    case Waiting::kHandshake:
    case Waiting::kWrite:
    case Waiting::kEnd:
      return cut();
    case Waiting::kNothing:
    case Waiting::kFirstByte:
    case Waiting::kData:
      return data_.notify_all();
  }
}

}  // namespace antiphon::http
