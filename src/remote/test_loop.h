#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace antiphon::remote {

/// Tests that run an event loop themselves.
class LoopTest : public testing::Test {
 public:
  /// Runs the loop until `condition`; fails when that takes longer than a minute.
  void until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds(10));
    }
  }

  boost::asio::io_context context_;
};

}  // namespace antiphon::remote
