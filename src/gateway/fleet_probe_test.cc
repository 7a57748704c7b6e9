#include "gateway/fleet_probe.h"

#include <gtest/gtest.h>

#include "dispatch/test_cell.h"

namespace antiphon::gateway {
namespace {

class FleetProbeTest : public dispatch::CellTest {
 protected:
  [[nodiscard]] std::string scrape() {
    fleet_probe_.observe(cell_->fleet());
    return registry_.text();
  }
  /// The value of that series; nothing: there is none.
  [[nodiscard]] std::optional<double> value(const std::string& series) {
    const auto text = scrape();
    const auto at = text.find("\n" + series + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::stod(text.substr(at + series.size() + 2));
  }
  [[nodiscard]] bool is(const std::string& state, int slot = 0) {
    return value("antiphon_worker_state" + worker(slot, R"(,state=")" + state + '"')) == 1;
  }
  [[nodiscard]] static std::string worker(int slot, const std::string& more = {}) {
    return R"({machine="here",worker=")" + std::to_string(slot) + '"' + more + '}';
  }

  FleetProbe fleet_probe_{registry_};
};

TEST_F(FleetProbeTest, ShowsWhatAWorkerIsAndHasDone) {
  make_cell({}, 1);
  ASSERT_TRUE(is("starting"));
  EXPECT_FALSE(value("antiphon_worker_ready_after_seconds" + worker(0)));
  ASSERT_TRUE(run_while_not([&] { return is("active"); }));
  EXPECT_FALSE(is("starting"));
  EXPECT_GT(value("antiphon_worker_ready_after_seconds" + worker(0)), 0);
  EXPECT_EQ(value("antiphon_worker_voice" + worker(0, R"(,voice="tone")")), 1);
  EXPECT_EQ(value("antiphon_worker_queue_jobs" + worker(0)), 0);
  EXPECT_GT(value("antiphon_worker_resident_bytes" + worker(0)), 1e6);
  EXPECT_FALSE(value("antiphon_worker_rtf_ratio" + worker(0))) << "it has rendered nothing";
  EXPECT_FALSE(value("antiphon_worker_device_bytes" + worker(0))) << "there is no device";
  EXPECT_FALSE(value("antiphon_worker_round_trip_seconds" + worker(0)));
  EXPECT_FALSE(value("antiphon_worker_state" + worker(1, R"(,state="empty")"))) << "a place that was never used";

  std::optional<double> most;
  const auto stream = cell_->open(spec(dispatch::kLong));
  const auto heard = listen(
      *stream, [&](const dispatch::Pcm&) { most = std::max(most, value("antiphon_worker_queue_jobs" + worker(0))); });
  EXPECT_GE(most, 1);
  EXPECT_GT(value("antiphon_worker_jobs_total" + worker(0)), 2);
  const auto rendered = value("antiphon_worker_rendered_seconds_total" + worker(0)).value_or(0);
  EXPECT_NEAR(rendered, base::to_seconds(base::playing_time({heard.size()}, dispatch::kRate)), 2)
      << "but for the pauses";
  const auto busy = value("antiphon_worker_busy_seconds_total" + worker(0)).value_or(0);
  EXPECT_NEAR(value("antiphon_worker_rtf_ratio" + worker(0)).value_or(0), busy / rendered, 1e-6);
}

TEST_F(FleetProbeTest, CountsDeathsAndRestartsOfEachPlaceAndWhyThePoolActed) {
  make_cell({}, 1);
  ASSERT_TRUE(run_while_not([&] { return is("active"); }));
  const auto deaths = [&](const std::string& reason) {
    return value("antiphon_worker_deaths_total" + worker(0, R"(,reason=")" + reason + '"'));
  };
  EXPECT_EQ(deaths("exited"), 0);
  EXPECT_EQ(value(R"(antiphon_pool_condition{condition="well"})"), 1);
  active_worker()->die();
  ASSERT_TRUE(run_while_not([&] { return deaths("exited") == 1; }));
  EXPECT_EQ(value(R"(antiphon_pool_condition{condition="degraded"})"), 1);
  EXPECT_FALSE(value(R"(antiphon_pool_condition{condition="well"})"));
  ASSERT_TRUE(run_while_not([&] { return is("active"); }));
  EXPECT_EQ(value("antiphon_worker_restarts_total" + worker(0)), 1);
  EXPECT_EQ(deaths("stalled"), 0);
  EXPECT_EQ(value(R"(antiphon_pool_decisions_total{does="spawn",cause="least"})"), 1);
  EXPECT_EQ(value(R"(antiphon_pool_decisions_total{does="spawn",cause="lost"})"), 1);
  EXPECT_EQ(value(R"(antiphon_pool_decisions_total{does="retire",cause="little_load"})"), 0);
  EXPECT_TRUE(run_while_not([&] { return value(R"(antiphon_pool_limit{limit="none"})") == 1; }));
  EXPECT_EQ(value(R"(antiphon_worker_slots{machine="here",state="active"})"), 1);
  EXPECT_EQ(value("antiphon_workers_wanted"), 1);
  EXPECT_EQ(value("antiphon_expectation_factor"), 1);
}

}  // namespace
}  // namespace antiphon::gateway
