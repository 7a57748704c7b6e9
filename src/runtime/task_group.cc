#include "runtime/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <exception>
#include <typeinfo>
#include <utility>

#include "base/check.h"
#include "runtime/log.h"

namespace antiphon::runtime {
namespace {

Awaitable<> guarded(Awaitable<> task) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_await std::move(task);
}

void report(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    log_error("task_failed", {{"exception", typeid(e).name()}});  // what() could quote a user's text
  } catch (...) {
    log_error("task_failed", {{"exception", "unknown"}});
  }
}

}  // namespace

TaskGroup::TaskGroup(const Executor& executor)
    : executor_(executor), tasks_(std::make_shared<Tasks>()), empty_(executor) {}

TaskGroup::~TaskGroup() { ANTIPHON_CHECK(tasks_->empty(), "a task group was destroyed before its tasks were joined"); }

bool TaskGroup::spawn(Awaitable<> task) {
  if (cancelled_) return false;
  const auto place = tasks_->emplace(tasks_->end());
  boost::asio::co_spawn(executor_, guarded(std::move(task)),
                        boost::asio::bind_cancellation_slot(place->slot(), [this, place](std::exception_ptr failure) {
                          report(failure);
                          tasks_->erase(place);
                          if (tasks_->empty()) empty_.notify_all();
                        }));
  return true;
}

void TaskGroup::cancel() {
  cancelled_ = true;
  // Within the loop, Asio passes a signal on at once. From outside it would keep a reference to the task until the loop
  // runs, and the task may end before.
  boost::asio::dispatch(executor_, [tasks = tasks_] {
    for (auto& task : *tasks) task.emit(boost::asio::cancellation_type::terminal);
  });
}

Awaitable<> TaskGroup::join() {
  while (!tasks_->empty()) {
    if (co_await is_cancelled()) cancel();
    co_await empty_.wait_even_if_cancelled();
  }
}

Awaitable<bool> run_until(Clock& clock, base::TimePoint deadline, Awaitable<> work) {
  bool expired = false;
  TaskGroup group(co_await boost::asio::this_coro::executor);
  auto timer = clock.start_timer(co_await boost::asio::this_coro::executor, deadline, [&] {
    expired = true;
    group.cancel();
  });
  group.spawn(std::move(work));
  co_await group.join();
  co_return !expired;
}

}  // namespace antiphon::runtime
