// Who is let in, who waits and who is refused, as clients of OpenAI's door hear
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <nlohmann/json.hpp>
#include <string>

#include "api/openai/door.h"
#include "dispatch/test_cell.h"
#include "gateway/simulation/fake_client.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using simulation::FakeClient;
using testing::HasSubstr;

constexpr double kRtf = 0.6;

std::string long_text(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i) text += "One more sentence that takes a while to say. ";
  return text;
}

/// One worker on which a stream takes all of what may be promised.
class AdmissionTest : public dispatch::CellTest {
 protected:
  void TearDown() override {
    EXPECT_TRUE(run_while_not([&] { return tasks_.size() == 0; }));
    handler_.reset();
    dispatch::CellTest::TearDown();
  }

  void serve_by(const worker_pool::Options& pool, scheduler::Options scheduling = {}, double rtf = kRtf) {
    workers_.behaviour.rtf = rtf;
    voices_.front().cost = {{.fixed = {}, .ratio = rtf, .plan_ratio = 0.001}};
    make_cell(scheduling, pool);
    handler_ = std::make_unique<delivery::SpeechHandler>(*cell_, directory_, encoders_, clock_, probe_, options_);
    ASSERT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kActive) == pool.least; }));
  }
  void serve_by_one() { serve_by({.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}); }

  FakeClient& ask(std::uint64_t user, const std::string& prefer, int sentences = 2, const std::string& voice = "tone") {
    FakeClient& client = clients_.emplace_back(clock_, 0);
    const nlohmann::json body = {{"input", long_text(sentences)}, {"voice", voice}, {"response_format", "pcm"}};
    tasks_.spawn(
        [](AdmissionTest& t, FakeClient& client, http::Request request, std::uint64_t user) -> runtime::Awaitable<> {
          dispatch::AccessNote note;
          const identity::Caller caller{.account = base::UserId{user}, .user = base::UserId{user}};
          co_await api::openai::speak_openai(*t.handler_, nullptr, request, caller, "request", client, note);
          client.returned();
        }(*this, client, {.headers = {{"Prefer", prefer}}, .body = body.dump()}, user));
    return client;
  }
  /// What a client gets that asks and stays to the end.
  FakeClient& ask_and_stay(std::uint64_t user, const std::string& prefer, const std::string& voice = "tone") {
    FakeClient& client = ask(user, prefer, 2, voice);
    EXPECT_TRUE(run_while_not([&] { return client.is_over(); }));
    return client;
  }

  /// The value of a metric's line that begins with `name`; -1 if there is none.
  [[nodiscard]] double metric(const std::string& name) {
    probe_.observe(cell_->scheduler(), cell_->desk());
    const auto text = registry_.text();
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  bool speaks() {
    return run_while_not([&] { return cell_->scheduler().streams() == 1; });
  }

  delivery::VoiceDirectory directory_{
      {{.id = "tone", .engine = "tone", .language = "en-US", .rate = dispatch::kRate, .key = "tone"}}, {}};
  delivery::SpeechHandlerOptions options_;
  runtime::ThreadPool encoders_{context_.get_executor()};
  std::unique_ptr<delivery::SpeechHandler> handler_;
  std::list<FakeClient> clients_;
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(AdmissionTest, AClientThatDoesNotFitIsToldWhenToComeBackAndThenDoes) {
  serve_by_one();
  const auto& playing = ask(1, "", 3);
  ASSERT_TRUE(speaks());
  const auto& refused = ask_and_stay(2, "wait=0");
  ASSERT_EQ(refused.status(), 503) << refused.body();
  EXPECT_EQ(nlohmann::json::parse(refused.body()).at("error").at("code"), "server_busy");
  const auto told = std::stoi(std::string(refused.headers().get("retry-after-ms")));
  EXPECT_GT(told, 100);
  EXPECT_LE(told, 1000 * std::stoi(std::string(refused.headers().get("retry-after"))));
  EXPECT_EQ(refused.headers().get("x-should-retry"), "true");
  EXPECT_EQ(metric("antiphon_refusals_total{reason=\"capacity\"}"), 1);

  const auto& patient = ask_and_stay(2, "wait=30");
  EXPECT_EQ(patient.status(), 200U) << patient.body();
  EXPECT_EQ(patient.end(), FakeClient::End::kFinished);
  const std::string timing(patient.headers().get("server-timing"));
  ASSERT_THAT(timing, HasSubstr("wait;dur="));
  EXPECT_GT(std::stod(timing.substr(std::string("wait;dur=").size())), 0);
  ASSERT_TRUE(run_while_not([&] { return playing.is_over(); }));
  EXPECT_EQ(playing.end(), FakeClient::End::kFinished);
  EXPECT_EQ(metric("antiphon_admitted_total"), 2);
  EXPECT_EQ(metric("antiphon_streams_ended_total{end=\"complete\"}"), 2);
}

TEST_F(AdmissionTest, AClientThatFindsNoRoomBesideASpareIsServedByIt) {
  serve_by({.least = 1, .most = 2, .spare = worker_pool::Spare::kOn});
  ASSERT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; }));
  const auto& playing = ask(1, "", 3);
  ASSERT_TRUE(speaks());
  EXPECT_EQ(metric("antiphon_workers"), 1);
  const auto& second = ask_and_stay(2, "wait=0");
  EXPECT_EQ(second.status(), 200U) << second.body();
  EXPECT_EQ(second.end(), FakeClient::End::kFinished);
  EXPECT_EQ(metric("antiphon_workers"), 2);
  EXPECT_TRUE(decided(worker_pool::ActionKind::kPromote, worker_pool::Cause::kNoRoom));
  EXPECT_EQ(metric("antiphon_refusals_total{reason=\"capacity\"}"), 0);
  ASSERT_TRUE(run_while_not([&] { return playing.is_over(); }));
  EXPECT_EQ(playing.end(), FakeClient::End::kFinished);
}

TEST_F(AdmissionTest, AClientThatLeavesWhileItWaitsIsForgotten) {
  serve_by_one();
  const auto& playing = ask(1, "", 3);
  ASSERT_TRUE(speaks());
  auto& impatient = ask(2, "wait=30");
  ASSERT_TRUE(run_while_not([&] { return cell_->waiting() == 1; }));
  impatient.leave();
  ASSERT_TRUE(run_while_not([&] { return impatient.is_over(); }));
  EXPECT_EQ(metric("antiphon_waits_abandoned_total"), 1);
  EXPECT_EQ(metric("antiphon_waiting"), 0);
  ASSERT_TRUE(run_while_not([&] { return playing.is_over(); }));
  EXPECT_EQ(playing.end(), FakeClient::End::kFinished);
  EXPECT_EQ(metric("antiphon_admitted_total"), 1);
}

TEST_F(AdmissionTest, AUsersOwnLimitIs429AndNobodyElses) {
  serve_by({.least = 2, .most = 2, .spare = worker_pool::Spare::kOff}, {.streams_per_user = 1}, 0.1);
  const auto& playing = ask(1, "", 8);
  ASSERT_TRUE(speaks());
  const auto& again = ask_and_stay(1, "");
  EXPECT_EQ(again.status(), 429U);
  EXPECT_EQ(nlohmann::json::parse(again.body()).at("error").at("type"), "rate_limit_error");
  EXPECT_GT(std::stoi(std::string(again.headers().get("retry-after-ms"))), 0);
  EXPECT_EQ(ask_and_stay(2, "").status(), 200U);
  ASSERT_TRUE(run_while_not([&] { return playing.is_over(); }));
  EXPECT_EQ(playing.end(), FakeClient::End::kFinished);
}

TEST_F(AdmissionTest, ANearlyFullServerSpeaksWithTheCheaperVoiceAndSaysSo) {
  constexpr base::SampleRate kCheapRate{16'000};
  ASSERT_TRUE(engine::tone::write_tone_voice(folder_ / "cheap", {.id = "cheap", .sample_rate = kCheapRate.hz}));
  voices_.push_back({.id = "cheap",
                     .folder = folder_ / "cheap",
                     .rate = kCheapRate,
                     .cost = {{.fixed = {}, .ratio = 0.001, .plan_ratio = 0.001}}});
  directory_ = delivery::VoiceDirectory(
      {{.id = "tone", .engine = "tone", .language = "en-US", .rate = dispatch::kRate, .key = "tone"},
       {.id = "cheap", .engine = "tone", .language = "en-US", .rate = kCheapRate, .key = "cheap"}},
      {});
  options_.cheaper_voices = {{"tone", "cheap"}};
  serve_by({.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}, {}, 0.8);
  const auto& playing = ask(1, "", 3);
  ASSERT_TRUE(run_while_not([&] { return metric("antiphon_degradation_level") >= 2; }));
  const auto& reply = ask_and_stay(2, "wait=0");
  EXPECT_EQ(reply.status(), 200U) << reply.body();
  EXPECT_THAT(std::string(reply.headers().get("server-timing")), HasSubstr("degradation;desc=\"cheaper_voices\""));
  ASSERT_TRUE(run_while_not([&] { return playing.is_over(); }));
  EXPECT_EQ(playing.end(), FakeClient::End::kFinished);
  EXPECT_TRUE(ask_and_stay(2, "", "cheap").body() == reply.body());
}

}  // namespace
}  // namespace antiphon::gateway
