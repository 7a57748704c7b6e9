#include "http/exchange.h"

#include <boost/asio/socket_base.hpp>
#include <ctime>
#include <string>
#include <utility>

#include "base/check.h"
#include "http/response_head.h"
#include "http/websocket_stream.h"

namespace antiphon::http {
namespace {

constexpr unsigned kSwitchingProtocols = 101;

}  // namespace

void Exchange::judge_head(Response& response) {
  for (auto& [name, value] : cors_) response.headers.add(std::move(name), std::move(value));
  head_only_ = head_only_ || is_bodiless(response.status);
  status_ = response.status;
  request_id_ = response.headers.get("x-request-id");
  connection_.keep_ = parser_.keep_alive() && !connection_.closing_ &&
                      !equal_ignoring_case(response.headers.get("Connection"), "close");
}

runtime::Awaitable<bool> Exchange::respond(Response response) {
  ANTIPHON_CHECK(phase_ == Phase::kIdle, "a request is answered once");
  phase_ = Phase::kEnded;
  judge_head(response);
  const auto head =
      format_head(response, {.framing = Framing::kContentLength,
                             .after = connection_.keep_ ? AfterResponse::kKeepAlive : AfterResponse::kClose,
                             .date = std::time(nullptr)});
  const auto body = head_only_ ? boost::asio::const_buffer() : boost::asio::buffer(response.body);
  body_bytes_ = body.size();
  co_return note(co_await connection_.write_all({boost::asio::buffer(head), body, boost::asio::const_buffer()}));
}

runtime::Awaitable<bool> Exchange::start(Response head) {
  ANTIPHON_CHECK(phase_ == Phase::kIdle, "a request is answered once");
  ANTIPHON_CHECK(head.body.empty(), "a streamed answer's body follows by write()");
  phase_ = Phase::kStreaming;
  judge_head(head);
  if (parser_.is_http_1_0()) connection_.keep_ = false;
  if (gone()) {
    status_ = Answer::kClientLeft;
    co_return note(false);
  }
  const auto text = format_head(head, {.framing = parser_.is_http_1_0() ? Framing::kUntilClose : Framing::kChunked,
                                       .after = connection_.keep_ ? AfterResponse::kKeepAlive : AfterResponse::kClose,
                                       .date = std::time(nullptr)});
  co_return note(co_await connection_.write_all(text));
}

runtime::Awaitable<bool> Exchange::write(std::span<const std::byte> bytes) {
  ANTIPHON_CHECK(phase_ == Phase::kStreaming, "write() comes between start() and finish()");
  if (gone()) co_return note(false);
  if (bytes.empty() || head_only_) co_return true;
  body_bytes_ += bytes.size();
  const auto body = boost::asio::buffer(bytes.data(), bytes.size());
  if (parser_.is_http_1_0()) {
    co_return note(co_await connection_.write_all({body, boost::asio::const_buffer(), boost::asio::const_buffer()}));
  }
  const auto before = chunk_header(bytes.size());
  co_return note(co_await connection_.write_all({boost::asio::buffer(before), body, boost::asio::buffer("\r\n", 2)}));
}

runtime::Awaitable<bool> Exchange::finish() {
  ANTIPHON_CHECK(phase_ == Phase::kStreaming, "finish() comes after start(), once");
  phase_ = Phase::kEnded;
  if (gone()) {
    connection_.keep_ = false;
    co_return note(false);
  }
  if (parser_.is_http_1_0() || head_only_) co_return true;
  co_return note(co_await connection_.write_all("0\r\n\r\n"));
}

void Exchange::abort() {
  ANTIPHON_CHECK(phase_ == Phase::kStreaming, "abort() comes after start(), once");
  phase_ = Phase::kEnded;
  cut_ = true;
  connection_.keep_ = false;
  if (!parser_.is_http_1_0()) return;
  boost::system::error_code ignored;
  connection_.transport_.socket().set_option(boost::asio::socket_base::linger(true, 0), ignored);
  connection_.cut();
}

runtime::Awaitable<std::unique_ptr<WebSocket>> Exchange::upgrade(WebSocketOptions options) {
  ANTIPHON_CHECK(phase_ == Phase::kIdle, "a request is answered once");
  connection_.keep_ = false;
  auto socket = co_await accept_websocket(connection_, request_, options);
  if (!socket) co_return nullptr;
  phase_ = Phase::kEnded;
  connection_.ending_ = Connection::Ending::kAtOnce;
  status_ = kSwitchingProtocols;
  kind_ = Answer::Kind::kUpgrade;
  connection_.tell(answer());
  kind_ = Answer::Kind::kSocketEnd;
  connection_.request_began_ = connection_.context_.clock.now();
  co_return socket;
}

Answer Exchange::answer() const {
  return {.request = &request_,
          .kind = kind_,
          .status = status_,
          .end = cut_ ? Answer::End::kCut : Answer::End::kComplete,
          .request_id = request_id_,
          .body_bytes = body_bytes_};
}

void Exchange::on_gone(std::move_only_function<void()> callback) {
  if (gone()) {
    callback();
  } else {
    connection_.on_gone_ = std::move(callback);
  }
}

}  // namespace antiphon::http
