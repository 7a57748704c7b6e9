#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocol/openai/models.h"
#include "protocol/openai/speech.h"

namespace antiphon::protocol::openai {
namespace {

using nlohmann::json;

json body() { return {{"model", "tts-1"}, {"input", "Hello."}, {"voice", "joe"}}; }

TEST(SpeechRequest, HasOpenAIsDefaults) {
  const auto request = parse_speech_request(body().dump());
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->response_format, ResponseFormat::kMp3);
  EXPECT_EQ(request->stream_format, StreamFormat::kAudio);
  EXPECT_EQ(request->speed, 1.0);
  EXPECT_EQ(request->volume, 1.0);
  EXPECT_EQ(request->seed, 0U);
}

TEST(SpeechRequest, ReadsEveryFieldAndIgnoresOthers) {
  auto sent = body();
  sent.update({{"voice", {{"id", "amy"}}},
               {"response_format", "pcm"},
               {"stream_format", "sse"},
               {"speed", 2},
               {"volume", 0.5},
               {"seed", 18446744073709551615ULL},
               {"instructions", "cheerfully"},
               {"user", "u1"},
               {"something_new", {1, 2, 3}}});
  const auto request = parse_speech_request(sent.dump());
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_EQ(request->voice, "amy");
  EXPECT_EQ(request->response_format, ResponseFormat::kPcm);
  EXPECT_EQ(request->stream_format, StreamFormat::kSse);
  EXPECT_EQ(request->speed, 2.0);
  EXPECT_EQ(request->volume, 0.5);
  EXPECT_EQ(request->seed, 18446744073709551615ULL);
  EXPECT_EQ(request->instructions, "cheerfully");
  EXPECT_EQ(request->user, "u1");
}

TEST(SpeechRequest, NullStandsForAbsent) {
  auto sent = body();
  sent.update({{"speed", nullptr},
               {"response_format", nullptr},
               {"instructions", nullptr},
               {"seed", nullptr},
               {"volume", nullptr}});
  EXPECT_TRUE(parse_speech_request(sent.dump()).has_value());
}

TEST(SpeechRequest, CountsCodePointsNotBytes) {
  std::string umlauts;
  for (std::size_t i = 0; i < kMaxInputCharacters; ++i) umlauts += "ä";
  auto sent = body();
  sent["input"] = umlauts;
  EXPECT_TRUE(parse_speech_request(sent.dump()).has_value());
  sent["input"] = umlauts + "a";
  const auto longer = parse_speech_request(sent.dump());
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().code, Errc::kInputTooLong);
  EXPECT_EQ(longer.error().param, "input");
}

struct Wrong {
  std::string field;
  json value;
  Errc code;
};

TEST(SpeechRequest, AWrongFieldIsNamed) {
  const std::vector<Wrong> table = {
      {"input", 1, Errc::kInvalidType},
      {"input", "", Errc::kInvalidValue},
      {"input", nullptr, Errc::kMissingParameter},
      {"model", json::array(), Errc::kInvalidType},
      {"model", std::string(kMaxNameCharacters + 1, 'a'), Errc::kInputTooLong},
      {"voice", "", Errc::kInvalidValue},
      {"voice", {{"name", "x"}}, Errc::kInvalidType},
      {"voice", std::string(kMaxNameCharacters + 1, 'a'), Errc::kInputTooLong},
      {"speed", "fast", Errc::kInvalidType},
      {"speed", 0.24, Errc::kInvalidValue},
      {"speed", 4.01, Errc::kInvalidValue},
      {"volume", "loud", Errc::kInvalidType},
      {"volume", -0.01, Errc::kInvalidValue},
      {"volume", 2.01, Errc::kInvalidValue},
      {"seed", -1, Errc::kInvalidType},
      {"sample_rate", 7'999, Errc::kInvalidValue},
      {"sample_rate", 48'001, Errc::kInvalidValue},
      {"sample_rate", "24k", Errc::kInvalidType},
      {"seed", 0.5, Errc::kInvalidType},
      {"response_format", "midi", Errc::kUnsupportedFormat},
      {"response_format", 3, Errc::kInvalidType},
      {"stream_format", "smoke", Errc::kUnsupportedFormat},
      {"instructions", std::string(kMaxInstructionsCharacters + 1, 'a'), Errc::kInputTooLong},
  };
  for (const auto& wrong : table) {
    auto sent = body();
    sent[wrong.field] = wrong.value;
    SCOPED_TRACE(wrong.field + "=" + wrong.value.dump().substr(0, 40));
    const auto request = parse_speech_request(sent.dump());
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(request.error().code, wrong.code);
    EXPECT_EQ(request.error().param, wrong.field);
  }
}

SpeechRequest with_pronunciations(const json& words) {
  const auto request = parse_speech_request(json{{"input", "a"}, {"voice", "v"}, {"pronunciations", words}}.dump());
  EXPECT_TRUE(request) << request.error().message;
  return request.value_or(SpeechRequest{});
}

std::string complaint_about(const json& words) {
  const auto request = parse_speech_request(json{{"input", "a"}, {"voice", "v"}, {"pronunciations", words}}.dump());
  if (request) return "";
  EXPECT_EQ(request.error().param, "pronunciations");
  return request.error().message;
}

TEST(SpeechRequest, PronunciationsAreWordsAndHowTheyAreSaid) {
  const auto request = with_pronunciations({{"nginx", "engine ex"}, {"GIF", "/d\u0292\u026af/"}});
  ASSERT_EQ(request.pronunciations.size(), 2U);
  EXPECT_EQ(request.pronunciations[1].written, "nginx");
  EXPECT_EQ(request.pronunciations[1].spoken, "engine ex");
}

TEST(SpeechRequest, AWrongPronunciationIsNamedWithItsSignAndPlace) {
  EXPECT_EQ(complaint_about({{"GIF", "/d5f/"}}),
            "'pronunciations' is wrong: \"GIF\" has the sign '5' at character 2 of its phonemes, which stands for no "
            "sound.");
  EXPECT_EQ(complaint_about({{"a", 1}}), "'pronunciations' must be an object of words and how each is said, a string.");
  EXPECT_EQ(complaint_about(json::array()), "'pronunciations' must be an object.");
  EXPECT_NE(complaint_about({{"a", std::string(41, 'b')}}), "") << "a short text would become a long speech";
  EXPECT_EQ(complaint_about({{"a", std::string(40, 'b')}}), "");
  json many;
  for (int i = 0; i < 101; ++i) many["w" + std::to_string(i)] = "x";
  EXPECT_EQ(complaint_about(many), "'pronunciations' has more than 100 words.");
}

TEST(SpeechRequest, SaysHowItsTextIsRead) {
  const auto read = [](const json& text) {
    return parse_speech_request(json{{"input", "a"}, {"voice", "v"}, {"text", text}}.dump());
  };
  EXPECT_EQ(read(nullptr)->reading, text::Switches{});
  EXPECT_EQ(read({{"markdown", "read"}})->reading, (text::Switches{.markup = text::markup::Markup::kRead}));
  EXPECT_EQ(read({{"normalise", "off"}, {"emoji", "named"}, {"markdown", nullptr}})->reading,
            (text::Switches{.normalise = text::Normalise::kOff, .emoji = text::markup::Emoji::kNamed}));
  EXPECT_EQ(read({{"emoji", "loud"}}).error().message, "'text.emoji' must be 'silent' or 'named'.");
  EXPECT_EQ(read({{"emojis", "named"}}).error().param, "text.emojis");
  EXPECT_EQ(read("plain").error().message, "'text' must be an object.");
}

TEST(SpeechRequest, AnyModelIsTakenAndNoneToo) {
  auto sent = body();
  for (const json& model : {json("gpt-4o-mini-tts-2025-12-15"), json("kokoro"), json("TTS-1"), json(""), json()}) {
    sent["model"] = model;
    EXPECT_TRUE(parse_speech_request(sent.dump())) << model;
  }
  sent.erase("model");
  EXPECT_TRUE(parse_speech_request(sent.dump()));
}

TEST(SpeechRequest, UnlistedModelsAreRefusedWhereTheOperatorSaysSo) {
  constexpr SpeechRules kRules{.models = Models::kListed};
  auto sent = body();
  EXPECT_TRUE(parse_speech_request(sent.dump(), kRules));
  sent["model"] = "gpt-9";
  const auto unknown = parse_speech_request(sent.dump(), kRules);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::kUnknownModel);
  EXPECT_EQ(unknown.error().param, "model");
  sent.erase("model");
  EXPECT_TRUE(parse_speech_request(sent.dump(), kRules)) << "none is not an unknown one";
}

TEST(SpeechRequest, TheLimitOfTheInputIsTheOperators) {
  auto sent = body();
  sent["input"] = "12345";
  EXPECT_TRUE(parse_speech_request(sent.dump(), {.max_characters = 5}));
  const auto longer = parse_speech_request(sent.dump(), {.max_characters = 4});
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message, "'input' has 5 characters; at most 4 are allowed (openai.max_characters).");
}

TEST(SpeechRequest, HalfACharacterIsSpokenAsItsReplacement) {
  const auto request = parse_speech_request(R"({"input":"All done \ud83d","voice":"joe"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->input, "All done \uFFFD");
}

TEST(SpeechRequest, WhatIsNotAJsonObjectIsABadRequest) {
  const std::string deep = R"({"model":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
  const std::vector<std::string> bodies = {"", "{", "[]", "null", "\"text\"", "{\"input\":\"\xC3(\"}", deep, "{}x"};
  for (const auto& sent : bodies) {
    const auto request = parse_speech_request(sent);
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(request.error().code, Errc::kBadRequest) << sent.substr(0, 40);
  }
}

TEST(ErrorBody, AlwaysHasAllFourKeys) {
  const auto error = json::parse(error_body({.code = Errc::kBusy, .message = "Full.", .param = ""})).at("error");
  EXPECT_EQ(error, json({{"message", "Full."}, {"type", "server_error"}, {"param", nullptr}, {"code", "server_busy"}}));
  const auto broken = error_body({.code = Errc::kUnknownVoice, .message = "no '\xC3'", .param = "voice"});
  EXPECT_EQ(json::parse(broken).at("error").at("param"), "voice") << "a cut name does not break the JSON";
}

TEST(Models, EveryListedModelCanBeAskedForAndFetched) {
  const auto list = json::parse(models_body());
  EXPECT_EQ(list.at("object"), "list");
  for (const auto& model : list.at("data")) {
    const auto id = model.at("id").get<std::string>();
    EXPECT_TRUE(is_model(id));
    EXPECT_EQ(json::parse(model_body(id).value()), model);
  }
  EXPECT_FALSE(model_body("nothing").has_value());
}

}  // namespace
}  // namespace antiphon::protocol::openai
