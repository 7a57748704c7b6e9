#include "runtime/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace antiphon::runtime {

Awaitable<bool> Notifier::wait() {
  if (co_await is_cancelled()) co_return false;
  co_await wait_even_if_cancelled();
  co_return !co_await is_cancelled();
}

Awaitable<> Notifier::wait_even_if_cancelled() {
  co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
}

Awaitable<bool> Event::wait() {
  while (!set_) {
    if (!co_await notifier_.wait()) co_return set_;
  }
  co_return true;
}

}  // namespace antiphon::runtime
