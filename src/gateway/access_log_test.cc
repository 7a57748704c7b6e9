#include "api/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "gateway/access_route.h"
#include "gateway/routes.h"
#include "runtime/manual_clock.h"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class AccessLogTest : public testing::Test {
 protected:
  void make(api::AccessLogOptions options = {}) {
    log_ = std::make_unique<api::AccessLog>(context_.get_executor(), clock_, registry_, callers_, kRouteNames, options);
  }

  static http::Request request(std::string path, std::string method = "GET") {
    return {.method = std::move(method), .path = std::move(path), .peer_address = "192.0.2.9", .connection = 7};
  }

  /// What was logged while `act` ran.
  template <class Act>
  static std::string logged(Act act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }

  std::string answer(const http::Request& asked, unsigned status) {
    return logged([&] { log_->answered({.request = &asked, .status = status, .request_id = "id"}); });
  }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  metrics::Registry registry_;
  identity::Identifier callers_;
  std::unique_ptr<api::AccessLog> log_;
};

TEST_F(AccessLogTest, ALineHasWhatIsKnownAndTheMetricsCountIt) {
  make();
  const auto asked = request("/v1/audio/speech", "POST");
  auto& note = log_->note_of(asked);
  note.request_id = "mine";
  note.key = "attic";
  note.format = "mp3";
  note.first_audio = 80ms;
  note.audio = 1500ms;
  const auto line = logged(
      [&] { log_->answered({.request = &asked, .status = 200, .request_id = "id", .body_bytes = 9, .took = 250ms}); });
  EXPECT_THAT(line, HasSubstr(" info answer request_id=mine door=openai route=/v1/audio/speech method=POST status=200 "
                              "key=attic format=mp3 first_audio_s=0.08 audio_s=1.5 bytes=9 took_s=0.25\n"));
  EXPECT_THAT(line, Not(HasSubstr("192.0.2.9"))) << "the address is for those who ask for it";
  const auto text = registry_.text();
  EXPECT_THAT(text,
              HasSubstr(R"(antiphon_http_requests_total{method="POST",route="/v1/audio/speech",status="200"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(antiphon_http_request_duration_seconds_count{route="/v1/audio/speech"} 1)"));
}

TEST_F(AccessLogTest, ARequestOfATraceHasItsId) {
  make();
  const auto asked = request("/v1/audio/speech", "POST");
  log_->note_of(asked).trace = tracing::Context{.trace = {.high = 1, .low = 0xab}, .span = {2}};
  EXPECT_THAT(answer(asked, 200), HasSubstr(" trace_id=000000000000000100000000000000ab "));
}

TEST_F(AccessLogTest, AFailureHasItsName) {
  make();
  const auto asked = request("/v1/audio/speech", "POST");
  log_->note_of(asked).error = protocol::Errc::kStalled;
  EXPECT_THAT(answer(asked, 500), HasSubstr(" status=500 error=stalled "));
}

TEST_F(AccessLogTest, NothingOfWhatAClientChoseBecomesALabelOrIsLogged) {
  make();
  const auto line = answer(request("/secret/path", "BREW"), 404);
  EXPECT_THAT(line, HasSubstr("route=other method=other status=404"));
  EXPECT_THAT(line, Not(HasSubstr("secret")));
  EXPECT_THAT(registry_.text(), Not(HasSubstr("secret")));
  EXPECT_THAT(answer(request("/v1/models/secret"), 404), HasSubstr("route=/v1/models/{}"));
}

TEST_F(AccessLogTest, AnAnswerWithoutARequestIsOneToo) {
  make();
  const auto line = logged([&] { log_->answered({.status = 400, .request_id = "id"}); });
  EXPECT_THAT(line, HasSubstr("answer request_id=id door=http route=other status=400"));
  EXPECT_THAT(registry_.text(), HasSubstr(R"({method="other",route="other",status="400"} 1)"));
}

TEST_F(AccessLogTest, TheAddressIsShownWhereItIsAskedFor) {
  make({.client_address = api::AccessLogOptions::ClientAddress::kShown});
  EXPECT_THAT(answer(request("/v1/models"), 200), HasSubstr("client=192.0.2.9"));
}

TEST_F(AccessLogTest, AFloodIsCountedAndSaidInOneLine) {
  make({.lines_per_second = 3});
  const auto asked = request("/nowhere");
  const auto lines = logged([&] {
    for (int i = 0; i < 100; ++i) log_->answered({.request = &asked, .status = 404});
    clock_.advance(1s);
    context_.run();
    context_.restart();
  });
  EXPECT_EQ(std::ranges::count(lines, '\n'), 4);
  EXPECT_THAT(lines, HasSubstr("answers_not_logged suppressed=97"));
  EXPECT_THAT(registry_.text(), HasSubstr(R"(status="404"} 100)"));
  EXPECT_THAT(answer(asked, 404), HasSubstr("status=404")) << "another second";
}

TEST_F(AccessLogTest, WhatWasSpokenIsLoggedInAFloodToo) {
  make({.lines_per_second = 1});
  (void)answer(request("/nowhere"), 404);
  const auto asked = request("/v1/audio/speech", "POST");
  log_->note_of(asked).audio = 1s;
  EXPECT_THAT(answer(asked, 200), HasSubstr("audio_s=1"));
}

TEST_F(AccessLogTest, LinesCanBeFewerWhereCountsAreNot) {
  make({.lines = api::AccessLogOptions::Lines::kNoProbes});
  EXPECT_EQ(answer(request("/healthz"), 200), "");
  EXPECT_THAT(answer(request("/healthz"), 503), HasSubstr("status=503"));
  make({.lines = api::AccessLogOptions::Lines::kNone});
  EXPECT_EQ(answer(request("/v1/models"), 200), "");
  EXPECT_THAT(registry_.text(), HasSubstr(R"({method="GET",route="/v1/models",status="200"} 1)"));
}

TEST_F(AccessLogTest, ASocketHasALineForItsUpgradeAndOneForItsEnd) {
  make();
  const auto asked = request("/v1/text-to-speech/joe/stream-input");
  log_->note_of(asked).request_id = "mine";
  const auto lines = logged([&] {
    log_->answered({.request = &asked, .kind = http::Answer::Kind::kUpgrade, .status = 101});
    log_->answered({.request = &asked, .kind = http::Answer::Kind::kSocketEnd, .status = 101, .took = 9s});
  });
  EXPECT_THAT(lines, HasSubstr("answer request_id=mine door=elevenlabs_socket"));
  EXPECT_THAT(lines, HasSubstr("socket_end request_id=mine door=elevenlabs_socket"));
  EXPECT_THAT(registry_.text(), HasSubstr(R"(status="101"} 1)")) << "once";
}

TEST(AccessRoute, EveryRouteHasItsPattern) {
  for (const auto& row : routes()) {
    std::string path(row.pattern);
    const auto at = path.find("{}");
    if (at != std::string::npos) path.replace(at, 2, row.pattern.starts_with("/assets") ? "speak.js" : "a b");
    EXPECT_EQ(route_label(path), row.pattern);
  }
  EXPECT_EQ(route_label("/v1/text-to-speech/joe"), "/v1/text-to-speech/{}");
  EXPECT_EQ(route_label("/v1/text-to-speech/joe/stream"), "/v1/text-to-speech/{}/stream");
  EXPECT_EQ(route_label("/v1/text-to-speech/joe/stream/with-timestamps"),
            "/v1/text-to-speech/{}/stream/with-timestamps");
  EXPECT_EQ(route_label("/assets/speak.js"), "/assets/{}");
  for (const auto* const path : {"", "*", "/nothing", "/assets/nothing", "/v1/text-to-speech/a/b/c"}) {
    EXPECT_EQ(route_label(path), kOtherRoute) << path;
  }
}

}  // namespace
}  // namespace antiphon::gateway
