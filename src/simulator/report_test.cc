#include "simulator/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Report small_report() {
  Scenario base{.warm_up = 0s, .duration = 20s, .timeline = 10s};
  base.groups.front().arrivals = Poisson{.load = 0.5};
  const std::array variants = {Variant{.policy = scheduler::Policy::kFifo, .admission = scheduler::Admission::kOff},
                               Variant{}};
  const std::array loads = {0.5, 1.5};
  Report report{
      .command = "antiphon simulate --load 0.5,1.5", .study = *plan("load", base, variants, loads), .outcomes = {}};
  report.outcomes = run(report.study, 2);
  return report;
}

TEST(Report, TheTableHasARowForEachPointAndIntervals) {
  const auto table = to_table(small_report());
  EXPECT_THAT(table, HasSubstr("fifo"));
  EXPECT_THAT(table, HasSubstr("fair"));
  EXPECT_THAT(table, HasSubstr("1.5"));
  EXPECT_THAT(table, HasSubstr("±"));
  EXPECT_GE(std::ranges::count(table, '\n'), 8);
}

TEST(Report, GroupsHaveRowsOfTheirOwn) {
  const Scenario base{.warm_up = 0s, .duration = 10s};
  const Variant ours;
  Report report{.command = {}, .study = *plan("flood", base, {&ours, 1}, {}), .outcomes = {}};
  report.outcomes = run(report.study, 1);
  EXPECT_THAT(to_table(report), HasSubstr("light"));
  EXPECT_THAT(to_table(report), HasSubstr("heavy"));
}

TEST(Report, TheJsonHasEveryMeasureWithItsInterval) {
  const auto report = small_report();
  const auto json = nlohmann::json::parse(to_json(report));
  ASSERT_EQ(json["points"].size(), 4U);
  const auto& last = json["points"][3];
  EXPECT_EQ(last["series"], "fair");
  EXPECT_EQ(last["policy"], "fair");
  EXPECT_EQ(last["x"], 1.5);
  EXPECT_EQ(last["runs"], 2);
  for (const auto& [name, value] : report.outcomes.back().result.all) {
    EXPECT_EQ(last["all"][std::string(name)]["mean"], value.mean) << name;
    EXPECT_EQ(last["all"][std::string(name)]["half"], value.half) << name;
  }
}

TEST(Report, ThePageNeedsNothingFromOutsideAndHoldsItsData) {
  auto report = small_report();
  report.study.title = "</script><b>";
  const auto page = to_html(report);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const auto* outside : {"src=", "href=", "url(", "@import", "fetch("}) EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_THAT(page, Not(HasSubstr("</script><b>"))) << "no text ends the element it stands in";
  const std::string begin = "id=\"data\">";
  const auto from = page.find(begin) + begin.size();
  const auto data = nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
  EXPECT_EQ(data["title"], "</script><b>");
  const auto& timeline = data["points"][1]["timeline"];
  ASSERT_FALSE(timeline.empty());
  for (const auto& span : timeline) {
    ASSERT_EQ(span.size(), 6U);
    EXPECT_LE(span[4], span[5]);
  }
}

}  // namespace
}  // namespace antiphon::simulator
