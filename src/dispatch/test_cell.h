#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dispatch/cell.h"
#include "engine/tone/manifest.h"
#include "fleet/testing/fake_worker.h"
#include "runtime/clock.h"
#include "runtime/manual_clock.h"
#include "runtime/test_loop.h"

namespace antiphon::dispatch {

using Pcm = std::vector<std::int16_t>;

inline constexpr base::SampleRate kRate{22'050};

inline const std::string kLong =
    "The first voice begins before the sentence is finished. The second never waits for it to end! "
    "And a third, which came late, is heard as clearly as the others; nobody notices that there are only two throats.";

/// A cell, whatever its workers and its clock are.
class AnyCellTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / ("cell_test_" + std::to_string(::getpid()));
    add_voice("tone");
  }
  void TearDown() override {
    if (cell_) run_until_done([this] { return cell_->stop(); });
    cell_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// Runs the loop until `finished`; false when that takes longer than it may.
  virtual bool run_while_not(const std::function<bool()>& finished) = 0;
  [[nodiscard]] virtual runtime::Clock& clock() = 0;
  /// Says where the workers come from.
  virtual void choose_workers(CellOptions& options) = 0;

  /// Before the cell is made.
  void add_voice(const std::string& id, const std::vector<std::string>& speakers = {}) {
    ASSERT_TRUE(engine::tone::write_tone_voice(folder_ / id, {.speakers = speakers}).has_value());
    voices_.push_back({.id = id, .folder = folder_ / id, .rate = kRate});
  }

  void make_cell(scheduler::Options scheduling, std::uint32_t workers,
                 base::Duration backlog = std::chrono::seconds(30)) {
    make_cell(scheduling, {.least = workers, .most = workers, .spare = worker_pool::Spare::kOff}, backlog);
  }
  void make_cell(scheduler::Options scheduling, worker_pool::Options pool,
                 base::Duration backlog = std::chrono::seconds(30)) {
    CellOptions options{.scheduling = scheduling, .pool = pool, .gpu = gpu_, .voices = voices_, .backlog = backlog};
    choose_workers(options);
    cell_ = std::make_unique<Cell>(context_.get_executor(), clock(), probe_, std::move(options));
    cell_->start();
  }

  [[nodiscard]] static SpeechSpec spec(std::string text, std::uint64_t seed = 0) {
    return {.user = base::UserId{seed},
            .voice_id = "tone",
            .rate = kRate,
            .text = std::move(text),
            .seed = seed,
            .wait = std::chrono::seconds(30)};
  }

  template <class Task>
  void run_until_done(Task task) {
    bool done = false;
    runtime::TaskGroup group(context_.get_executor());
    group.spawn([](Task work, bool& flag) -> runtime::Awaitable<> {
      co_await work();
      flag = true;
    }(std::move(task), done));
    ASSERT_TRUE(run_while_not([&] { return done && group.size() == 0; }));
  }

  /// Everything that `stream` yields, with a look at it after each piece.
  Pcm listen(SpeechStream& stream, const std::function<void(const Pcm&)>& look = {}) {
    Pcm heard;
    EXPECT_TRUE(run_while_not([&] {
      const auto piece = cell_->take(stream);
      heard.insert(heard.end(), piece.begin(), piece.end());
      if (!piece.empty() && look) look(heard);
      return piece.empty() && stream.end() != SpeechStream::End::kNotYet;
    }));
    return heard;
  }

  /// What each seed below `count` sounds like when nobody else is there.
  std::map<std::uint64_t, Pcm> speak_alone(std::uint64_t count) {
    std::map<std::uint64_t, Pcm> alone;
    for (std::uint64_t seed = 0; seed < count; ++seed) {
      const auto stream = cell_->open(spec(kLong, seed));
      alone[seed] = listen(*stream);
    }
    return alone;
  }
  /// The same, all at once: their streams, before anything is taken.
  std::map<std::uint64_t, Cell::Handle> open_together(const std::map<std::uint64_t, Pcm>& alone) {
    std::map<std::uint64_t, Cell::Handle> crowd;
    for (const auto& [seed, pcm] : alone) crowd[seed] = cell_->open(spec(kLong, seed));
    return crowd;
  }

  [[nodiscard]] std::uint64_t deaths(worker_pool::Death how) const {
    std::uint64_t sum = 0;
    for (const auto& slot : cell_->fleet().pool().slots()) sum += slot.deaths(how);
    return sum;
  }
  /// The process of the first worker that takes jobs.
  [[nodiscard]] pid_t active_pid() const {
    for (const auto& worker : cell_->fleet().status()) {
      if (cell_->fleet().pool().slots()[worker.slot].state() == worker_pool::SlotState::kActive) return worker.pid;
    }
    return 0;
  }
  [[nodiscard]] std::size_t in_state(worker_pool::SlotState state) const {
    return static_cast<std::size_t>(
        std::ranges::count(cell_->fleet().pool().slots(), state, &worker_pool::Slot::state));
  }
  [[nodiscard]] bool decided(worker_pool::ActionKind kind, worker_pool::Cause cause) const {
    return std::ranges::any_of(cell_->fleet().pool().decisions(), [&](const auto& decision) {
      return decision.action.kind == kind && decision.action.cause == cause;
    });
  }

  boost::asio::io_context context_;
  metrics::Registry registry_;
  Probe probe_{registry_};
  std::filesystem::path folder_;
  std::vector<fleet::Voice> voices_;
  std::unique_ptr<Cell> cell_;
  const device::Gpu* gpu_ = nullptr;
};

/// A cell with fake workers that have the tone engine. Its clock stands still while anything is left to do, and jumps
/// then: no test depends on the machine.
class CellTest : public AnyCellTest {
 protected:
  bool run_while_not(const std::function<bool()>& finished) override {
    return runtime::run_until(context_, clock_, finished, std::chrono::minutes(10));
  }
  [[nodiscard]] runtime::Clock& clock() override { return clock_; }
  void choose_workers(CellOptions& options) override { options.source = &workers_; }

  /// The first worker that takes jobs; null: none does.
  [[nodiscard]] fleet::testing::FakeWorker* active_worker() const { return workers_.find(active_pid()); }

  runtime::ManualClock clock_{base::TimePoint(std::chrono::hours(1))};
  fleet::testing::FakeVoices voices_of_workers_;
  fleet::testing::FakeWorkers workers_{context_.get_executor(), clock_, voices_of_workers_};
};

}  // namespace antiphon::dispatch
