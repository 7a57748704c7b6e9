#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/process_metrics.h"
#include "metrics/registry.h"

namespace antiphon::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(RegistryTest, WritesWhatWasCounted) {
  Registry registry;
  registry.counter("antiphon_refusals_total", "Requests refused.", {{"reason", "capacity"}}).add(2);
  registry.gauge("antiphon_streams", "Live streams.").set(7);
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE antiphon_refusals_total counter"));
  EXPECT_THAT(text, HasSubstr("antiphon_refusals_total{reason=\"capacity\"} 2"));
  EXPECT_THAT(text, HasSubstr("antiphon_streams 7"));
}

TEST(RegistryTest, TheSameNameAndLabelsAreTheSameMetric) {
  Registry registry;
  registry.counter("antiphon_a_total", "A.", {{"x", "1"}}).add();
  registry.counter("antiphon_a_total", "A.", {{"x", "1"}}).add();
  registry.counter("antiphon_a_total", "A.", {{"x", "2"}}).add();
  EXPECT_EQ(registry.counter("antiphon_a_total", "A.", {{"x", "1"}}).value(), 2);
  EXPECT_EQ(registry.counter("antiphon_a_total", "A.", {{"x", "2"}}).value(), 1);
}

TEST(RegistryTest, AHistogramCountsUpToEachBound) {
  Registry registry;
  const auto gaps = registry.histogram("antiphon_gap_seconds", "Gaps.", gap_bounds());
  gaps.observe(40ms);
  gaps.observe(60ms);
  EXPECT_EQ(gaps.count(), 2U);
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("antiphon_gap_seconds_bucket{le=\"0.05\"} 1"));
  EXPECT_THAT(text, HasSubstr("antiphon_gap_seconds_bucket{le=\"0.1\"} 2"));
  EXPECT_THAT(text, Not(HasSubstr("antiphon_gap_seconds_bucket{le=\"0.05\"} 2")));
}

TEST(RegistryTest, ATableHasTheRowsThatItWasToldLast) {
  Registry registry;
  const auto queues = registry.table("antiphon_queue_jobs", "Jobs.", Registry::Kind::kGauge);
  const auto kills = registry.table("antiphon_kills_total", "Kills.", Registry::Kind::kCounter);
  EXPECT_THAT(registry.text(), Not(HasSubstr("antiphon_queue_jobs")));
  queues.replace({{.labels = {{"worker", "0"}}, .value = 3}, {.labels = {{"worker", "a\"b\n"}}, .value = 1}});
  kills.replace({{.labels = {{"worker", "0"}, {"reason", "stalled"}}, .value = 2}});
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE antiphon_queue_jobs gauge\nantiphon_queue_jobs{worker=\"0\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("antiphon_queue_jobs{worker=\"a\\\"b\\n\"} 1"));
  EXPECT_THAT(text, HasSubstr("# TYPE antiphon_kills_total counter\n"));
  EXPECT_THAT(text, HasSubstr("antiphon_kills_total{worker=\"0\",reason=\"stalled\"} 2"));
  queues.replace({{.labels = {{"worker", "1"}}, .value = 4}});
  EXPECT_THAT(registry.text(), Not(HasSubstr("antiphon_queue_jobs{worker=\"0\"}")));
  EXPECT_THAT(registry.text(), HasSubstr("antiphon_queue_jobs{worker=\"1\"} 4"));
}

TEST(ProcessMetricsTest, SaysWhatThisProcessUses) {
  Registry registry;
  const ProcessMetrics process(registry);
  EXPECT_THAT(registry.text(), Not(HasSubstr("process_"))) << "nothing that was not read";
  process.observe();
  process.observe();
  const auto text = registry.text();
  for (const auto* const name :
       {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_threads",
        "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    const auto at = text.find("\n" + std::string(name) + " ");
    ASSERT_NE(at, std::string::npos) << name << text;
    EXPECT_GT(std::stod(text.substr(at + 2 + std::string(name).size())), 0) << name;
  }
}

}  // namespace
}  // namespace antiphon::metrics
