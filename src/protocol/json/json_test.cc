#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "protocol/json/base64.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::json {
namespace {

enum class Errc : std::uint8_t { kMissingParameter, kInvalidType, kInvalidValue, kInputTooLong };
struct Error {
  Errc code;
  std::string message;
  std::string param;
};

std::string encoded(std::string_view text) { return base64(std::as_bytes(std::span(text.data(), text.size()))); }

TEST(Base64, IsThatOfTheRfc) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kVectors{{{"", ""},
                                                                                   {"f", "Zg=="},
                                                                                   {"fo", "Zm8="},
                                                                                   {"foo", "Zm9v"},
                                                                                   {"foob", "Zm9vYg=="},
                                                                                   {"fooba", "Zm9vYmE="},
                                                                                   {"foobar", "Zm9vYmFy"}}};
  for (const auto& [text, wanted] : kVectors) EXPECT_EQ(encoded(text), wanted);
  EXPECT_EQ(encoded("\xFB\xEF\xFF"), "++//");
}

TEST(Object, WhatIsNoObjectIsSaid) {
  EXPECT_TRUE(parse_object(R"({"a":[1]})"));
  EXPECT_EQ(parse_object("[]").error(), "is not a JSON object");
  EXPECT_EQ(parse_object("{").error(), "is not valid JSON");
  EXPECT_EQ(parse_object("{\"a\":\"\xC3\"}").error(), "is not valid UTF-8");
  EXPECT_EQ(parse_object(R"({"a":)" + std::string(1'000, '[')).error(), "is nested too deeply");
}

TEST(Object, HalfACharacterIsReplaced) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTable{{
      {R"(done \ud83d)", "done \uFFFD"},
      {R"(\uDE00 done)", "\uFFFD done"},
      {R"(\ud83d\ude00)", "\U0001F600"},
      {R"(\ud83d\ud83d\ude00\ude00)", "\uFFFD\U0001F600\uFFFD"},
      {R"(\ude00\ud83d)", "\uFFFD\uFFFD"},
      {R"(\\ud83d)", "\\ud83d"},
      {R"(\\\ud83d)", "\\\uFFFD"},
      {R"(\ud83dx\ude00)", "\uFFFDx\uFFFD"},
      {R"(\ud83d\\ude00)", "\uFFFD\\ude00"},
      {R"(\ud83d\n)", "\uFFFD\n"},
      {R"(\uD7FF\uE000)", "\uD7FF\uE000"},
      {R"(\u0041)", "A"},
  }};
  for (const auto& [sent, read] : kTable) {
    const auto object = parse_object(R"({"text":")" + std::string(sent) + R"("})");
    ASSERT_TRUE(object) << sent;
    EXPECT_EQ(object->at("text").get<std::string>(), read) << sent;
  }
  EXPECT_TRUE(parse_object(R"({"\ud83d":1})")) << "in a name, too";
}

TEST(Object, OnlyEscapesOfHalfACharacterAreReplaced) {
  EXPECT_EQ(with_whole_characters(""), "");
  EXPECT_EQ(with_whole_characters(R"(\ud83)"), "");
  EXPECT_EQ(with_whole_characters(R"(\u+83d)"), "");
  EXPECT_EQ(with_whole_characters("\\"), "");
  EXPECT_EQ(with_whole_characters(R"(\ud83d\)"), R"(\uFFFD\)");
  EXPECT_FALSE(parse_object(R"({\ud83d})")) << "what is no JSON stays none";
  EXPECT_FALSE(parse_object(R"({"a":"\ud83"})"));
}

TEST(Complaint, NamesTheLimitAndItsSetting) {
  EXPECT_EQ(too_long("input", "four", 3, "openai.max_characters"),
            "'input' has 4 characters; at most 3 are allowed (openai.max_characters).");
  EXPECT_EQ(too_long("input", "four", 3), "'input' has 4 characters; at most 3 are allowed.");
  EXPECT_EQ(too_long("input", "four", 4, "openai.max_characters"), std::nullopt);
}

TEST(Fields, LeaveWhatIsAbsentOrNull) {
  const Json json{{"text", nullptr}};
  Fields<Error> fields(json);
  std::string text = "as it was";
  bool flag = true;
  double number = 0.5;
  std::uint64_t whole = 7;
  fields.read("text", text, 3);
  fields.read("flag", flag);
  fields.read("number", number, 1, 2);
  fields.read("whole", whole);
  EXPECT_FALSE(fields.error());
  EXPECT_EQ(text, "as it was");
  EXPECT_TRUE(flag);
  EXPECT_EQ(number, 0.5);
  EXPECT_EQ(whole, 7U);
}

TEST(Base64, PiecesGiveTheDigitsOfTheWhole) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 100; ++i) bytes.push_back(static_cast<std::byte>(i * 7));
  for (const std::size_t step : {1U, 2U, 3U, 4U, 99U}) {
    Base64 pieces;
    std::string digits;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      digits += pieces.add(std::span(bytes).subspan(at, std::min(step, bytes.size() - at)));
    }
    EXPECT_EQ(digits + pieces.finish(), base64(bytes)) << step;
    EXPECT_EQ(pieces.finish(), "") << "ready for others";
  }
}

TEST(Fields, TheFirstErrorStaysAndHasThePrefix) {
  const Json json{{"speed", 9}, {"text", 1}};
  Fields<Error> fields(json, "voice.");
  double speed = 1;
  std::string text;
  fields.read("speed", speed, 0.25, 4);
  fields.read("text", text, 3);
  fields.require("name");
  ASSERT_TRUE(fields.error());
  EXPECT_EQ(fields.error()->code, Errc::kInvalidValue);
  EXPECT_EQ(fields.error()->param, "voice.speed");
  EXPECT_EQ(fields.error()->message, "'voice.speed' must be between 0.25 and 4.0.");
}

}  // namespace
}  // namespace antiphon::protocol::json
