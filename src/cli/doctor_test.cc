#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/doctor_checks.h"
#include "cli/doctor_report.h"
#include "cli/voice_cost.h"

namespace antiphon::cli {
namespace {

using testing::HasSubstr;

Diagnosis with(std::initializer_list<Severity> severities) {
  Diagnosis diagnosis;
  for (const auto severity : severities) {
    diagnosis.findings.push_back({.check = "port", .severity = severity, .message = "is taken", .advice = "wait"});
  }
  return diagnosis;
}

TEST(DoctorReportTest, TheStatusIsThatOfTheWorstFinding) {
  using enum Severity;
  EXPECT_EQ(exit_status(with({kOk, kNote})), 0);
  EXPECT_EQ(exit_status(with({kOk, kWarning})), 3);
  EXPECT_EQ(exit_status(with({kFailure, kWarning})), 1);
}

TEST(DoctorReportTest, BothFormsSayTheSame) {
  auto diagnosis = with({Severity::kFailure});
  diagnosis.workers = 2;
  diagnosis.voices = {{.voice = "joe", .plan_ratio = 0.01, .render_ratio = 0.03, .listeners = 40}};
  const auto text = to_text(diagnosis);
  EXPECT_THAT(text, HasSubstr("failure  port          is taken"));
  EXPECT_THAT(text, HasSubstr("-> wait"));
  EXPECT_THAT(text, HasSubstr("0.0400 s of a worker"));
  EXPECT_THAT(text, HasSubstr("2 workers carry 40 listeners"));
  EXPECT_THAT(text, HasSubstr("will not work here: 1 failure."));
  const auto json = nlohmann::json::parse(to_json(diagnosis));
  EXPECT_EQ(json["will_serve"], false);
  EXPECT_EQ(json["findings"][0]["advice"], "wait");
  EXPECT_EQ(json["voices"][0]["listeners"], 40);
}

TEST(DoctorChecksTest, FewerOpenFilesThanConnectionsAreWarnedOf) {
  config::Config config;
  config.server.max_connections = 100'000'000;
  EXPECT_NE(check_files(config, 2).severity, Severity::kFailure);
  config.server.max_connections = 1;
  EXPECT_EQ(check_files(config, 2).severity, Severity::kOk);
}

TEST(DoctorChecksTest, MoreMemoryThanThereIsIsWarnedOf) {
  EXPECT_EQ(check_memory({}, 2, std::uint64_t{1} << 50U).severity, Severity::kWarning);
}

TEST(DoctorChecksTest, AnAddressThatIsNotOfThisMachineFails) {
  EXPECT_EQ(check_port("port", "192.0.2.1", 8080).severity, Severity::kFailure);
  EXPECT_EQ(check_port("port", "127.0.0.1", 0).severity, Severity::kOk);
}

TEST(VoiceCostTest, ACheaperVoiceCarriesMoreListeners) {
  config::Config config;
  config.server.max_streams = 8;
  VoiceCost dear{.voice = "dear", .plan_ratio = 0.01, .render_ratio = 0.4, .grain_s = 0.2};
  VoiceCost cheap{.voice = "cheap", .plan_ratio = 0.001, .render_ratio = 0.01, .grain_s = 0.2};
  find_listeners(dear, config, 1);
  find_listeners(cheap, config, 1);
  EXPECT_GE(dear.listeners, 1U);
  EXPECT_LT(dear.listeners, cheap.listeners);
  EXPECT_TRUE(cheap.at_limit);
}

}  // namespace
}  // namespace antiphon::cli
