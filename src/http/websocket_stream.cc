#include "http/websocket_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/task_group.h"
#include "runtime/write_timeout.h"

namespace antiphon::http {
namespace {

namespace websocket = boost::beast::websocket;
using Upgrade = boost::beast::http::request<boost::beast::http::string_body>;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

Upgrade to_beast(const Request& request) {
  Upgrade out(boost::beast::http::verb::get, "/", 11);
  for (const auto& [name, value] : request.headers.fields()) out.insert(name, value);
  return out;
}

}  // namespace

/// Sockets are closed by their connection; here is what is said on them.
class WebSocketStream final : public WebSocket {
 public:
  WebSocketStream(Connection& connection, const WebSocketOptions& options)
      : connection_(connection),
        options_(options),
        stream_(connection.transport_),
        turn_(connection.transport_.get_executor()) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(options_.write_timeout);
    stream_.set_option(websocket::stream_base::timeout{
        .handshake_timeout = seconds, .idle_timeout = websocket::stream_base::none(), .keep_alive_pings = false});
    stream_.read_message_max(options_.message_bytes);
    stream_.text(true);
    stream_.control_callback([this](websocket::frame_type kind, boost::beast::string_view) {
      heard();
      if (kind == websocket::frame_type::close) hear_goodbye();
    });
    connection_.on_closing_ = [this] { drain(); };
  }
  ~WebSocketStream() override { connection_.on_closing_ = nullptr; }

  runtime::Awaitable<bool> accept(Upgrade request) {
    const auto [error] = co_await stream_.async_accept(request, kAwait);
    co_return !error;
  }

  runtime::Awaitable<std::optional<std::string>> read() override {
    heard();
    start_watch();
    const auto [error, bytes] = co_await stream_.async_read(buffer_, kAwait);
    watch_.reset();
    if (error) {
      end();
      co_return std::nullopt;
    }
    std::string message = boost::beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    co_return message;
  }

  runtime::Awaitable<bool> write(std::string_view text) override {
    while (writing_) {
      if (!co_await turn_.wait()) co_return false;
    }
    if (!is_open() || co_await runtime::is_cancelled()) co_return false;
    writing_ = true;
    const runtime::WriteTimeout watch(connection_.context_.clock, connection_.transport_.socket(),
                                      options_.write_timeout, [this] { end(); });
    const auto [error, bytes] = co_await stream_.async_write(boost::asio::buffer(text.data(), text.size()), kAwait);
    writing_ = false;
    turn_.notify_all();
    if (error) end();
    co_return !error;
  }

  runtime::Awaitable<> close(CloseCode code, std::string_view reason) override {
    if (!is_open() || std::exchange(closing_, true)) co_return;
    const websocket::close_reason why(static_cast<websocket::close_code>(code),
                                      reason.substr(0, websocket::reason_string::static_capacity));
    if (connection_.closing_) start_linger();
    [[maybe_unused]] const auto [error] = co_await stream_.async_close(why, kAwait);
    end();
  }

  void cut() override { end(); }

  void on_drain(std::move_only_function<void()> callback) override {
    if (connection_.closing_) return callback();
    on_drain_ = std::move(callback);
  }

  [[nodiscard]] bool is_open() const override { return !ended_ && !closing_ && stream_.is_open(); }

 private:
  void heard() {
    heard_ = connection_.context_.clock.now();
    pinged_ = false;
  }

  void start_watch() {
    watch_ = connection_.context_.clock.start_timer(turn_.executor(), heard_ + options_.silence * (pinged_ ? 2 : 1),
                                                    [this] { check(); });
  }

  /// The peer may have been heard since the timer was started.
  void check() {
    const auto silent = connection_.context_.clock.now() - heard_;
    if (silent >= 2 * options_.silence) return end();
    if (silent >= options_.silence && !pinged_) {
      pinged_ = true;
      connection_.pings_.spawn(ping());
    }
    start_watch();
  }

  /// The transport outlives it, where this stream may not: nothing of this is used after the write.
  runtime::Awaitable<> ping() { [[maybe_unused]] const auto [error] = co_await stream_.async_ping({}, kAwait); }

  /// A goodbye that is under way, from either side, gets no more time than that of any other client. A socket that does
  /// not ask to be told is cut.
  void drain() {
    if (closing_ || !stream_.is_open()) start_linger();
    if (auto callback = std::exchange(on_drain_, nullptr)) return callback();
    if (!closing_) end();
  }

  /// The same for one that comes after the drain began. Beast says so before it waits for the peer to close its side.
  void hear_goodbye() {
    if (connection_.closing_ && !linger_) start_linger();
  }

  void start_linger() {
    const auto& context = connection_.context_;
    linger_ = context.clock.start_timer(turn_.executor(), context.clock.now() + context.options.linger_timeout,
                                        [this] { end(); });
  }

  void end() {
    linger_.reset();
    if (std::exchange(ended_, true)) return;
    connection_.cut();
  }

  Connection& connection_;
  WebSocketOptions options_;
  websocket::stream<Transport&, false> stream_;  // no compression is agreed on
  boost::beast::flat_buffer buffer_;
  base::TimePoint heard_;
  std::unique_ptr<runtime::Timer> watch_;
  std::unique_ptr<runtime::Timer> linger_;
  std::move_only_function<void()> on_drain_;
  runtime::Notifier turn_;
  bool pinged_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

runtime::Awaitable<std::unique_ptr<WebSocket>> accept_websocket(Connection& connection, const Request& request,
                                                                WebSocketOptions options) {
  auto upgrade = to_beast(request);
  if (request.method != "GET" || !websocket::is_upgrade(upgrade)) co_return nullptr;
  if (!connection.buffer_.empty()) co_return nullptr;
  co_await connection.stop_reading();
  auto socket = std::make_unique<WebSocketStream>(connection, options);
  const bool waits = connection.buffer_.empty() && !connection.gone_;
  if (!waits || !co_await socket->accept(std::move(upgrade))) {
    connection.cut();  // Beast has told what was wrong with the handshake
    co_return nullptr;
  }
  co_return socket;
}

}  // namespace antiphon::http
