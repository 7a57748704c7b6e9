#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "runtime/awaitable.h"

namespace antiphon::runtime {

/// Threads for work that would block the event loop (resampling, encoding). What waits in it is bounded by its
/// callers: each awaits one function at a time.
class ThreadPool {
 public:
  /// Functions run on one strand never run at the same time, and in the order in which they were given.
  using Strand = boost::asio::strand<Executor>;

  /// `threads`: 1 or more.
  explicit ThreadPool(std::size_t threads);
  /// Has no thread: functions run on that event loop, one after the other, so that a test decides when.
  explicit ThreadPool(Executor loop) : executor_(std::move(loop)) {}
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// Waits for what runs; what has not begun is dropped. Stop the event loops that wait for it first.
  ~ThreadPool();

  [[nodiscard]] Strand make_strand() { return boost::asio::make_strand(executor_); }

 private:
  std::optional<boost::asio::thread_pool> pool_;
  Executor executor_;
};

namespace detail {
template <class Fn>
Awaitable<std::invoke_result_t<Fn&>> invoke(Fn fn) {
  co_return fn();
}
}  // namespace detail

/// Runs `fn` on the strand and resumes the caller on its own event loop with the result; an exception of `fn` is
/// rethrown there. Not cancellable: it always returns after `fn`, so `fn` may refer to the caller's frame.
template <class Fn>
Awaitable<std::invoke_result_t<Fn&>> run_on(ThreadPool::Strand strand, Fn fn) {
  return boost::asio::co_spawn(
      strand, detail::invoke(std::move(fn)),
      boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(), boost::asio::use_awaitable));
}

}  // namespace antiphon::runtime
