#include "remote/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "remote/test_loop.h"
#include "runtime/manual_clock.h"
#include "tls/test_certificates.h"

namespace antiphon::remote {
namespace {

using namespace std::chrono_literals;
using runtime::Awaitable;
using testing::HasSubstr;
using Socket = boost::asio::local::stream_protocol::socket;

/// A session whose gateway is the test, and whose worker is a shell's script with the socket as descriptor 3.
class SessionTest : public LoopTest {
 public:
  void begin(const std::string& script, bool listens = true) {
    Socket near(context_);
    Socket far(context_);
    boost::asio::local::connect_pair(near, far);
    const auto executor = context_.get_executor();
    gateway_.emplace(executor, clock_, link::make_byte_stream(std::move(far)));
    session_.emplace(executor, clock_, watch_,
                     std::make_unique<link::MessageStream>(executor, clock_, link::make_byte_stream(std::move(near))),
                     WorkerProgram{.executable = "/bin/sh", .arguments = {"-c", script}, .voices = "/voices"});
    tasks_.spawn([](SessionTest& t) -> Awaitable<> { static_cast<void>(co_await t.gateway_->write()); }(*this));
    tasks_.spawn([](SessionTest& t) -> Awaitable<> { t.end_ = co_await t.session_->run(); }(*this));
    if (listens) hearing_.spawn(listen());
  }

  Awaitable<> listen() {
    for (;;) {
      auto message = co_await gateway_->receive();
      if (!message) co_return;
      heard_.push_back(std::move(*message));
      if (told()) gateway_->close();  // as gateways do
    }
  }

  const SessionEnd& end() {
    until([this] { return end_.has_value() && hearing_.size() == 0; });
    gateway_->close();
    until([this] { return tasks_.size() == 0; });
    return *end_;
  }

  /// The last thing that the gateway has heard; nothing: it was not told how the worker ended.
  [[nodiscard]] std::optional<wire::Loss> told() const {
    const auto* const lost = heard_.empty() ? nullptr : std::get_if<wire::Lost>(&heard_.back());
    return lost == nullptr ? std::nullopt : std::optional(static_cast<wire::Loss>(lost->loss));
  }

  /// Lets the time of a look of the watch pass, in which the gateway is heard.
  void pass_a_look() {
    gateway_->send(wire::Ping{});
    clock_.advance(worker_pool::StallDetector::kInterval);
    for (int i = 0; i < 20; ++i) {
      context_.restart();
      context_.poll();
    }
  }

  void look_until_the_end() {
    until([this] {
      if (!end_) pass_a_look();
      return end_.has_value();
    });
  }

  runtime::ManualClock clock_;
  StallMonitor watch_{context_.get_executor(), clock_, {.load_limit = 1s}};
  tls::TestFolder folder_;
  std::optional<link::MessageStream> gateway_;
  std::optional<Session> session_;
  std::optional<SessionEnd> end_;
  std::vector<wire::Message> heard_;
  runtime::TaskGroup tasks_{context_.get_executor()};
  runtime::TaskGroup hearing_{context_.get_executor()};
  runtime::TaskGroup watching_{context_.get_executor()};

 protected:
  SessionTest() { watching_.spawn(watch_.run()); }
  void TearDown() override {
    watching_.cancel();
    until([this] { return watching_.size() == 0; });
  }
};

const std::string kIdle = "exec sleep 1000";

TEST_F(SessionTest, ARefusalEndsItWithItsReason) {
  begin(kIdle);
  gateway_->send(wire::Refused{.code = static_cast<std::uint8_t>(wire::Refusal::kToken), .reason = "no such token"});
  EXPECT_EQ(end().refusal, wire::Refusal::kToken);
  EXPECT_THAT(end_->reason, HasSubstr("no such token"));
}

TEST_F(SessionTest, WhatIsNoWelcomeEndsIt) {
  for (const wire::Message& answer :
       {wire::Message(wire::Leave{}), wire::Message(wire::Welcome{.protocol_version = 99, .kernel = "voice"}),
        wire::Message(wire::Welcome{.kernel = "--voices"})}) {
    end_.reset();
    begin(kIdle);
    gateway_->send(answer);
    EXPECT_FALSE(end().refusal);
    EXPECT_NE(end_->reason, "");
  }
}

TEST_F(SessionTest, AGatewayThatDoesNotAnswerIsGivenUp) {
  begin(kIdle);
  until([this] { return clock_.pending() > 0; });
  clock_.advance(6s);
  EXPECT_THAT(end().reason, HasSubstr("in time"));
}

TEST_F(SessionTest, PingsAreAnsweredAndSilenceEndsIt) {
  begin(kIdle);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::Ping{.stamp = 42});
  until([this] { return !heard_.empty(); });
  const auto* const pong = std::get_if<wire::Pong>(&heard_.front());
  ASSERT_NE(pong, nullptr);
  EXPECT_EQ(pong->stamp, 42U);
  EXPECT_GT(pong->resident_bytes, 0U);
  for (int beat = 0; beat < 20 && !end_; ++beat) {
    clock_.advance(link::kHeartbeat);
    for (int i = 0; i < 20; ++i) context_.poll();
  }
  EXPECT_THAT(end().reason, HasSubstr("silent"));
}

TEST_F(SessionTest, VoicesAreThoseOfThisMachinesStore) {
  const auto file = folder_ / "heard";
  begin("cat <&3 >" + file.string());
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::LoadVoice{.job = 1, .voice_id = "tone@1", .folder = "tone"});
  std::string bytes;
  until([&] {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    return bytes.contains("tone@1");
  });
  EXPECT_TRUE(bytes.contains("/voices/tone")) << bytes;
  for (const std::string folder : {"/etc", "..", "a/../../b", "."}) {
    gateway_->send(wire::LoadVoice{.job = 2, .voice_id = "tone", .folder = folder});
  }
  EXPECT_THAT(end().reason, HasSubstr("outside of the store"));
}

TEST_F(SessionTest, NeitherEndMaySayWhatIsTheOthers) {
  begin(kIdle);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::Pong{});
  EXPECT_THAT(end().reason, HasSubstr("only workers"));
  end_.reset();
  begin("cat <&3 >&3");  // says what it hears
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::Hello{});
  EXPECT_THAT(end().reason, HasSubstr("workers do not"));
  EXPECT_EQ(told(), wire::Loss::kBadAnswer);
}

TEST_F(SessionTest, TheEndOfTheWorkerEndsIt) {
  begin("exit 3");
  gateway_->send(wire::Welcome{.kernel = "voice"});
  EXPECT_THAT(end().reason, HasSubstr("worker"));
  EXPECT_EQ(told(), wire::Loss::kExited);
}

TEST_F(SessionTest, AGatewayThatDoesNotListenIsNotWaitedForLong) {
  const auto file = folder_ / "go";
  begin("while [ ! -e " + file.string() + " ]; do sleep 0.01; done", false);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  constexpr int kMoreThanASocketHolds = 50'000;
  for (int i = 0; i < kMoreThanASocketHolds; ++i) gateway_->send(wire::Ping{});
  for (int look = 0; look < 20; ++look) pass_a_look();
  ASSERT_FALSE(end_) << end_->reason;
  const auto begun = clock_.now();
  std::ofstream(file) << "go";
  look_until_the_end();
  EXPECT_THAT(end().reason, HasSubstr("the worker process ended"));
  EXPECT_GE(clock_.now() - begun, 1s) << "it had the time to listen";
}

TEST_F(SessionTest, AWorkerThatIsOnlySlowIsLeftAloneAndOneThatStopsEndsIt) {
  const auto file = folder_ / "stop";
  begin("while [ ! -e " + file.string() + " ]; do :; done; kill -STOP $$; exec sleep 1000");
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::PlanJob{.job = 1, .voice_id = "tone", .text = "Slow.", .wall_p95_us = 10'000});
  for (int look = 0; look < 200; ++look) pass_a_look();
  ASSERT_FALSE(end_) << end_->reason;
  std::ofstream(file) << "stop";
  look_until_the_end();
  EXPECT_THAT(end().reason, HasSubstr("has stalled (no_progress)"));
  EXPECT_EQ(told(), wire::Loss::kStalled);
  EXPECT_FALSE(end_->refusal);
}

TEST_F(SessionTest, AWorkerThatDoesNotBecomeReadyEndsIt) {
  begin(kIdle);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::Hello{});
  look_until_the_end();
  EXPECT_THAT(end().reason, HasSubstr("has stalled (load)"));
  EXPECT_EQ(told(), wire::Loss::kLoadStalled);
}

TEST_F(SessionTest, AGatewayMaySendOnlySoManyJobs) {
  begin(kIdle);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  for (std::uint64_t job = 1; job <= MonitoredWorker::kMostTasks + 1; ++job) {
    gateway_->send(wire::PlanJob{.job = job, .voice_id = "tone", .text = "One more."});
  }
  EXPECT_THAT(end().reason, HasSubstr("more jobs"));
  EXPECT_FALSE(told()) << "it is the gateway's fault";
}

TEST_F(SessionTest, WhoLeavesAsksFirstAndGoesWhenTheGatewayCloses) {
  begin(kIdle);
  gateway_->send(wire::Welcome{.kernel = "voice"});
  gateway_->send(wire::Ping{.stamp = 1});
  until([this] { return heard_.size() == 1; });
  session_->leave();
  until([this] { return heard_.size() == 2; });
  EXPECT_TRUE(std::holds_alternative<wire::Leave>(heard_.back()));
  EXPECT_FALSE(end_) << "the gateway may still have jobs there";
  gateway_->close();
  EXPECT_EQ(end().reason, "it has left");
}

}  // namespace
}  // namespace antiphon::remote
