#include "bench/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/report.h"

namespace antiphon::bench {
namespace {

using testing::HasSubstr;

TEST(ComparisonTest, ThePageHoldsEachRunUnderItsName) {
  const auto report = to_json(make_report("closed loop of 8 listeners", {}, 1, {}));
  const auto page = to_html({{.name = "ours", .json = report}, {.name = "</script>", .json = report}});
  ASSERT_TRUE(page) << page.error();
  EXPECT_THAT(*page, HasSubstr("closed loop of 8 listeners"));
  EXPECT_THAT(*page, HasSubstr(R"("name":"ours")"));
  EXPECT_THAT(*page, HasSubstr(R"("name":"\u003c/script>")"));
}

TEST(ComparisonTest, WhatIsNoReportIsNamed) {
  for (const auto* const json : {"", "[]", "{}", R"({"load":"x","all":{},"gaps":[]})", R"({"study":"load"})"}) {
    const auto page = to_html({{.name = "old.json", .json = json}});
    ASSERT_FALSE(page) << json;
    EXPECT_THAT(page.error(), HasSubstr("old.json"));
  }
}

}  // namespace
}  // namespace antiphon::bench
