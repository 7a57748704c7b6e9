#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/elevenlabs/door.h"
#include "api/openai/door.h"
#include "api/openai/event_sink.h"
#include "api/test_responder.h"
#include "gateway/assets.h"
#include "gateway/routes.h"
#include "runtime/task_group.h"

namespace antiphon::gateway {
namespace {

/// A path of the pattern.
std::string path_of(const RouteRow& row) {
  std::string path(row.pattern);
  const auto at = path.find("{}");
  if (at != std::string::npos) path.replace(at, 2, row.pattern.starts_with("/assets") ? "speak.js" : "a b");
  return path;
}

TEST(Routes, EachRowIsFoundAndNothingElse) {
  for (const auto& row : routes()) {
    const auto path = path_of(row);
    const auto route = find_route(path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->row, &row);
    EXPECT_EQ(route->parameter.empty(), !row.pattern.contains("{}"));
    EXPECT_NE(row.answer == nullptr, row.serve == nullptr) << "one handler";
  }
  for (const auto* const path :
       {"", "/v1/model", "/v1/models/", "/v1/models/a/b", "/v1/audio", "/healthz/", "*", "/assets/nothing",
        "/v1/text-to-speech", "/v1/text-to-speech/", "/v1/text-to-speech//stream", "/v1/text-to-speech/joe/streams"}) {
    EXPECT_FALSE(find_route(path)) << path;
  }
}

TEST(Routes, OnlyPagesAndTheStateOfHealthAreForAll) {
  for (const auto& row : routes()) {
    const bool below = row.pattern.starts_with("/v1") || row.pattern.starts_with("/v2");
    EXPECT_EQ(row.access == Access::kAll, !below) << row.pattern;
  }
}

TEST(Routes, EveryAssetIsServed) {
  for (const auto& asset : assets()) EXPECT_TRUE(find_route(asset.path)) << asset.path;
}

TEST(Routes, AMethodIsAWholeWord) {
  EXPECT_TRUE(allows("GET, HEAD, OPTIONS", "HEAD"));
  EXPECT_FALSE(allows("GET, HEAD, OPTIONS", "EAD"));
  EXPECT_FALSE(allows("GET, HEAD, OPTIONS", "GET, HEAD"));
  EXPECT_FALSE(allows("GET", ""));
}

/// Runs `use` on a sink over `responder` to its end.
template <class Use>
void drive(Use use) {
  boost::asio::io_context context;
  runtime::TaskGroup tasks(context.get_executor());
  tasks.spawn(use());
  context.run();
}

http::Response refuse(const protocol::Error& error) {
  return {.status = protocol::openai::status_of(error.code), .body = error.message};
}

constexpr std::array kAudio = {std::byte{1}, std::byte{2}, std::byte{3}};

runtime::Awaitable<> complete(api::openai::EventSink& sink) {
  EXPECT_TRUE(co_await sink.write(kAudio, {4'800}));
  EXPECT_TRUE(co_await sink.write(kAudio, {9'601}));
  EXPECT_TRUE(co_await sink.complete());
}

TEST(EventSink, WritesOneEventAPieceAndTheUsage) {
  api::TestResponder responder;
  api::openai::EventSink sink(responder, {{"Content-Type", "text/event-stream"}}, refuse,
                              {.request_id = "req", .rate = {24'000}, .characters = 5});
  drive([&] { return complete(sink); });
  EXPECT_EQ(responder.end, api::TestResponder::End::kFinished);
  EXPECT_EQ(responder.head.headers.get("Content-Type"), "text/event-stream");
  EXPECT_EQ(responder.body,
            "id: req/4800\ndata: {\"type\":\"speech.audio.delta\",\"audio\":\"AQID\"}\n\n"
            "id: req/9601\ndata: {\"type\":\"speech.audio.delta\",\"audio\":\"AQID\"}\n\n"
            "id: req/9601\ndata: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":5,\"output_tokens\":9,"
            "\"total_tokens\":14}}\n\n");
}

runtime::Awaitable<> fail_after_audio(api::openai::EventSink& sink) {
  EXPECT_TRUE(co_await sink.write(kAudio, {4'800}));
  co_await sink.fail({protocol::Errc::kWorkerLost, "the workers ended"});
}

TEST(EventSink, AFailureAfterAudioIsAnEventAndACutBody) {
  api::TestResponder responder;
  api::openai::EventSink sink(responder, {}, refuse, {.request_id = "req", .rate = {24'000}, .characters = 5});
  drive([&] { return fail_after_audio(sink); });
  EXPECT_EQ(responder.end, api::TestResponder::End::kAborted);
  const auto last = responder.body.substr(responder.body.find("\n\n") + 2);
  const std::string begins = "id: req/4800\ndata: ";
  ASSERT_TRUE(last.starts_with(begins)) << last;
  const auto event = nlohmann::json::parse(last.substr(begins.size()));
  EXPECT_EQ(event.at("type"), "speech.audio.error");
  EXPECT_EQ(event.at("error").at("code"), "worker_lost");
}

runtime::Awaitable<> fail_at_once(api::openai::EventSink& sink) { co_await sink.fail({protocol::Errc::kBusy, "full"}); }

TEST(EventSink, AFailureBeforeAudioIsAnOrdinaryAnswer) {
  api::TestResponder responder;
  api::openai::EventSink sink(responder, {}, refuse, {.request_id = "req", .rate = {24'000}, .characters = 5});
  drive([&] { return fail_at_once(sink); });
  EXPECT_EQ(responder.end, api::TestResponder::End::kAnswered);
  EXPECT_EQ(responder.head.status, 503U);
  EXPECT_EQ(responder.body, "full");
}

TEST(DoorErrors, EveryDoorSaysWhoseFaultItIs) {
  using enum protocol::Errc;
  for (const auto code : {kUnknownVoice, kInvalidText, kNothingToSpeak, kTextNotSpeakable}) {
    EXPECT_EQ(protocol::openai::status_of(protocol::openai::speech_error({code, "why"}).code), 400U);
    EXPECT_LT(protocol::elevenlabs::status_of(protocol::elevenlabs::speech_error({code, "why"}).code), 500U);
    EXPECT_FALSE(protocol::openai::speech_error({code, "why"}).param.empty());
    EXPECT_FALSE(protocol::elevenlabs::speech_error({code, "why"}).param.empty());
  }
  for (const auto code : {kWorkerLost, kStalled, kEngineFailed}) {
    EXPECT_EQ(protocol::openai::status_of(protocol::openai::speech_error({code, "why"}).code), 500U);
    EXPECT_EQ(protocol::elevenlabs::status_of(protocol::elevenlabs::speech_error({code, "why"}).code), 500U);
  }
  EXPECT_EQ(protocol::openai::speech_error({kEngineFailed, "a secret"}).message.find("a secret"), std::string::npos);
  EXPECT_EQ(protocol::elevenlabs::speech_error({kEngineFailed, "a secret"}).message.find("a secret"),
            std::string::npos);
}

}  // namespace
}  // namespace antiphon::gateway
