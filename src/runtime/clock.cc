#include "runtime/clock.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "runtime/event.h"

namespace antiphon::runtime {
namespace {

class SystemTimer final : public Timer {
 public:
  SystemTimer(const Executor& executor, base::TimePoint when, std::move_only_function<void()> expired)
      : state_(std::make_shared<State>(std::move(expired))), timer_(executor) {
    timer_.expires_at(std::chrono::steady_clock::time_point(when.time_since_epoch()));
    timer_.async_wait([state = state_](const boost::system::error_code& error) {
      if (!error && !state->stopped) state->expired();
    });
  }
  SystemTimer(const SystemTimer&) = delete;
  SystemTimer& operator=(const SystemTimer&) = delete;
  ~SystemTimer() override { state_->stopped = true; }

 private:
  struct State {
    std::move_only_function<void()> expired;
    bool stopped = false;
  };
  std::shared_ptr<State> state_;  // shared with a completion that may already be queued
  boost::asio::steady_timer timer_;
};

}  // namespace

base::TimePoint SystemClock::now() const noexcept {
  return base::TimePoint(std::chrono::steady_clock::now().time_since_epoch());
}

std::unique_ptr<Timer> SystemClock::start_timer(Executor executor, base::TimePoint when,
                                                std::move_only_function<void()> expired) {
  return std::make_unique<SystemTimer>(std::move(executor), when, std::move(expired));
}

Awaitable<bool> sleep_until(Clock& clock, base::TimePoint when) {
  Event due(co_await boost::asio::this_coro::executor);
  const auto timer = clock.start_timer(due.executor(), when, [&due] { due.set(); });
  co_return co_await due.wait();
}

Awaitable<bool> sleep_for(Clock& clock, base::Duration duration) { return sleep_until(clock, clock.now() + duration); }

}  // namespace antiphon::runtime
