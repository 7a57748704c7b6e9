#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace antiphon::cli {
namespace {

using testing::ElementsAre;

/// Settings after `line`, the command line of a server.
class SettingsTest : public testing::Test {
 protected:
  SettingsTest() { settings_.add_all_to(app_); }

  config::Config after(const std::string& line) {
    app_.parse(line);
    return settings_.load();
  }

  CLI::App app_;
  Settings settings_;
};

TEST_F(SettingsTest, EveryFlagOfAKeyIsThereAndHasAKeyOfItsOwn) {
  std::set<std::string_view> flags;
  const config::Config scratch;
  config::each_key(scratch, [&](const config::Key& key, const auto&) {
    if (key.flag.empty()) return;
    EXPECT_TRUE(flags.insert(key.flag).second) << key.flag;
    EXPECT_NE(app_.get_option_no_throw(std::string(key.flag)), nullptr) << key.flag;
  });
  EXPECT_FALSE(flags.empty());
}

TEST_F(SettingsTest, AFlagSetsItsKeyWhateverItsType) {
  const auto config =
      after("--policy edf --allowed-host antiphon --allowed-host *.lan --workers 3 --allow-anonymous --voice joe");
  EXPECT_EQ(config.scheduler.policy, scheduler::Policy::kEdf);
  EXPECT_THAT(config.server.allowed_hosts, ElementsAre("antiphon", "*.lan"));
  EXPECT_EQ(config.workers.count, 3U);
  EXPECT_TRUE(config.server.allow_anonymous);
  EXPECT_EQ(config.voices.preferred, "joe");
  EXPECT_TRUE(settings_.gives("--workers"));
  EXPECT_FALSE(settings_.gives("--kill"));
}

TEST_F(SettingsTest, WithoutFlagsTheDefaultsStay) {
  const auto config = after("");
  EXPECT_EQ(config.scheduler, config::Config{}.scheduler);
  EXPECT_FALSE(config.server.allow_anonymous);
  EXPECT_FALSE(settings_.gives("--workers"));
}

TEST_F(SettingsTest, AValueThatCannotBeIsWrongUsage) {
  for (const auto* const line : {"--policy best", "--workers 1025", "--workers many", "--engine-kernel slow",
                                 "--log xml", "--batch 65", "--policy edf --policy fifo"}) {
    EXPECT_THROW(app_.parse(line), CLI::ParseError) << line;
  }
}

}  // namespace
}  // namespace antiphon::cli
