#include "runtime/write_timeout.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <utility>

namespace antiphon::runtime {

int unacked_bytes(boost::asio::ip::tcp::socket& socket) {
  int bytes = 0;
  return ::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void UnackedBytes::begin(base::TimePoint now) {
  untaken_ = unacked_bytes(socket_);
  taken_at_ = now;
}

base::Duration UnackedBytes::idle(base::TimePoint now) {
  // What waits adds something only where there is room again; so another figure means that something was taken.
  const auto before = std::exchange(untaken_, unacked_bytes(socket_));
  if (before != untaken_) taken_at_ = now;
  return now - taken_at_;
}

WriteTimeout::WriteTimeout(Clock& clock, boost::asio::ip::tcp::socket& socket, base::Duration patience,
                           std::move_only_function<void()> stuck)
    : clock_(clock), executor_(socket.get_executor()), patience_(patience), stuck_(std::move(stuck)), taking_(socket) {
  taking_.begin(clock.now());
  start();
}

void WriteTimeout::start() {
  timer_ = clock_.start_timer(executor_, clock_.now() + patience_ / 4, [this] { check(); });
}

void WriteTimeout::check() {
  if (taking_.idle(clock_.now()) >= patience_) return stuck_();
  start();
}

}  // namespace antiphon::runtime
