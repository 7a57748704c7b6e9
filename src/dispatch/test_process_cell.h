#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "dispatch/test_cell.h"
#include "runtime/clock.h"

namespace antiphon::dispatch {

/// A cell with real worker processes that have the tone engine, on a real clock. For what no fake worker shows.
class ProcessCellTest : public AnyCellTest {
 protected:
  /// Gives up after a minute.
  bool run_while_not(const std::function<bool()>& finished) override {
    return runtime::run_until(context_, finished, std::chrono::seconds(60));
  }
  [[nodiscard]] runtime::Clock& clock() override { return clock_; }
  void choose_workers(CellOptions& options) override {
    options.worker = {.executable = ANTIPHON_TEST_WORKER, .arguments = worker_arguments_};
  }

  runtime::SystemClock clock_;
  std::vector<std::string> worker_arguments_;
};

}  // namespace antiphon::dispatch
