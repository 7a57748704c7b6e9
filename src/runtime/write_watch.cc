#include "runtime/write_watch.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <utility>

namespace antiphon::runtime {

int untaken_bytes(boost::asio::ip::tcp::socket& socket) {
  int bytes = 0;
  return ::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void Taking::begin(base::TimePoint now) {
  untaken_ = untaken_bytes(socket_);
  taken_at_ = now;
}

base::Duration Taking::idle(base::TimePoint now) {
  // What waits adds something only where there is room again; so another figure means that something was taken.
  const auto before = std::exchange(untaken_, untaken_bytes(socket_));
  if (before != untaken_) taken_at_ = now;
  return now - taken_at_;
}

WriteWatch::WriteWatch(Clock& clock, boost::asio::ip::tcp::socket& socket, base::Duration patience,
                       std::move_only_function<void()> stuck)
    : clock_(clock), executor_(socket.get_executor()), patience_(patience), stuck_(std::move(stuck)), taking_(socket) {
  taking_.begin(clock.now());
  start();
}

void WriteWatch::start() {
  timer_ = clock_.start_timer(executor_, clock_.now() + patience_ / 4, [this] { check(); });
}

void WriteWatch::check() {
  if (taking_.idle(clock_.now()) >= patience_) return stuck_();
  start();
}

}  // namespace antiphon::runtime
