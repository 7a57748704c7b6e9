#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

namespace antiphon::runtime {

/// A coroutine on the event loop. Cancellation is never an exception here: a TaskGroup starts its tasks so that a
/// cancelled operation reports itself by its result (false, nullopt), and every operation started after the
/// cancellation reports the same at once.
template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

/// Whether the calling task has been cancelled: `if (co_await is_cancelled()) co_return;`
inline Awaitable<bool> is_cancelled() {
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  co_return state.cancelled() != boost::asio::cancellation_type::none;
}

}  // namespace antiphon::runtime
