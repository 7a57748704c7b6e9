#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "protocol/elevenlabs/generation_schedule.h"
#include "protocol/elevenlabs/server_message.h"
#include "protocol/elevenlabs/speech.h"

namespace antiphon::protocol::elevenlabs {
namespace {

using nlohmann::json;

template <class T>
T parsed(Mode mode, std::string_view message) {
  auto got = parse_client_message(mode, message);
  if (!got || !std::holds_alternative<T>(*got)) {
    ADD_FAILURE() << message << (got ? " is another kind of message" : ": " + got.error().message);
    return {};
  }
  return std::get<T>(std::move(*got));
}

TEST(SingleStream, ReadsWhatTheSdkSends) {
  const auto first = parsed<AppendText>(
      Mode::kSingle, R"({"text":" ","try_trigger_generation":true,"voice_settings":{"speed":0.9,"stability":1},
                         "generation_config":{"chunk_length_schedule":[50,120.5]},"xi-api-key":"secret"})");
  EXPECT_EQ(first.text, " ");
  EXPECT_EQ(first.pace, Pace::kTriggered);
  EXPECT_EQ(first.settings.speed, 0.9);
  EXPECT_EQ(first.settings.chunk_length_schedule, (std::vector<std::uint32_t>{50, 120}));
  EXPECT_EQ(first.settings.api_key, "secret");

  EXPECT_EQ(parsed<AppendText>(Mode::kSingle, R"({"text":"words "})"), (AppendText{.context = {}, .text = "words "}));
  EXPECT_EQ(parsed<AppendText>(Mode::kSingle, R"({"text":"now ","flush":true})").pace, Pace::kFlushed);
  EXPECT_EQ(parsed<AppendText>(Mode::kSingle, R"({"flush":true})").text, "");
  parsed<FinishContext>(Mode::kSingle, R"({"text":""})");
  parsed<FinishContext>(Mode::kSingle, R"({"text":"","flush":true})");
}

TEST(SingleStream, KnowsNoContexts) {
  const auto message =
      parsed<AppendText>(Mode::kSingle, R"({"text":"a","context_id":"x","close_context":true,"close_socket":true})");
  EXPECT_EQ(message.context, "");
}

TEST(MultiStream, ReadsWhatLiveKitAndPipecatSend) {
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":" ","voice_settings":{},"context_id":"c1"})").context, "c1");
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":"One. ","context_id":"c1","flush":true})"),
            (AppendText{.context = "c1", .text = "One. ", .pace = Pace::kFlushed, .settings = {}}));
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"context_id":"c1","flush":true})"),
            (AppendText{.context = "c1", .text = "", .pace = Pace::kFlushed, .settings = {}}));
  EXPECT_EQ(parsed<FinishContext>(Mode::kMulti, R"({"context_id":"c1","close_context":true})").context, "c1");
  EXPECT_EQ(parsed<KeepAlive>(Mode::kMulti, R"({"text":"","context_id":"c1"})").context, "c1");
  EXPECT_EQ(parsed<KeepAlive>(Mode::kMulti, R"({"text":""})").context, "");
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":"a","contextId":"c2"})").context, "c2");
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":"a","authorization":"Bearer k"})").settings.api_key, "k");
  parsed<CloseSocket>(Mode::kMulti, R"({"close_socket":true})");
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":"a","close_context":false})").text, "a");
}

struct Wrong {
  json message;
  Errc code;
  std::string param;
};

TEST(ClientMessage, AWrongFieldIsNamed) {
  const std::string schedule = "generation_config.chunk_length_schedule";
  const auto scheduled = [](json list) {
    return json{{"text", " "}, {"generation_config", {{"chunk_length_schedule", std::move(list)}}}};
  };
  const std::vector<Wrong> table = {
      {{{"text", 7}}, Errc::kInvalidType, "text"},
      {{{"text", std::string(kMaxTextCharacters + 1, 'a')}}, Errc::kInputTooLong, "text"},
      {{{"text", "a"}, {"flush", 1}}, Errc::kInvalidType, "flush"},
      {{{"text", "a"}, {"context_id", 5}}, Errc::kInvalidType, "context_id"},
      {{{"text", "a"}, {"context_id", std::string(300, 'c')}}, Errc::kInputTooLong, "context_id"},
      {{{"text", "a"}, {"voice_settings", {{"speed", 5}}}}, Errc::kInvalidValue, "voice_settings.speed"},
      {{{"text", "a"}, {"generation_config", json::array()}}, Errc::kInvalidType, "generation_config"},
      {scheduled("fast"), Errc::kInvalidType, schedule},
      {scheduled({"50"}), Errc::kInvalidType, schedule},
      {scheduled({0}), Errc::kInvalidValue, schedule},
      {scheduled({1e9}), Errc::kInvalidValue, schedule},
      {scheduled(std::vector<int>(33, 50)), Errc::kInputTooLong, schedule},
  };
  for (const auto& wrong : table) {
    SCOPED_TRACE(wrong.message.dump().substr(0, 80));
    const auto message = parse_client_message(Mode::kMulti, wrong.message.dump());
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, wrong.code);
    EXPECT_EQ(message.error().param, wrong.param);
  }
  EXPECT_EQ(parse_client_message(Mode::kSingle, "nonsense").error().code, Errc::kBadRequest);
}

TEST(ClientMessage, AnErrorNamesItsContextWhereThatIsKnown) {
  const auto context_of = [](std::string_view message) {
    const auto parsed = parse_client_message(Mode::kMulti, message);
    EXPECT_FALSE(parsed) << message;
    return parsed ? std::nullopt : parsed.error().context;
  };
  EXPECT_EQ(context_of(R"({"text":5,"context_id":"a"})"), "a");
  EXPECT_EQ(context_of(R"({"text":"a","contextId":"b","voice_settings":{"speed":9}})"), "b");
  EXPECT_EQ(context_of(R"({"context_id":"c","close_context":1})"), "c");
  EXPECT_EQ(context_of(R"({"text":5})"), "");
  EXPECT_EQ(context_of(R"({"text":5,"context_id":7})"), std::nullopt);
  EXPECT_EQ(context_of("[]"), std::nullopt);
}

TEST(ClientMessage, TheLongestTextMayBeEscapedToTheLastCharacter) {
  constexpr std::size_t kCharacters = 50'000;
  std::string message = R"({"text":")";
  for (std::size_t i = 0; i < kCharacters; ++i) message += R"(\ud83d\ude42)";
  message += R"("})";
  EXPECT_LE(message.size(), max_message_bytes(kCharacters));
  EXPECT_TRUE(parse_client_message(Mode::kSingle, message, {.max_characters = kCharacters}));
}

TEST(ClientMessage, WhatAsksForNothingIsASignOfLife) {
  for (const auto mode : {Mode::kSingle, Mode::kMulti}) {
    for (const auto* const message :
         {"{}", R"({"type":"ping"})", R"({"text":null})", R"({"keep_alive":true})", R"({"text":null,"flush":false})",
          R"({"voice_settings":null,"close_context":false,"close_socket":false})"}) {
      EXPECT_EQ(parsed<KeepAlive>(mode, message).context, "") << message;
    }
  }
  EXPECT_EQ(parsed<KeepAlive>(Mode::kMulti, R"({"context_id":"a"})").context, "a");
}

TEST(ClientMessage, TextGoesBeforeTheCloseThatItComesWith) {
  EXPECT_EQ(
      parsed<AppendText>(Mode::kMulti, R"({"text":"Bye now. ","context_id":"q","close_context":true})"),
      (AppendText{
          .context = "q", .text = "Bye now. ", .pace = Pace::kFlushed, .settings = {}, .then = Then::kCloseContext}));
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"flush":true,"context_id":"q","close_context":true})").then,
            Then::kCloseContext);
  EXPECT_EQ(parsed<AppendText>(Mode::kMulti, R"({"text":"Bye.","close_socket":true})").then, Then::kCloseSocket);
  EXPECT_EQ(parsed<AppendText>(Mode::kSingle, R"({"text":"Bye.","close_socket":true})").then, Then::kCloseSocket);
  for (const auto* const text : {"\"\"", "\" \"", "null"}) {
    const auto with = [&](std::string_view order) {
      return R"({"text":)" + std::string(text) + R"(,"context_id":"q",)" + std::string(order) + ":true}";
    };
    parsed<FinishContext>(Mode::kMulti, with(R"("close_context")"));
    parsed<CloseSocket>(Mode::kMulti, with(R"("close_socket")"));
  }
}

std::vector<std::byte> bytes(std::string_view text) {
  const auto span = std::as_bytes(std::span(text.data(), text.size()));
  return {span.begin(), span.end()};
}

TEST(ServerMessage, AudioCarriesItsAlignmentAndContext) {
  const Alignments alignments{.written = {.characters = {"H", "\""}, .starts_ms = {0, 40}, .durations_ms = {40, 60}},
                              .spoken = {.characters = {"h"}, .starts_ms = {0}, .durations_ms = {100}}};
  const auto message = json::parse(audio_message({Mode::kMulti, "c\"1"}, bytes("foob"), &alignments));
  EXPECT_EQ(message.at("audio"), "Zm9vYg==");
  EXPECT_TRUE(message.at("isFinal").is_null());
  EXPECT_EQ(message.at("contextId"), "c\"1");
  EXPECT_EQ(message.at("context_id"), "c\"1");
  EXPECT_EQ(message.at("alignment"),
            json({{"chars", {"H", "\""}}, {"charStartTimesMs", {0, 40}}, {"charDurationsMs", {40, 60}}}));
  EXPECT_EQ(message.at("normalizedAlignment"),
            json({{"chars", {"h"}}, {"charStartTimesMs", {0}}, {"charDurationsMs", {100}}}));

  const auto plain = json::parse(audio_message({}, bytes("foob"), nullptr));
  EXPECT_TRUE(plain.at("alignment").is_null());
  EXPECT_FALSE(plain.contains("contextId"));
}

TEST(ServerMessage, TheFinalOneSaysSo) {
  const auto message = json::parse(final_message({Mode::kMulti, "c1"}));
  EXPECT_EQ(message.at("isFinal"), true);
  EXPECT_TRUE(message.at("audio").is_null());
  EXPECT_EQ(message.at("contextId"), "c1");
  EXPECT_FALSE(message.contains("message")) << "by which the SDK knows errors";
}

TEST(ServerMessage, AnErrorHasTheWordsAndTheCode) {
  const Error error{.code = Errc::kUnknownVoice, .message = "No \xFF.", .param = {}};
  const auto message = json::parse(error_message({Mode::kMulti, "c1"}, error));
  EXPECT_EQ(message.at("error"), "voice_not_found");
  EXPECT_EQ(message.at("code"), 1008);
  EXPECT_EQ(message.at("contextId"), "c1");
  EXPECT_TRUE(message.at("message").is_string());
}

TEST(ServerMessage, TimedSpeechHasSeconds) {
  const Alignments alignments{.written = {.characters = {"H", "i"}, .starts_ms = {0, 40}, .durations_ms = {40, 60}},
                              .spoken = {.characters = {"h"}, .starts_ms = {0}, .durations_ms = {100}}};
  const auto message = json::parse(timed_speech(bytes("f"), &alignments));
  EXPECT_EQ(message.at("audio_base64"), "Zg==");
  EXPECT_EQ(message.at("alignment"), json({{"characters", {"H", "i"}},
                                           {"character_start_times_seconds", {0.0, 0.04}},
                                           {"character_end_times_seconds", {0.04, 0.1}}}));
  EXPECT_EQ(
      message.at("normalized_alignment"),
      json({{"characters", {"h"}}, {"character_start_times_seconds", {0.0}}, {"character_end_times_seconds", {0.1}}}));
}

constexpr Interval interval_of(std::uint32_t rate, std::uint64_t samples) {
  return {.rate = {rate}, .begin = {0}, .samples = {samples}};
}

TEST(Align, WordsStartAndEndWhereThePlanSays) {
  const std::vector<Anchor> anchors{{0, {2'400}}, {3, {12'000}}, {4, {14'400}}};
  const auto alignment = align("H\u00E9 yo!", anchors, interval_of(24'000, 24'000));
  EXPECT_EQ(alignment.characters, (std::vector<std::string>{"H", "\u00E9", " ", "y", "o", "!"}));
  EXPECT_EQ(alignment.starts_ms, (std::vector<std::uint32_t>{0, 300, 500, 600, 733, 866}));
  EXPECT_EQ(alignment.durations_ms, (std::vector<std::uint32_t>{300, 200, 100, 133, 133, 134}));
}

TEST(Align, TheSilenceBehindTheLastWordIsTheLastCharacters) {
  const auto alignment = align("ab", std::vector<Anchor>{{0, {100}}, {2, {300}}}, interval_of(1'000, 1'000));
  EXPECT_EQ(alignment.starts_ms, (std::vector<std::uint32_t>{0, 200}));
  EXPECT_EQ(alignment.durations_ms, (std::vector<std::uint32_t>{200, 800}));
}

TEST(Align, WithoutAnchorsTheCharactersShareTheAudio) {
  const auto alignment = align("abcd", {}, interval_of(8'000, 800));
  EXPECT_EQ(alignment.starts_ms, (std::vector<std::uint32_t>{0, 25, 50, 75}));
}

TEST(Align, CoversTheAudioWhateverTheAnchors) {
  const std::vector<std::vector<Anchor>> some = {
      {}, {{0, {0}}}, {{2, {900}}, {1, {100}}}, {{0, {5'000}}}, {{99, {10}}}, {{1, {10}}, {1, {20}}, {3, {20}}}};
  for (const auto& anchors : some) {
    for (const std::string text : {"a", "two words", "\xFF\xC3(", "\u306D\u3053"}) {
      const auto alignment = align(text, anchors, interval_of(1'000, 1'234));
      ASSERT_FALSE(alignment.characters.empty());
      ASSERT_EQ(alignment.characters.size(), alignment.starts_ms.size());
      ASSERT_EQ(alignment.characters.size(), alignment.durations_ms.size());
      EXPECT_EQ(std::accumulate(alignment.characters.begin(), alignment.characters.end(), std::string()), text);
      EXPECT_TRUE(std::ranges::is_sorted(alignment.starts_ms));
      EXPECT_EQ(std::accumulate(alignment.durations_ms.begin(), alignment.durations_ms.end(), 0U), 1'234U);
    }
  }
  EXPECT_TRUE(align("", {}, interval_of(1'000, 1'000)).characters.empty());
}

TEST(Align, TheDurationsOfManySegmentsAddUpToTheAudio) {
  std::uint64_t begin = 0;
  std::uint64_t sum = 0;
  for (int segment = 0; segment < 1'000; ++segment) {
    const Interval interval{.rate = {22'050}, .begin = {begin}, .samples = {7'003}};
    const auto alignment = align("abc", std::vector<Anchor>{{1, {99}}}, interval);
    EXPECT_EQ(alignment.starts_ms.front(), sum);
    for (const auto duration : alignment.durations_ms) sum += duration;
    begin += 7'003;
  }
  EXPECT_EQ(sum, begin * 1'000 / 22'050);
}

TEST(GenerationSchedule, HoldsTextBackUntilThereIsEnough) {
  GenerationSchedule schedule({10, 20});
  EXPECT_EQ(schedule.add("123456789", Pace::kBuffered), "");
  EXPECT_EQ(schedule.add("\u00E9", Pace::kBuffered), "123456789\u00E9") << "ten characters, eleven bytes";
  EXPECT_EQ(schedule.add("ten chars.", Pace::kBuffered), "");
  EXPECT_EQ(schedule.add("ten chars.", Pace::kBuffered), "ten chars.ten chars.");
  EXPECT_EQ(schedule.add(std::string(19, 'x'), Pace::kBuffered), "") << "the last number goes on";
  EXPECT_EQ(schedule.take(), std::string(19, 'x'));
  EXPECT_EQ(schedule.take(), "");
}

TEST(GenerationSchedule, HandsOnAtOnceWhereAskedOrWithoutNumbers) {
  GenerationSchedule schedule({100});
  EXPECT_EQ(schedule.add("a", Pace::kBuffered), "");
  EXPECT_EQ(schedule.add("b", Pace::kTriggered), "ab");
  EXPECT_EQ(schedule.add("c", Pace::kFlushed), "c");
  EXPECT_EQ(GenerationSchedule({}).add("a", Pace::kBuffered), "a");
}

}  // namespace
}  // namespace antiphon::protocol::elevenlabs
