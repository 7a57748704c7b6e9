#include "api/elevenlabs/timed_sink.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "api/test_responder.h"
#include "runtime/task_group.h"

namespace antiphon::api::elevenlabs {
namespace {

using nlohmann::json;

constexpr std::array kAudio = {std::byte{'f'}, std::byte{'o'}};
constexpr std::uint32_t kRate = 1000;  // of the voice: a sample is a millisecond
constexpr std::string_view kText = " Hi  you.\nAnd. ...";

std::string joined(const json& alignment) {
  std::string text;
  for (const auto& character : alignment.at("characters")) text += character.get<std::string>();
  return text;
}

http::Response refuse(const protocol::Error& error) { return {.status = 503, .body = error.message}; }

/// A stream whose sentences are planned one by one, half a second each.
class TimedSinkTest : public testing::Test {
 protected:
  static dispatch::SpeechSpec spec() {
    dispatch::SpeechSpec spec;
    spec.rate = {kRate};
    spec.text = "Hi you. And.";
    return spec;
  }

  void plan(std::vector<wire::Mark> marks) {
    wire::Planned planned;
    planned.grains = {{.kind = 0, .row_begin = 0, .row_end = 1, .samples = 400}};
    planned.marks = std::move(marks);
    stream_.add_segment(std::move(planned), {.before = {}, .behind = {100}});
    stream_.utterance().accepted();
  }

  /// Audio of 0.2 s while the first sentence is planned, then 0.8 s with the second, at twice the voice's rate.
  runtime::Awaitable<> speak(TimedSink& sink) {
    sink.opened(stream_);
    plan({{.text_offset = 0, .sample_offset = 20},
          {.text_offset = 2, .sample_offset = 220},
          {.text_offset = 3, .sample_offset = 300},
          {.text_offset = 7, .sample_offset = 400}});
    EXPECT_TRUE(co_await sink.write(kAudio, {400}));
    plan({});
    EXPECT_TRUE(co_await sink.write(kAudio, {2'000}));
    EXPECT_TRUE(co_await sink.complete());
  }

  /// All audio at once, of the second sentence: the first one has nothing to speak.
  runtime::Awaitable<> skip_and_speak(TimedSink& sink) {
    sink.opened(stream_);
    stream_.skip_segment();
    stream_.utterance().nothing();
    plan({});
    EXPECT_TRUE(co_await sink.write(kAudio, {1'000}));
    EXPECT_TRUE(co_await sink.complete());
  }

  /// All audio of the first sentence; the second one has nothing to speak.
  static runtime::Awaitable<> speak_the_first(TimedSink& sink, dispatch::SpeechStream& stream) {
    sink.opened(stream);
    wire::Planned planned;
    planned.grains = {{.kind = 0, .row_begin = 0, .row_end = 1, .samples = 500}};
    stream.add_segment(std::move(planned), {});
    stream.utterance().accepted();
    EXPECT_TRUE(co_await sink.write(kAudio, {500}));
    stream.skip_segment();
    stream.utterance().nothing();
    EXPECT_TRUE(co_await sink.complete());
  }

  void run(runtime::Awaitable<> test) {
    runtime::TaskGroup tasks(context_.get_executor());
    tasks.spawn(std::move(test));
    context_.restart();
    context_.run();
  }

  boost::asio::io_context context_;
  dispatch::SpeechStream stream_{context_.get_executor(), {1}, spec(), {}};
  TestResponder responder_;
};

TEST_F(TimedSinkTest, OneObjectHasAllAudioAndTheTimesOfAllText) {
  TimedSink sink(responder_, {}, refuse, TimedSink::Shape::kObject, {2 * kRate}, kText);
  run(speak(sink));
  EXPECT_EQ(responder_.end, TestResponder::End::kFinished);
  const auto body = json::parse(responder_.body);
  EXPECT_EQ(body.at("audio_base64"), "Zm9mbw==") << "as if it had come in one piece";
  const auto& spoken = body.at("normalized_alignment");
  EXPECT_EQ(spoken.at("characters"), json({"H", "i", " ", "y", "o", "u", ".", " ", "A", "n", "d", "."}));
  EXPECT_EQ(spoken.at("character_start_times_seconds"),
            json({0.0, 0.12, 0.22, 0.3, 0.325, 0.35, 0.375, 0.4, 0.5, 0.625, 0.75, 0.875}));
  EXPECT_EQ(spoken.at("character_end_times_seconds").back(), 1.0);

  const auto& written = body.at("alignment");
  EXPECT_EQ(joined(written), kText) << "character for character";
  EXPECT_EQ(written.at("character_start_times_seconds"),
            json({0.0, 0.02, 0.12, 0.22, 0.26, 0.3, 0.325, 0.35, 0.375, 0.4, 0.5, 0.562, 0.625, 0.687, 0.75, 0.812,
                  0.875, 0.937}));
  EXPECT_EQ(written.at("character_end_times_seconds").back(), 1.0);
}

TEST_F(TimedSinkTest, WhatIsNotSpokenGoesWithTheNextSegment) {
  TimedSink sink(responder_, {}, refuse, TimedSink::Shape::kObject, {2 * kRate}, kText);
  run(skip_and_speak(sink));
  const auto body = json::parse(responder_.body);
  EXPECT_EQ(joined(body.at("alignment")), kText);
  EXPECT_EQ(joined(body.at("normalized_alignment")), "And.");
}

TEST_F(TimedSinkTest, EachLineHasTheSegmentsThatBeginInItsAudio) {
  TimedSink sink(responder_, {}, refuse, TimedSink::Shape::kLines, {2 * kRate}, kText);
  run(speak(sink));
  std::istringstream body(responder_.body);
  std::vector<json> lines;
  for (std::string line; std::getline(body, line);) lines.push_back(json::parse(line));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("audio_base64"), "Zm8=");
  EXPECT_EQ(joined(lines[0].at("alignment")) + "|" + joined(lines[1].at("alignment")), " Hi  you.\n|And. ...");
  EXPECT_EQ(joined(lines[0].at("normalized_alignment")) + "|" + joined(lines[1].at("normalized_alignment")),
            "Hi you. |And.");
  EXPECT_EQ(lines[1].at("alignment").at("character_start_times_seconds").front(), 0.5) << "from the first audio on";
}

TEST_F(TimedSinkTest, WhatIsWrittenBehindAllSpeechEndsWithIt) {
  for (const auto shape : {TimedSink::Shape::kObject, TimedSink::Shape::kLines}) {
    TestResponder responder;
    dispatch::SpeechStream stream(context_.get_executor(), {1}, spec(), {});
    TimedSink sink(responder, {}, refuse, shape, {kRate}, kText);
    run(speak_the_first(sink, stream));
    const auto last = responder.body.rfind("{\"audio_base64\"");
    const auto body = json::parse(responder.body.substr(last));
    const auto written = joined(body.at("alignment"));
    EXPECT_EQ(written, shape == TimedSink::Shape::kObject ? kText : "And. ...");
    EXPECT_EQ(body.at("alignment").at("character_end_times_seconds").back(), 0.5);
  }
}

TEST_F(TimedSinkTest, WhatFailsLaterIsCutInTheMiddleOfTheObject) {
  TimedSink sink(responder_, {}, refuse, TimedSink::Shape::kObject, {2 * kRate}, kText);
  run([](TimedSink& tested) -> runtime::Awaitable<> {
    EXPECT_TRUE(co_await tested.write(kAudio, {400}));
    co_await tested.fail({protocol::Errc::kWorkerLost, "the workers ended"});
  }(sink));
  EXPECT_EQ(responder_.end, TestResponder::End::kAborted);
  EXPECT_FALSE(json::accept(responder_.body));
}

}  // namespace
}  // namespace antiphon::api::elevenlabs
