#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "protocol/elevenlabs/models.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/speech.h"
#include "protocol/elevenlabs/voices.h"

namespace antiphon::protocol::elevenlabs {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

TEST(SpeechRequest, NeedsNothingButText) {
  const auto request = parse_speech_request(R"({"text":"Good morning."})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->text, "Good morning.");
  EXPECT_EQ(request->model_id, "");
  EXPECT_EQ(request->speed, 1.0);
  EXPECT_EQ(request->seed, 0U);
}

TEST(SpeechRequest, ReadsWhatTheSdkSends) {
  const auto request = parse_speech_request(
      R"({"text":"Hi","model_id":"eleven_flash_v2_5","language_code":"en","seed":4294967295,"previous_text":"Before.",
          "voice_settings":{"stability":0.5,"similarity_boost":0.8,"style":0,"use_speaker_boost":true,"speed":1.2},
          "pronunciation_dictionary_locators":[],"apply_text_normalization":"auto","next_request_ids":null})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->model_id, "eleven_flash_v2_5");
  EXPECT_EQ(request->speed, 1.2);
  EXPECT_EQ(request->seed, 4294967295U);
}

TEST(SpeechRequest, LocatorsNameDictionaries) {
  const auto request = parse_speech_request(
      R"({"text":"Hi","pronunciation_dictionary_locators":[{"pronunciation_dictionary_id":"b","version_id":"1"},
          {"pronunciation_dictionary_id":"a"}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->dictionaries, (std::vector<std::string>{"b", "a"}));
}

struct Wrong {
  json body;
  Errc code;
  std::string param;
};

TEST(SpeechRequest, AWrongFieldIsNamed) {
  const std::vector<Wrong> table = {
      {json::object(), Errc::kMissingParameter, "text"},
      {{{"text", ""}}, Errc::kInvalidValue, "text"},
      {{{"text", 1}}, Errc::kInvalidType, "text"},
      {{{"text", std::string(kMaxTextCharacters + 1, 'a')}}, Errc::kInputTooLong, "text"},
      {{{"text", "a"}, {"model_id", 9}}, Errc::kInvalidType, "model_id"},
      {{{"text", "a"}, {"voice_settings", 1}}, Errc::kInvalidType, "voice_settings"},
      {{{"text", "a"}, {"voice_settings", {{"speed", 0}}}}, Errc::kInvalidValue, "voice_settings.speed"},
      {{{"text", "a"}, {"voice_settings", {{"speed", "1"}}}}, Errc::kInvalidType, "voice_settings.speed"},
      {{{"text", "a"}, {"seed", -1}}, Errc::kInvalidType, "seed"},
      {{{"text", "a"}, {"pronunciation_dictionary_locators", 1}},
       Errc::kInvalidType,
       "pronunciation_dictionary_locators"},
      {{{"text", "a"}, {"pronunciation_dictionary_locators", {1}}},
       Errc::kInvalidType,
       "pronunciation_dictionary_locators"},
      {{{"text", "a"}, {"pronunciation_dictionary_locators", std::vector<json>(9, json::object())}},
       Errc::kInputTooLong,
       "pronunciation_dictionary_locators"},
      {{{"text", "a"}, {"pronunciation_dictionary_locators", {json::object()}}},
       Errc::kMissingParameter,
       "pronunciation_dictionary_locators.pronunciation_dictionary_id"},
  };
  for (const auto& wrong : table) {
    SCOPED_TRACE(wrong.body.dump().substr(0, 60));
    const auto request = parse_speech_request(wrong.body.dump());
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().code, wrong.code);
    EXPECT_EQ(request.error().param, wrong.param);
  }
  EXPECT_EQ(parse_speech_request("[]").error().code, Errc::kBadRequest);
}

TEST(OutputFormat, KnowsEveryNameOfTheInterface) {
  EXPECT_EQ(parse_output_format("mp3_22050_32"), (OutputFormat{Codec::kMp3, {22'050}, 32'000}));
  EXPECT_EQ(parse_output_format("opus_48000_192"), (OutputFormat{Codec::kOpus, {48'000}, 192'000}));
  EXPECT_EQ(parse_output_format("pcm_16000"), (OutputFormat{Codec::kPcm, {16'000}, 0}));
  EXPECT_EQ(parse_output_format("ulaw_8000"), (OutputFormat{Codec::kMulaw, {8'000}, 0}));
  EXPECT_EQ(parse_output_format("mp3_44100_128"), OutputFormat());
  for (const auto* const other : {"", "mp3", "mp3_44100_129", "PCM_16000", "pcm_16000 "}) {
    EXPECT_FALSE(parse_output_format(other)) << other;
  }
}

TEST(Query, HasTheInterfacesDefaults) {
  const auto query = parse_query("");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->output_format, OutputFormat());
  EXPECT_EQ(query->inactivity_timeout, 20s);
  EXPECT_FALSE(query->auto_mode);
}

TEST(Query, ReadsWhatLiveKitSends) {
  const auto query = parse_query(
      "model_id=eleven_turbo_v2_5&output_format=mp3_22050_32&language_code=en&enable_ssml_parsing=false&"
      "enable_logging=true&inactivity_timeout=180&apply_text_normalization=auto&sync_alignment=true&auto_mode=true");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->model_id, "eleven_turbo_v2_5");
  EXPECT_EQ(query->output_format.rate.hz, 22'050U);
  EXPECT_EQ(query->inactivity_timeout, 180s);
  EXPECT_TRUE(query->auto_mode);
  EXPECT_FALSE(query->ssml);
  EXPECT_TRUE(parse_query("enable_ssml_parsing=true")->ssml);
}

TEST(Query, UndoesPercentEncodingAndTakesTheLastOfTwins) {
  const auto query = parse_query("&output%5Fformat=pcm%5f16000&output_format=pcm_24000&x&=&");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->output_format.rate.hz, 24'000U);
}

TEST(Query, RefusesWhatItCannotDo) {
  const std::vector<std::pair<std::string, Errc>> table = {
      {"output_format=mp3_1_1", Errc::kUnsupportedFormat},
      {"inactivity_timeout=0", Errc::kInvalidValue},
      {"inactivity_timeout=181", Errc::kInvalidValue},
      {"inactivity_timeout=20s", Errc::kInvalidValue},
      {"inactivity_timeout=99999999999", Errc::kInvalidValue},
      {"auto_mode=maybe", Errc::kInvalidValue},
      {"auto_mode=2", Errc::kInvalidValue},
      {"auto_mode=", Errc::kInvalidValue},
      {"seed=-1", Errc::kInvalidValue},
      {"seed=1.5", Errc::kInvalidValue},
      {"seed=18446744073709551616", Errc::kInvalidValue},
      {"seed=", Errc::kInvalidValue},
      {"enable_ssml_parsing=perhaps", Errc::kInvalidValue},
      {"a=%4", Errc::kBadRequest},
      {"a=%", Errc::kBadRequest},
      {"a=%+1", Errc::kBadRequest},
      {"a=%C3", Errc::kBadRequest},
  };
  for (const auto& [query, code] : table) {
    const auto parsed = parse_query(query);
    ASSERT_FALSE(parsed) << query;
    EXPECT_EQ(parsed.error().code, code) << query;
  }
}

TEST(Query, ReadsFlagsAsEachLanguageWritesThem) {
  for (const auto* const word : {"true", "True", "TRUE", "1", "yes", "on"}) {
    const auto query = parse_query("auto_mode=" + std::string(word));
    ASSERT_TRUE(query) << word;
    EXPECT_TRUE(query->auto_mode) << word;
  }
  for (const auto* const word : {"false", "False", "FALSE", "0", "no", "off"}) {
    const auto query = parse_query("auto_mode=true&enable_ssml_parsing=" + std::string(word) + "&auto_mode=" + word);
    ASSERT_TRUE(query) << word;
    EXPECT_FALSE(query->auto_mode) << word;
  }
}

TEST(Query, ReadsASeed) {
  EXPECT_EQ(parse_query("").value().seed, std::nullopt);
  EXPECT_EQ(parse_query("seed=0").value().seed, 0U);
  EXPECT_EQ(parse_query("seed=18446744073709551615").value().seed, 18446744073709551615ULL);
}

TEST(Query, BringsAKeyUnderAnyOfItsNames) {
  EXPECT_EQ(api_key_in(""), "");
  EXPECT_EQ(api_key_in("model_id=x&xi-api-key=sk_1"), "sk_1");
  EXPECT_EQ(api_key_in("xi_api_key=sk%5F1&a=%zz"), "sk_1");
  EXPECT_EQ(api_key_in("authorization=Bearer%20sk_1"), "sk_1");
  EXPECT_EQ(api_key_in("authorization=Bearer+sk_1"), "sk_1");
  EXPECT_EQ(api_key_in("authorization=sk_1"), "sk_1");
  EXPECT_EQ(api_key_in("xi-api-key=" + std::string(kMaxNameCharacters + 1, 'a')), "");
}

TEST(Models, AnyIsTakenUnlessTheOperatorWantsListedOnes) {
  for (const auto* const model : {"eleven_v3", "gpt-9", "Eleven_Flash_v2_5", ""}) {
    const auto body = json{{"text", "a"}, {"model_id", model}}.dump();
    const auto query = "model_id=" + std::string(model);
    EXPECT_TRUE(parse_speech_request(body)) << model;
    EXPECT_TRUE(parse_query(query)) << model;
    if (std::string_view(model).empty()) continue;
    EXPECT_EQ(parse_speech_request(body, {.models = Models::kListed}).error().code, Errc::kUnknownModel) << model;
    EXPECT_EQ(parse_query(query, Models::kListed).error().code, Errc::kUnknownModel) << model;
  }
  EXPECT_TRUE(parse_query("model_id=eleven_flash_v2_5", Models::kListed));
  EXPECT_TRUE(parse_query("", Models::kListed));
}

TEST(Text, HasTheLimitThatTheOperatorSets) {
  const auto sent = [](std::size_t characters) { return json{{"text", std::string(characters, 'a')}}.dump(); };
  EXPECT_TRUE(parse_speech_request(sent(kMaxTextCharacters)));
  const auto longer = parse_speech_request(sent(kMaxTextCharacters + 1));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message,
            "'text' has 40001 characters; at most 40000 are allowed (elevenlabs.max_characters).");
  EXPECT_EQ(parse_speech_request(sent(4), {.max_characters = 3}).error().code, Errc::kInputTooLong);
}

TEST(ErrorBody, HasTheDetailThatTheSdkShows) {
  const auto body = json::parse(error_body({.code = Errc::kUnknownVoice, .message = "No 'x\xC3'.", .param = {}}));
  EXPECT_EQ(body.at("detail").at("status"), "voice_not_found");
  EXPECT_TRUE(body.at("detail").at("param").is_null());
  EXPECT_EQ(status_of(Errc::kUnknownVoice), 404U);
  EXPECT_EQ(close_code_of(Errc::kUnknownVoice), 1008);
  EXPECT_EQ(close_code_of(Errc::kBusy), 1013);
}

TEST(Catalogue, HasWhatEachClientReads) {
  const std::vector<VoiceEntry> voices{{.id = "joe", .name = "Joe", .language = "en-US"}};
  const auto list = json::parse(voices_body(voices));
  EXPECT_EQ(list.at("total_count"), 1);
  EXPECT_EQ(list.at("has_more"), false);
  const auto& voice = list.at("voices").at(0);
  EXPECT_EQ(voice.at("voice_id"), "joe");
  EXPECT_EQ(voice.at("id"), "joe");
  EXPECT_EQ(voice.at("name"), "Joe");
  EXPECT_TRUE(voice.at("category").is_string()) << "LiveKit";
  EXPECT_EQ(json::parse(voice_body(voices[0])), voice);

  const auto models = json::parse(models_body(std::vector<std::string>{"en-US"}, 1'000));
  ASSERT_FALSE(models.empty());
  EXPECT_EQ(models.at(0).at("maximum_text_length_per_request"), 1'000);
  for (const auto& model : models) {
    EXPECT_TRUE(is_model(model.at("model_id").get<std::string>()));
    EXPECT_EQ(model.at("languages").at(0).at("language_id"), "en-US");
  }
  EXPECT_FALSE(is_model("eleven_v3")) << "has endpoints of its own";
}

}  // namespace
}  // namespace antiphon::protocol::elevenlabs
