#include "runtime/manual_clock.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace antiphon::runtime {

struct ManualClock::Entry {
  Executor executor;
  std::move_only_function<void()> expired;
  bool queued = false;
  bool stopped = false;
};

class ManualClock::ManualTimer final : public Timer {
 public:
  ManualTimer(std::shared_ptr<Timers> timers, Timers::iterator place)
      : timers_(std::move(timers)), place_(place), entry_(place->second) {}
  ManualTimer(const ManualTimer&) = delete;
  ManualTimer& operator=(const ManualTimer&) = delete;
  ~ManualTimer() override {
    entry_->stopped = true;
    if (!entry_->queued) timers_->erase(place_);
  }

 private:
  std::shared_ptr<Timers> timers_;
  Timers::iterator place_;
  std::shared_ptr<Entry> entry_;
};

std::unique_ptr<Timer> ManualClock::start_timer(Executor executor, base::TimePoint when,
                                                std::move_only_function<void()> expired) {
  auto entry = std::make_shared<Entry>(std::move(executor), std::move(expired));
  const auto place = timers_->emplace(when, std::move(entry));
  auto timer = std::make_unique<ManualTimer>(timers_, place);
  if (when <= now_) advance({});
  return timer;
}

void ManualClock::advance(base::Duration by) {
  now_ += by;
  while (!timers_->empty() && timers_->begin()->first <= now_) {
    const auto entry = timers_->begin()->second;
    timers_->erase(timers_->begin());
    entry->queued = true;
    boost::asio::post(entry->executor, [entry] {
      if (!entry->stopped) entry->expired();
    });
  }
}

}  // namespace antiphon::runtime
