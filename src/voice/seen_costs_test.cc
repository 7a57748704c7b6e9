#include "voice/seen_costs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace antiphon::voice {
namespace {

class SeenCostsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / ("seen_costs_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(SeenCostsTest, ReadsBackWhatWasWritten) {
  const SeenCosts costs{.fixed_seconds = 0.0021, .render_ratio = 0.0873, .plan_ratio = 0.016};
  ASSERT_TRUE(write_seen_costs(folder_, costs).has_value());
  EXPECT_EQ(read_seen_costs(folder_), costs);
  ASSERT_TRUE(write_seen_costs(folder_, {.fixed_seconds = 0, .render_ratio = 1, .plan_ratio = 1}).has_value());
  EXPECT_EQ(read_seen_costs(folder_)->render_ratio, 1);
}

TEST_F(SeenCostsTest, WhatCannotBeReadIsNotKnown) {
  EXPECT_EQ(read_seen_costs(folder_), std::nullopt);
  for (const auto* text : {"", "{", "[]", "{}", R"({"fixed_seconds":0,"render_ratio":0,"plan_ratio":1})",
                           R"({"fixed_seconds":0,"render_ratio":1,"plan_ratio":1e9})",
                           R"({"fixed_seconds":0,"render_ratio":1,"plan_ratio":1,"more":1})"}) {
    std::ofstream(folder_ / kSeenCostsFile) << text;
    EXPECT_EQ(read_seen_costs(folder_), std::nullopt) << text;
  }
}

TEST_F(SeenCostsTest, WhatIsOutOfRangeOrHasNoPlaceIsNotWritten) {
  EXPECT_EQ(write_seen_costs(folder_, {.fixed_seconds = 11, .render_ratio = 1, .plan_ratio = 1}).error().code,
            Errc::kManifestInvalid);
  EXPECT_EQ(write_seen_costs(folder_ / "none", {.render_ratio = 1, .plan_ratio = 1}).error().code, Errc::kFileFailure);
}

}  // namespace
}  // namespace antiphon::voice
