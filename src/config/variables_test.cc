#include "config/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace antiphon::config {
namespace {

using testing::HasSubstr;

Config applied(const std::vector<Variable>& variables, Config config = {}) {
  apply_variables(config, variables);
  return config;
}

std::string error_of(const std::string& name, const std::string& value) {
  try {
    (void)applied({{name, value}});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Variables, EveryKeyHasOneOfItsOwn) {
  std::set<std::string> names{variable_of(kAliasSection), variable_of(kCheaperSection), variable_of(kGainSection)};
  std::size_t keys = names.size();
  const Config config;
  each_key(config, [&](const Key& key, const auto&) {
    names.insert(variable_of(key));
    ++keys;
  });
  EXPECT_EQ(names.size(), keys);
  EXPECT_TRUE(names.contains("ANTIPHON_SERVER_PORT"));
}

TEST(Variables, GainsOfVoicesAreNumbers) {
  EXPECT_THAT(applied({{"ANTIPHON_GAINS", "joe=5.5, amy=-3"}}).gains,
              testing::ElementsAre(testing::Pair("amy", -3.0), testing::Pair("joe", 5.5)));
  EXPECT_THAT(error_of("ANTIPHON_GAINS", "joe=loud"), testing::HasSubstr("ANTIPHON_GAINS"));
  EXPECT_THAT(error_of("ANTIPHON_GAINS", "joe=41"), testing::HasSubstr("40"));
}

TEST(Variables, EveryKeyTakesItsOwnDefaultAsItIsPrinted) {
  const Config defaults;
  std::vector<Variable> variables;
  each_key(defaults, [&]<class T>(const Key& key, const T& value) {
    if constexpr (std::same_as<T, bool>) variables.push_back({variable_of(key), value ? "true" : "false"});
    if constexpr (std::same_as<T, std::uint32_t>) variables.push_back({variable_of(key), std::to_string(value)});
    if constexpr (std::same_as<T, double>) variables.push_back({variable_of(key), std::to_string(value)});
    if constexpr (std::same_as<T, std::string>) variables.push_back({variable_of(key), value});
  });
  EXPECT_EQ(to_toml(applied(variables)), to_toml(defaults));
}

TEST(Variables, SetEveryKindOfValue) {
  const auto config = applied({{"ANTIPHON_SERVER_HOST", "::1"},
                               {"ANTIPHON_SERVER_PORT", " 9000 "},
                               {"ANTIPHON_SERVER_ALLOWED_HOSTS", "antiphon, tts.lan ,,"},
                               {"ANTIPHON_SERVER_ALLOW_ANONYMOUS", "Yes"},
                               {"ANTIPHON_SERVER_DRAIN_SECONDS", "1.5"},
                               {"ANTIPHON_VOICES_FOLDER", "/voices"},
                               {"ANTIPHON_SCHEDULER_POLICY", "edf"},
                               {"ANTIPHON_WORKERS_SANDBOX", "off"},
                               {"ANTIPHON_ADMISSION_UTILISATION", "1"},
                               {"ANTIPHON_ALIASES", "alloy=joe#2, nova = joe"}});
  EXPECT_EQ(config.server.host, "::1");
  EXPECT_EQ(config.server.port, 9000);
  EXPECT_THAT(config.server.allowed_hosts, testing::ElementsAre("antiphon", "tts.lan"));
  EXPECT_TRUE(config.server.allow_anonymous);
  EXPECT_EQ(config.server.drain, std::chrono::milliseconds(1500));
  EXPECT_EQ(config.voices.folder, "/voices");
  EXPECT_EQ(config.scheduler.policy, scheduler::Policy::kEdf);
  EXPECT_EQ(config.workers.sandbox, Sandbox::kOff);
  EXPECT_EQ(config.scheduler.utilisation, 1.0);
  EXPECT_EQ(config.aliases.at("alloy"), "joe#2");
  EXPECT_EQ(config.aliases.at("nova"), "joe");
}

TEST(Variables, GoBeforeTheFileAndReplaceTheWholeValue) {
  const auto file = parse("[server]\nport = 1\nallowed_hosts = [\"old\"]\nhost = \"::1\"", "a.toml");
  const auto config = applied({{"ANTIPHON_SERVER_PORT", "2"}, {"ANTIPHON_SERVER_ALLOWED_HOSTS", "new"}}, file);
  EXPECT_EQ(config.server.port, 2);
  EXPECT_THAT(config.server.allowed_hosts, testing::ElementsAre("new"));
  EXPECT_EQ(config.server.host, "::1") << "what no variable names";
}

TEST(Variables, AnEmptyOneIsNone) {
  EXPECT_EQ(to_toml(applied({{"ANTIPHON_SERVER_PORT", ""}, {"ANTIPHON_SERVER_HOST", ""}})), to_toml(Config{}));
}

TEST(Variables, AWrongValueNamesTheVariable) {
  EXPECT_EQ(error_of("ANTIPHON_SERVER_PORT", "70000"),
            "ANTIPHON_SERVER_PORT: server.port must be a whole number from 0 to 65535");
  for (const auto* const value : {"-1", "80a", "1.5", "0x50", "nan", "tcp"}) {
    EXPECT_THAT(error_of("ANTIPHON_SERVER_PORT", value), HasSubstr("ANTIPHON_SERVER_PORT: server.port")) << value;
  }
  EXPECT_THAT(error_of("ANTIPHON_SERVER_ALLOW_ANONYMOUS", "maybe"), HasSubstr("must be true or false"));
  EXPECT_THAT(error_of("ANTIPHON_SERVER_DRAIN_SECONDS", "nan"), HasSubstr("must be a number from 0 to 86400"));
  EXPECT_THAT(error_of("ANTIPHON_SERVER_DRAIN_SECONDS", "soon"), HasSubstr("must be a number"));
  EXPECT_THAT(error_of("ANTIPHON_SCHEDULER_POLICY", "best"), HasSubstr("must be fifo, rr, arrival, edf or fair"));
  EXPECT_THAT(error_of("ANTIPHON_ALIASES", "nova"), HasSubstr("'nova' is not NAME=VOICE"));
  EXPECT_THAT(error_of("ANTIPHON_CHEAPER_VOICES", "=joe"), HasSubstr("ANTIPHON_CHEAPER_VOICES"));
}

TEST(Variables, OneThatNamesNoKeyIsToldWithTheNearest) {
  const auto found = unknown_variables(
      std::vector<Variable>{{"ANTIPHON_SERVER_PROT", "1"}, {"ANTIPHON_SERVER_PORT", "1"}, {"ANTIPHON_ALIASES", "a=b"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().name, "ANTIPHON_SERVER_PROT");
  EXPECT_EQ(found.front().nearest, "ANTIPHON_SERVER_PORT");
}

TEST(Variables, NamesOfTheVersionBeforeAreReadAndTold) {
  Config config;
  apply_variables(config, std::vector<Variable>{{"ANTIPHON_ADMISSION_PHANTOM_STREAMS", "5"},
                                                {"ANTIPHON_SCHEDULER_POLICY", "plan"}});
  EXPECT_EQ(config.scheduler.headroom_streams, 5U);
  EXPECT_EQ(config.scheduler.policy, scheduler::Policy::kArrival);
  EXPECT_THAT(
      config.outdated,
      testing::ElementsAre("ANTIPHON_ADMISSION_PHANTOM_STREAMS is called ANTIPHON_ADMISSION_HEADROOM_STREAMS now",
                           "ANTIPHON_SCHEDULER_POLICY: the policy plan is called arrival now"));
}

TEST(Variables, WhatKubernetesMakesForAServiceIsNotOurs) {
  EXPECT_TRUE(unknown_variables(std::vector<Variable>{{"ANTIPHON_SERVICE_HOST", "10.0.0.1"},
                                                      {"ANTIPHON_SERVICE_PORT_HTTP", "8080"},
                                                      {"ANTIPHON_PORT", "tcp://10.0.0.1:8080"},
                                                      {"ANTIPHON_PORT_8080_TCP_PROTO", "tcp"}})
                  .empty());
  EXPECT_THAT(error_of("ANTIPHON_SERVER_PORT", "tcp://10.0.0.1:8080"), HasSubstr("enableServiceLinks"));
}

}  // namespace
}  // namespace antiphon::config
