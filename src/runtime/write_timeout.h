#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "runtime/awaitable.h"
#include "runtime/clock.h"

namespace antiphon::runtime {

/// What was written to `socket` and its peer's system has not acknowledged, in bytes (SIOCOUTQ); 0 where that cannot be
/// told.
[[nodiscard]] int unacked_bytes(boost::asio::ip::tcp::socket& socket);

/// Follows what the peer of a socket takes of a write that waits.
class UnackedBytes {
 public:
  /// `socket` outlives it.
  explicit UnackedBytes(boost::asio::ip::tcp::socket& socket) : socket_(socket) {}

  void begin(base::TimePoint now);
  /// For how long nothing was taken, as far as the calls can tell: every quarter of what matters will do.
  [[nodiscard]] base::Duration idle(base::TimePoint now);

 private:
  boost::asio::ip::tcp::socket& socket_;
  int untaken_ = 0;
  base::TimePoint taken_at_{};
};

/// Calls back when the peer of a socket takes nothing for so long while a write to it waits. That alone says little:
/// the system may hold seconds of audio, and wakes a write when most of it is gone. So a write may wait while its peer
/// reads steadily, if slowly. On the event loop; it lives as long as the write.
class WriteTimeout {
 public:
  /// `clock` and `socket` outlive it. `stuck` is called from the loop, once at most.
  WriteTimeout(Clock& clock, boost::asio::ip::tcp::socket& socket, base::Duration patience,
               std::move_only_function<void()> stuck);
  WriteTimeout(const WriteTimeout&) = delete;
  WriteTimeout& operator=(const WriteTimeout&) = delete;
  ~WriteTimeout() = default;

 private:
  void start();
  void check();

  Clock& clock_;
  Executor executor_;
  base::Duration patience_;
  std::move_only_function<void()> stuck_;
  UnackedBytes taking_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace antiphon::runtime
