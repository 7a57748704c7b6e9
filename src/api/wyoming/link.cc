#include "api/wyoming/link.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "runtime/write_timeout.h"

namespace antiphon::api::wyoming {
namespace {

namespace wyoming = protocol::wyoming;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
/// Bytes read ahead of what is understood.
constexpr std::size_t kReadAheadBytes = std::size_t{64} << 10;
/// For the client to close after we did.
constexpr auto kLinger = std::chrono::seconds(1);

}  // namespace

WyomingConnection::WyomingConnection(boost::asio::ip::tcp::socket socket, runtime::Clock& clock,
                                     const WyomingLimits& limits)
    : socket_(std::move(socket)),
      clock_(clock),
      limits_(limits),
      data_(socket_.get_executor()),
      space_(socket_.get_executor()),
      turn_(socket_.get_executor()),
      reader_(socket_.get_executor()) {}

void WyomingConnection::start() { reader_.spawn(read_ahead()); }

runtime::Awaitable<> WyomingConnection::close() {
  boost::system::error_code ignored;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  bool expired = false;
  const auto timer = clock_.start_timer(socket_.get_executor(), in(kLinger), [&] {
    expired = true;
    data_.notify_all();
  });
  while (!gone_ && !closed_ && !expired) {
    buffer_.clear();
    space_.notify_all();
    if (!co_await data_.wait()) break;
  }
  cut();
  reader_.cancel();
  co_await reader_.join();
}

runtime::Awaitable<> WyomingConnection::read_ahead() {
  while (!co_await runtime::is_cancelled()) {
    if (buffer_.size() >= kReadAheadBytes) {
      co_await space_.wait();
      continue;
    }
    const auto [error, bytes] = co_await socket_.async_read_some(boost::asio::buffer(block_), kAwait);
    buffer_.append(block_.data(), bytes);
    closed_ = error == boost::asio::error::eof;
    data_.notify_all();
    if (!error) continue;
    if (closed_) {
      [[maybe_unused]] const auto [failed] =
          co_await socket_.async_wait(boost::asio::ip::tcp::socket::wait_error, kAwait);
    }
    co_return set_gone();
  }
}

runtime::Awaitable<wyoming::Result<std::optional<wyoming::ClientEvent>>> WyomingConnection::receive(
    const std::function<bool()>& busy) {
  auto deadline = in(limits_.idle_timeout);
  auto event_deadline = in(limits_.event_timeout);
  while (!ended_) {
    auto event = decoder_.next();
    if (!event || *event) co_return event;
    if (!buffer_.empty()) {
      if (decoder_.idle()) event_deadline = in(limits_.event_timeout);
      decoder_.feed(std::exchange(buffer_, {}));
      space_.notify_all();
      continue;
    }
    const bool begun = !decoder_.idle();
    if (closed_) {
      if (std::exchange(said_all_, true) || !begun) co_return std::nullopt;
      decoder_.feed("\n");  // which the last line may lack
      continue;
    }
    const bool speaking = busy();
    if (gone_ || (ending_ && !begun && !speaking)) co_return std::nullopt;
    if (speaking) deadline = in(limits_.idle_timeout);
    bool expired = false;
    const auto until = begun ? event_deadline : deadline;
    const auto timer = clock_.start_timer(socket_.get_executor(), until, [&] {
      expired = true;
      data_.notify_all();
    });
    if (!co_await data_.wait()) co_return std::nullopt;
    if (expired && buffer_.empty() && (begun || !busy())) co_return std::nullopt;
  }
  co_return std::nullopt;
}

runtime::Awaitable<bool> WyomingConnection::send(std::string_view bytes) {
  while (writing_) {
    if (!co_await turn_.wait()) co_return false;
  }
  writing_ = true;
  while (!bytes.empty() && !gone_) {
    if (co_await runtime::is_cancelled()) {
      cut();
      break;
    }
    const runtime::WriteTimeout watch(clock_, socket_, limits_.write_timeout, [this] { cut(); });
    const auto [error, sent] =
        co_await socket_.async_write_some(boost::asio::buffer(bytes.data(), bytes.size()), kAwait);
    bytes.remove_prefix(sent);
    if (error) cut();
  }
  writing_ = false;
  turn_.notify_all();
  co_return !gone_;
}

void WyomingConnection::on_gone(std::move_only_function<void()> callback) {
  if (gone_) return callback();
  on_gone_ = std::move(callback);
}

void WyomingConnection::end_when_idle() {
  ending_ = true;
  data_.notify_all();
}

void WyomingConnection::end() {
  ended_ = true;
  data_.notify_all();
}

void WyomingConnection::cut() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  set_gone();
}

void WyomingConnection::set_gone() {
  if (std::exchange(gone_, true)) return;
  data_.notify_all();
  if (auto callback = std::exchange(on_gone_, nullptr)) callback();
}

std::string WyomingConnection::peer_address() const {
  boost::system::error_code error;
  const auto peer = socket_.remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

}  // namespace antiphon::api::wyoming
