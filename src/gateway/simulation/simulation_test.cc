// The product, simulated: what must hold whatever workers and clients do. A seed decides all of it. To replay the one
// that failed, with the log: ANTIPHON_SIMULATION_SEED=N build/dev/src/gateway/simulation/gateway_simulation_test
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "gateway/simulation/product.h"
#include "runtime/log.h"

namespace antiphon::gateway::simulation {
namespace {

using namespace std::chrono_literals;

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): a test of one thread
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

class SimulationTest : public testing::Test {
 protected:
  void SetUp() override { runtime::set_log_level(runtime::LogLevel::kOff); }
  void TearDown() override { runtime::set_log_level(runtime::LogLevel::kInfo); }

  [[nodiscard]] Outcome run(const Script& script) { return Product(stage_, script).run(); }

  /// What the request yields when nobody else is there and nothing goes wrong.
  const std::string& alone(const Request& request) {
    const auto known = alone_.find(request);
    if (known != alone_.end()) return known->second;
    const auto outcome = run(solo(request));
    EXPECT_EQ(outcome.faults, std::vector<std::string>{});
    EXPECT_EQ(outcome.answers.front().end, FakeClient::End::kFinished);
    EXPECT_EQ(outcome.answers.front().request, request);
    return alone_.emplace(request, outcome.answers.front().body).first->second;
  }

  /// Returns what is wrong with how a run went; "": nothing.
  [[nodiscard]] std::string fault_of(const Script& script, const Outcome& outcome) {
    if (!outcome.faults.empty()) return outcome.faults.front();
    for (std::size_t i = 0; i < outcome.answers.size(); ++i) {
      const auto fault = fault_of(script, script.clients[i], outcome.answers[i]);
      if (!fault.empty()) return fmt::format("client {}: {}", i, fault);
    }
    return {};
  }
  [[nodiscard]] std::string fault_of(const Script& script, const ClientPlan& plan, const Answer& answer) {
    const bool complete = answer.end == FakeClient::End::kFinished;
    if (answer.end == FakeClient::End::kAnswered) {
      const bool good = answer.status >= 400 && answer.status < 600;
      return good ? "" : fmt::format("an error with the status {}", answer.status);
    }
    if (is_deadly(answer.request)) return complete ? "a text that ends its workers was spoken" : "";
    const auto& whole = alone(answer.request);
    if (complete && answer.body != whole) return "other bytes than alone";
    if (!whole.starts_with(answer.body)) return "bytes that do not begin as they do alone";
    if (script.has_faults) return "";
    if (!complete && !answer.left) return "a cut without a fault";
    // A fake worker with several places has a plan wait for all of its renderings, as a real one has not.
    const bool is_exact = script.admission && script.worker.places == 1;
    const bool plays_at_once = plan.reads == 0 && !plan.paced && plan.request.form == Form::kWhole;
    if (is_exact && plays_at_once && answer.gap > 0s) {
      return fmt::format("a gap of {:.4f} s without a fault", base::to_seconds(answer.gap));
    }
    return "";
  }

  Stage stage_;
  std::map<Request, std::string> alone_;
};

/// Of the optimised build; the others try as many as take them about as long.
constexpr std::uint64_t kSeeds =
#ifdef NDEBUG
    10'000;
#else
    500;
#endif

TEST_F(SimulationTest, WhateverFailsEachRequestEndsOnceWithTheBytesThatItHasAloneAndNothingIsLeft) {
  if (const auto seed = number_in("ANTIPHON_SIMULATION_SEED")) {
    const auto script = script_of(*seed);
    runtime::set_log_level(runtime::LogLevel::kDebug);
    const auto outcome = run(script);
    runtime::set_log_level(runtime::LogLevel::kOff);
    for (const auto& answer : outcome.answers) {
      fmt::print("status {}, end {}, {} bytes, left {}, gap {:.4f} s\n", answer.status, static_cast<int>(answer.end),
                 answer.body.size(), answer.left, base::to_seconds(answer.gap));
    }
    EXPECT_EQ(fault_of(script, outcome), "") << describe(script);
    return;
  }
  std::map<std::string, std::uint64_t> ends;
  const auto seeds = number_in("ANTIPHON_SIMULATION_SEEDS").value_or(kSeeds);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const auto script = script_of(seed);
    const auto outcome = run(script);
    ASSERT_EQ(fault_of(script, outcome), "") << describe(script);
    for (const auto& answer : outcome.answers) {
      ++ends[answer.left ? "left" : fmt::format("{} {}", answer.status, static_cast<int>(answer.end))];
    }
  }
  for (const auto& [end, count] : ends) RecordProperty(end, std::to_string(count));
  EXPECT_GT(ends["200 2"], seeds) << "most are spoken to their end";
}

TEST_F(SimulationTest, ASeedGivesTheSameRunEachTime) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto script = script_of(seed);
    const auto first = run(script);
    const auto second = run(script);
    ASSERT_EQ(first.took, second.took) << seed;
    ASSERT_EQ(first.workers, second.workers) << seed;
    for (std::size_t i = 0; i < first.answers.size(); ++i) {
      ASSERT_EQ(first.answers[i].body, second.answers[i].body) << seed;
      ASSERT_EQ(first.answers[i].status, second.answers[i].status) << seed;
      ASSERT_EQ(first.answers[i].gap, second.answers[i].gap) << seed;
    }
  }
}

}  // namespace
}  // namespace antiphon::gateway::simulation
