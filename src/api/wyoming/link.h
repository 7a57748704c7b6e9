#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "protocol/wyoming/decoder.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/task_group.h"

namespace antiphon::api::wyoming {

struct WyomingLimits {
  base::Duration event_timeout = std::chrono::seconds(10);  ///< For an event to arrive once it has begun.
  base::Duration idle_timeout = std::chrono::seconds(75);   ///< Between two events while nothing is spoken.
  base::Duration write_timeout = std::chrono::seconds(10);  ///< For a reader that takes nothing.
};

/// The socket of one Wyoming client: events in, bytes of events out. One read is always pending while its bounded
/// buffer has room. A client that closes its side has said all, and is still there to hear (`nc -N`): only a connection
/// that fails, such as by a write to a client that has left, says that it is gone. On the event loop.
class WyomingConnection {
 public:
  WyomingConnection(boost::asio::ip::tcp::socket socket, runtime::Clock& clock, const WyomingLimits& limits);
  WyomingConnection(const WyomingConnection&) = delete;
  WyomingConnection& operator=(const WyomingConnection&) = delete;
  ~WyomingConnection() = default;

  void start();
  /// Lets the client read what was written and close its side for a second, closes the socket and returns when nothing
  /// of it runs any more.
  [[nodiscard]] runtime::Awaitable<> close();

  /// The next event; nothing when no other is to come: the client has said all, is gone, too slow or idle for too long
  /// (while `busy` says that nothing is spoken), or the server drains. Errors: kMalformed, kTooLarge.
  [[nodiscard]] runtime::Awaitable<protocol::wyoming::Result<std::optional<protocol::wyoming::ClientEvent>>> receive(
      const std::function<bool()>& busy);
  /// Whole events, which stay valid until it returns. Several callers take turns. False once the client is gone.
  [[nodiscard]] runtime::Awaitable<bool> send(std::string_view bytes);

  /// Calls back once when the client is found gone, at once where it is already. A second call replaces the first.
  void on_gone(std::move_only_function<void()> callback);
  [[nodiscard]] bool gone() const { return gone_; }
  /// Whether the client has closed its side, after the last event that receive() gave.
  [[nodiscard]] bool said_all() const { return said_all_; }
  /// receive() ends as soon as there is no event and nothing is spoken.
  void end_when_idle();
  /// receive() ends now.
  void end();
  /// Looks at `busy` again.
  void wake() { data_.notify_all(); }
  /// Ends the connection now; its client is gone then.
  void cut();
  [[nodiscard]] std::string peer_address() const;
  [[nodiscard]] runtime::Executor executor() { return socket_.get_executor(); }

 private:
  [[nodiscard]] runtime::Awaitable<> read_ahead();
  void set_gone();
  [[nodiscard]] base::TimePoint in(base::Duration d) const { return clock_.now() + d; }

  boost::asio::ip::tcp::socket socket_;
  runtime::Clock& clock_;
  WyomingLimits limits_;
  protocol::wyoming::Decoder decoder_;
  std::string buffer_;  ///< Read and not decoded yet.
  std::array<char, 8192> block_{};
  bool gone_ = false;
  bool closed_ = false;    ///< The client's side; what it sent before may still be here.
  bool said_all_ = false;  ///< That, and all that it sent was given.
  bool ending_ = false;
  bool ended_ = false;
  bool writing_ = false;
  std::move_only_function<void()> on_gone_;
  runtime::Notifier data_;
  runtime::Notifier space_;
  runtime::Notifier turn_;
  runtime::TaskGroup reader_;
};

}  // namespace antiphon::api::wyoming
