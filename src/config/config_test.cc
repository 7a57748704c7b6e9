#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/nearest.h"

namespace antiphon::config {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view toml) {
  try {
    (void)parse(toml, "a.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Config, AnEmptyFileIsTheDefaults) {
  EXPECT_EQ(to_toml(parse("", "a.toml")), to_toml(Config{}));
  EXPECT_EQ(parse("", "a.toml").server.port, 8080);
}

TEST(Config, ReadsEveryKindOfValue) {
  const auto config = parse(R"(
[server]
host = "::1"
port = 0
allowed_hosts = ["voice.lan", "tts"]
drain_seconds = 1.5
[workers]
count = 4
[voices]
folder = "/voices"
[scheduler]
policy = "edf"
[admission]
utilisation = 1
[aliases]
alloy = "joe#2"
"strange name" = "joe"
[gains]
joe = -3
"de amy" = 5.25
)",
                            "a.toml");
  EXPECT_EQ(config.server.host, "::1");
  EXPECT_EQ(config.server.port, 0);
  EXPECT_THAT(config.server.allowed_hosts, testing::ElementsAre("voice.lan", "tts"));
  EXPECT_EQ(config.server.drain, std::chrono::milliseconds(1500));
  EXPECT_EQ(config.workers.count, 4U);
  EXPECT_EQ(config.voices.folder, "/voices");
  EXPECT_EQ(config.scheduler.policy, scheduler::Policy::kEdf);
  EXPECT_EQ(config.scheduler.utilisation, 1.0);
  EXPECT_EQ(config.aliases.at("alloy"), "joe#2");
  EXPECT_EQ(config.gains.at("joe"), -3.0);
  EXPECT_EQ(config.gains.at("de amy"), 5.25);
  EXPECT_EQ(to_toml(parse(to_toml(config), "b.toml")), to_toml(config));
}

TEST(Config, AnErrorSaysWhereAndWhatWouldBeRight) {
  EXPECT_THAT(error_of("[server]\n\nprot = 1"),
              HasSubstr("a.toml:3: unknown key 'server.prot'; did you mean 'server.port'"));
  EXPECT_THAT(error_of("[severs]\nport = 1"), HasSubstr("did you mean 'server'?"));
  EXPECT_THAT(error_of("server = 3"), HasSubstr("must be a section"));
  EXPECT_THAT(error_of("[server]\nport = 70000"),
              HasSubstr("a.toml:2: server.port must be a whole number from 0 to 65535"));
  EXPECT_THAT(error_of("[server]\nport = \"80\""), HasSubstr("server.port must be a whole number"));
  EXPECT_THAT(error_of("[server]\nhost = 1"), HasSubstr("server.host must be a string"));
  EXPECT_THAT(error_of("[server]\nallowed_hosts = \"tts\""), HasSubstr("must be a list of at most 1000 strings"));
  EXPECT_THAT(error_of("[server]\nallowed_hosts = [1]"), HasSubstr("server.allowed_hosts must be a string"));
  EXPECT_THAT(error_of("[admission]\nutilisation = nan"), HasSubstr("must be a number from 0.1 to 1"));
  EXPECT_THAT(error_of("[scheduler]\npolicy = \"best\""), HasSubstr("must be fifo, rr, arrival, edf or fair"));
  EXPECT_THAT(error_of("[server]\nallow_anonymous = 1"), HasSubstr("server.allow_anonymous must be true or false"));
  EXPECT_THAT(error_of("[log]\nlevel = \"loud\""), HasSubstr("log.level must be"));
  EXPECT_THAT(error_of("[aliases]\nalloy = 1"), HasSubstr("aliases.alloy must be a string"));
  EXPECT_THAT(error_of("[gains]\njoe = \"loud\""), HasSubstr("a.toml:2: gains.joe must be a number from -40 to 40"));
  EXPECT_THAT(error_of("[gains]\njoe = 40.1"), HasSubstr("gains.joe must be a number from -40 to 40"));
  EXPECT_THAT(error_of("[server"), HasSubstr("a.toml:1: "));
}

TEST(Config, EveryDefaultIsWithinItsOwnRangeAndEveryKeyHasWords) {
  EXPECT_EQ(error_of(to_toml(Config{})), "no error");
  Config config;
  each_key(config, [](const Key& key, auto&) {
    EXPECT_GT(key.doc.size(), 10U) << key.name;
    EXPECT_TRUE(key.doc.ends_with('.')) << key.name;
  });
}

TEST(Config, TheDocumentationNamesEveryKeyAndIsTheOneInTheTree) {
  const auto markdown = to_markdown();
  Config config;
  each_key(config, [&](const Key& key, auto&) { EXPECT_THAT(markdown, HasSubstr("| `" + std::string(key.name))); });
  std::ifstream file("docs/configuration.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(page, markdown) << "run: build/antiphon config --markdown > docs/configuration.md";
}

TEST(Config, NamesOfTheVersionBeforeAreReadAndTold) {
  const auto config = parse("[admission]\nphantom_streams = 5\n[scheduler]\npolicy = \"ours\"", "a.toml");
  EXPECT_EQ(config.scheduler.headroom_streams, 5U);
  EXPECT_EQ(config.scheduler.policy, scheduler::Policy::kFair);
  EXPECT_THAT(config.outdated,
              testing::ElementsAre("a.toml:2: admission.phantom_streams is called headroom_streams now",
                                   "a.toml: the policy ours is called fair now"));
  EXPECT_TRUE(parse(to_toml(config), "b.toml").outdated.empty());
  EXPECT_THAT(error_of("[admission]\nphantom_streams = 5\nheadroom_streams = 5"),
              HasSubstr("admission.headroom_streams is also given by its former name phantom_streams"));
  EXPECT_THAT(error_of("[admission]\nphantom_streams = 50"), HasSubstr("headroom_streams must be"));
}

TEST(Config, AMissingOrHugeFileIsAnError) {
  EXPECT_THROW((void)read("/nowhere/antiphon.toml"), Error);
  const auto file = std::filesystem::path(testing::TempDir()) / "huge.toml";
  std::ofstream(file) << std::string((1U << 20U) + 1, ' ');
  EXPECT_THROW((void)read(file), Error);
  std::filesystem::remove(file);
}

TEST(Nearest, FindsTheLikeliest) {
  const std::vector<std::string> words = {"host", "port", "drain"};
  EXPECT_EQ(nearest("prot", words), "port");
  EXPECT_EQ(nearest("hots", words), "host");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace antiphon::config
