#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <concepts>

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

}  // namespace antiphon::runtime
