#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <concepts>

#include "runtime/manual_clock.h"

namespace antiphon::runtime {

/// For tests, which run an event loop themselves: runs it until `condition()`; false when that takes longer than
/// `limit`.
bool run_until(boost::asio::io_context& context, std::predicate auto condition, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context.restart();
    context.run_one_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// The same on a clock that the test moves: whenever nothing is left to do, the time jumps to the next timer. False
/// when the condition is not met within `limit` of that time, or nothing will happen any more.
bool run_until(boost::asio::io_context& context, ManualClock& clock, std::predicate auto condition,
               base::Duration limit) {
  const auto deadline = clock.now() + limit;
  while (!condition()) {
    context.restart();
    if (context.poll_one() > 0) continue;
    const auto next = clock.next_due();
    if (!next || *next > deadline) return false;
    clock.advance(*next - clock.now());
  }
  return true;
}

}  // namespace antiphon::runtime
