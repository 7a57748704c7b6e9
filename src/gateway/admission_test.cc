// Who is let in, who waits and who is refused, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "gateway/test_server.h"

namespace antiphon::gateway {
namespace {

using testing::HasSubstr;

constexpr auto* kNow = "Prefer: wait=0\r\n";

std::string long_text(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i) text += "One more sentence that takes a while to say. ";
  return text;
}

/// The value of a metric's line that begins with `name`; -1 where there is none.
double metric(std::uint16_t port, const std::string& name) {
  const auto text = ask(port, "GET", "/metrics").body;
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

/// One worker on which a stream takes all of what may be promised.
class AdmissionTest : public ServerTest {
 protected:
  void SetUp() override { serve_by({.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}); }

  void serve_by(const worker_pool::Options& pool) {
    start(kSlow, [&](ServerOptions& options) {
      options.cell.pool = pool;
      options.voices.front().cost = {
          {.fixed = 0ms, .ratio = kSlow.cost.per_audio_second_ms / 1000, .plan_ratio = 0.001}};
    });
  }

  std::future<Reply> begin_speech(std::uint64_t seed, const std::string& headers, int sentences = 3) {
    return std::async(std::launch::async, [=, port = port_] {
      return ask(port, "POST", "/v1/audio/speech", speech("pcm", seed, long_text(sentences)), headers);
    });
  }
  bool speaks() {
    return eventually([&] { return metric(port_, "antiphon_streams") == 1; });
  }

  static inline const engine::tone::ToneManifest kSlow = {
      .cost = {.mode = engine::tone::Cost::Mode::kSleep, .per_audio_second_ms = 600}};
};

TEST_F(AdmissionTest, WhoDoesNotFitIsToldWhenToComeBackAndThenDoes) {
  auto playing = begin_speech(1, "Authorization: Bearer one\r\n");
  ASSERT_TRUE(speaks());
  const auto refused = ask(port_, "POST", "/v1/audio/speech", speech("pcm", 2), std::string(kNow));
  ASSERT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(nlohmann::json::parse(refused.body).at("error").at("code"), "server_busy");
  const auto told = std::stoi(refused.headers.at("retry-after-ms"));
  EXPECT_GT(told, 100);
  EXPECT_LE(told, 1000 * std::stoi(refused.headers.at("retry-after")));
  EXPECT_EQ(refused.headers.at("x-should-retry"), "true");
  EXPECT_EQ(metric(port_, "antiphon_refusals_total{reason=\"capacity\"}"), 1);

  const auto patient = ask(port_, "POST", "/v1/audio/speech", speech("pcm", 2), "Prefer: wait=30\r\n");
  EXPECT_EQ(patient.status, 200) << patient.body;
  EXPECT_TRUE(patient.complete);
  EXPECT_THAT(patient.headers.at("server-timing"), HasSubstr("wait;dur="));
  EXPECT_GT(std::stod(patient.headers.at("server-timing").substr(std::string("wait;dur=").size())), 0);
  EXPECT_TRUE(playing.get().complete);
  EXPECT_EQ(metric(port_, "antiphon_admitted_total"), 2);
  EXPECT_TRUE(eventually([&] { return metric(port_, "antiphon_streams_ended_total{end=\"complete\"}") == 2; }));
}

/// The same, and another that stands by.
class StandbyTest : public AdmissionTest {
 protected:
  void SetUp() override { serve_by({.least = 1, .most = 2, .spare = worker_pool::Spare::kOn}); }
};

TEST_F(StandbyTest, WhoFindsNoRoomBesideASpareIsServedByIt) {
  ASSERT_TRUE(eventually([&] { return metric(port_, R"(antiphon_worker_slots{machine="here",state="spare"})") == 1; }));
  auto playing = begin_speech(1, "Authorization: Bearer one\r\n");
  ASSERT_TRUE(speaks());
  EXPECT_EQ(metric(port_, "antiphon_workers"), 1);
  const auto second = ask(port_, "POST", "/v1/audio/speech", speech("pcm", 2), std::string(kNow));
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_TRUE(second.complete);
  EXPECT_EQ(metric(port_, "antiphon_workers"), 2);
  EXPECT_EQ(metric(port_, R"(antiphon_pool_decisions_total{does="promote",cause="no_room"})"), 1);
  EXPECT_EQ(metric(port_, "antiphon_refusals_total{reason=\"capacity\"}"), 0);
  EXPECT_TRUE(playing.get().complete);
}

TEST_F(AdmissionTest, AClientWhoLeavesWhileHeWaitsIsForgotten) {
  auto playing = begin_speech(1, "Authorization: Bearer one\r\n");
  ASSERT_TRUE(speaks());
  std::thread impatient([&] {
    ask_and_leave(port_, "/v1/audio/speech", speech("pcm", 2), 0, "Authorization: Bearer two\r\nPrefer: wait=30\r\n");
  });
  impatient.join();
  EXPECT_TRUE(eventually([&] { return metric(port_, "antiphon_left_waiting_total") == 1; }));
  EXPECT_EQ(metric(port_, "antiphon_waiting"), 0);
  EXPECT_TRUE(playing.get().complete);
  EXPECT_EQ(metric(port_, "antiphon_admitted_total"), 1);
}

class UserLimitTest : public ServerTest {
 protected:
  void SetUp() override {
    start({.cost = {.mode = engine::tone::Cost::Mode::kSleep, .per_audio_second_ms = 100}},
          [](ServerOptions& options) { options.cell.scheduling.streams_per_user = 1; });
  }
};

TEST_F(UserLimitTest, TheOwnLimitIs429AndNobodyElses) {
  const std::string one = "Authorization: Bearer one\r\n";
  auto playing = std::async(
      std::launch::async, [&] { return ask(port_, "POST", "/v1/audio/speech", speech("pcm", 1, long_text(8)), one); });
  ASSERT_TRUE(eventually([&] { return metric(port_, "antiphon_streams") == 1; }));
  const auto again = ask(port_, "POST", "/v1/audio/speech", speech("pcm"), one);
  EXPECT_EQ(again.status, 429);
  EXPECT_EQ(nlohmann::json::parse(again.body).at("error").at("type"), "rate_limit_error");
  EXPECT_GT(std::stoi(again.headers.at("retry-after-ms")), 0);
  EXPECT_EQ(ask(port_, "POST", "/v1/audio/speech", speech("pcm"), "Authorization: Bearer two\r\n").status, 200);
  EXPECT_TRUE(playing.get().complete);
}

class CheaperVoiceTest : public ServerTest {
 protected:
  void SetUp() override {
    start(kDear, [this](ServerOptions& options) {
      cheap_ = std::filesystem::path(testing::TempDir()) / ("cheap_" + std::to_string(::getpid()));
      ASSERT_TRUE(engine::tone::write_tone_voice(cheap_, kCheap).has_value());
      options.cell.pool = {.least = 1, .most = 1, .spare = worker_pool::Spare::kOff};
      options.voices.front().cost = {{.fixed = 0ms, .ratio = 0.8, .plan_ratio = 0.001}};
      options.voices.push_back({.id = kCheap.id,
                                .engine = "tone",
                                .language = "en-US",
                                .speakers = {},
                                .rate = {kCheap.sample_rate},
                                .folder = cheap_,
                                .cost = {{.fixed = 0ms, .ratio = 0.001, .plan_ratio = 0.001}}});
      options.speech.cheaper_voices = {{"tone", "cheap"}};
    });
  }
  void TearDown() override {
    ServerTest::TearDown();
    std::filesystem::remove_all(cheap_);
  }

  static inline const engine::tone::ToneManifest kDear = {
      .cost = {.mode = engine::tone::Cost::Mode::kSleep, .per_audio_second_ms = 800}};
  static inline const engine::tone::ToneManifest kCheap = {.id = "cheap", .sample_rate = 16'000};
  std::filesystem::path cheap_;
};

TEST_F(CheaperVoiceTest, ANearlyFullServerSpeaksWithTheCheaperVoiceAndSaysSo) {
  auto playing = std::async(std::launch::async, [&] {
    return ask(port_, "POST", "/v1/audio/speech", speech("pcm", 1, long_text(3)), "Authorization: Bearer one\r\n");
  });
  ASSERT_TRUE(eventually([&] { return metric(port_, "antiphon_degradation_level") >= 2; }));
  const auto reply = ask(port_, "POST", "/v1/audio/speech", speech("pcm"), kNow);
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.headers.at("server-timing"), HasSubstr("degradation;desc=\"cheaper_voices\""));
  EXPECT_TRUE(playing.get().complete);
  auto cheap = nlohmann::json::parse(speech("pcm"));
  cheap["voice"] = "cheap";
  EXPECT_TRUE(ask(port_, "POST", "/v1/audio/speech", cheap.dump()).body == reply.body);
}

}  // namespace
}  // namespace antiphon::gateway
