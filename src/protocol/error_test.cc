#include "protocol/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace antiphon::protocol {
namespace {

TEST(ErrorTable, EveryErrorHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t code = 0; code < kErrcs; ++code) {
    EXPECT_TRUE(names.insert(row_of(Errc{static_cast<std::uint8_t>(code)}).name).second) << code;
  }
}

TEST(ErrorTable, EveryProtocolHasAnErrorForEveryCode) {
  for (std::size_t code = 0; code < kErrcs; ++code) {
    const auto& row = row_of(Errc{static_cast<std::uint8_t>(code)});
    for (const auto status : {row.openai.status, row.elevenlabs.status, row.wyoming.status}) {
      EXPECT_TRUE(status >= 400 && status < 600) << row.name;
    }
    for (const auto text : {row.openai.type, row.openai.code, row.elevenlabs.code, row.wyoming.code}) {
      EXPECT_FALSE(text.empty()) << row.name;
    }
    EXPECT_TRUE(std::set<unsigned>({1008, 1011, 1013}).contains(row.elevenlabs.close_code)) << row.name;
  }
}

TEST(ErrorTable, AClientThatMayComeBackHearsSoInEveryProtocol) {
  for (const auto code : {Errc::kBusy, Errc::kShed, Errc::kUserLimit, Errc::kTooManyConnections}) {
    const auto& row = row_of(code);
    EXPECT_TRUE(row.openai.status == 503 || row.openai.status == 429) << row.name;
    EXPECT_EQ(row.elevenlabs.status, row.openai.status) << row.name;
    EXPECT_EQ(row.elevenlabs.close_code, 1013) << row.name;
    EXPECT_EQ(row.wyoming.code, "server_busy") << row.name;
  }
}

TEST(FailureMessage, TellsWhatIsTheClientsAndHidesWhatIsOurs) {
  EXPECT_EQ(failure_message({.code = Errc::kUnknownVoice, .message = "No voice."}), "No voice.");
  EXPECT_EQ(failure_message({.code = Errc::kWorkerLost, .message = "the workers ended"}),
            "The speech could not be rendered: the workers ended.");
  for (const auto code : {Errc::kEngineFailed, Errc::kNoVoice, Errc::kCannotListen}) {
    EXPECT_EQ(failure_message({.code = code, .message = "a secret"}), kFailureInLog);
  }
}

}  // namespace
}  // namespace antiphon::protocol
