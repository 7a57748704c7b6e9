#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

#include "runtime/test_loop.h"

namespace antiphon::remote {

/// Tests that run an event loop themselves.
class LoopTest : public testing::Test {
 public:
  /// Runs the loop until `condition`; fails when that takes longer than a minute.
  void until(const std::function<bool()>& condition) {
    ASSERT_TRUE(runtime::run_until(context_, condition, std::chrono::minutes(1)));
  }

  boost::asio::io_context context_;
};

}  // namespace antiphon::remote
