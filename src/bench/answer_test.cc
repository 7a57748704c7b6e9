#include "bench/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/client.h"
#include "bench/http_answer.h"
#include "bench/wyoming_answer.h"

namespace antiphon::bench {
namespace {

using testing::HasSubstr;

constexpr base::SampleRate kRate{24'000};
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What came of an answer that was read in pieces of `piece` bytes, and then ended.
struct Read {
  std::uint64_t samples = 0;
  std::string fault;
  bool complete = false;
  int status = 0;
  std::uint32_t hz = 0;
};

Read read(AnswerReader& answer, std::string_view bytes, std::size_t piece) {
  Read result;
  while (!bytes.empty() && !answer.is_complete() && result.fault.empty()) {
    const auto counted = answer.feed(bytes.substr(0, piece));
    if (!counted) result.fault = counted.error();
    result.samples += counted ? counted->value : 0;
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  answer.end();
  result.complete = answer.is_complete();
  result.status = answer.status();
  result.hz = answer.rate().hz;
  return result;
}

/// The same however the bytes are cut.
Read read_http(const std::string& bytes) {
  Read first;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const auto answer = make_http_answer(kRate);
    const auto result = read(*answer, bytes, piece);
    if (piece == 1) first = result;
    EXPECT_EQ(result.samples, first.samples) << piece;
    EXPECT_EQ(result.fault, first.fault) << piece;
    EXPECT_EQ(result.complete, first.complete) << piece;
  }
  return first;
}

std::string wav(std::uint32_t rate, std::uint8_t channels, const std::string& audio) {
  const auto little = [](std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFFU);
    return text;
  };
  return "RIFF" + little(0xFFFFFFFF, 4) + "WAVELIST" + little(3, 4) + std::string("abc\0", 4) + "fmt " + little(16, 4) +
         little(1, 2) + little(channels, 2) + little(rate, 4) + little(rate * 2 * channels, 4) +
         little(2U * channels, 2) + little(16, 2) + "data" + little(0xFFFFFFFF, 4) + audio;
}

TEST(HttpAnswerTest, CountsTheSamplesOfChunksAndEndsWithTheLastOne) {
  const auto result = read_http(kOk + "3\r\nabc\r\n5;ext=1\r\ndefgh\r\n0\r\n\r\n");
  EXPECT_EQ(result.samples, 4U);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.hz, 24'000U);
}

TEST(HttpAnswerTest, ABodyThatIsCutIsNotComplete) {
  const auto result = read_http(kOk + "8\r\nabcd");
  EXPECT_EQ(result.samples, 2U);
  EXPECT_FALSE(result.complete);
  EXPECT_FALSE(read_http("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabcd").complete);
}

TEST(HttpAnswerTest, ABodyWithoutALengthEndsWithTheConnection) {
  const auto result = read_http("HTTP/1.0 200 OK\r\nContent-Type: audio/wav\r\n\r\n" + wav(22'050, 1, "12345678"));
  EXPECT_EQ(result.samples, 4U);
  EXPECT_EQ(result.hz, 22'050U);
  EXPECT_TRUE(result.complete);
}

TEST(HttpAnswerTest, AFileIsKnownByItsBytesWhateverItIsCalled) {
  EXPECT_EQ(read_http("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + wav(22'050, 1, "12345678")).samples, 4U);
}

TEST(HttpAnswerTest, AWavFileOfTwoChannelsHasHalfAsManySamples) {
  const auto result = read_http("HTTP/1.1 200 OK\r\n\r\n" + wav(48'000, 2, "12345678"));
  EXPECT_EQ(result.samples, 2U);
  EXPECT_EQ(result.hz, 48'000U);
}

TEST(HttpAnswerTest, ARefusalIsCompleteWithItsHeadAndSaysWhenToComeBack) {
  const auto answer = make_http_answer(kRate);
  const auto result =
      read(*answer, "HTTP/1.1 503 Busy\r\nretry-after-ms: 1500\r\nRetry-After: 2\r\nContent-Length: 99\r\n\r\n", 10);
  EXPECT_EQ(result.status, 503);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(answer->come_back(), std::chrono::milliseconds(1'500));
}

TEST(HttpAnswerTest, WhatCannotBeMeasuredIsSaid) {
  EXPECT_THAT(read_http("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\nxx").fault, HasSubstr("audio/mpeg"));
  EXPECT_THAT(read_http("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>").fault, HasSubstr("no WAV file"));
  EXPECT_THAT(read_http("SSH-2.0-OpenSSH\r\n\r\n").fault, testing::Not(testing::IsEmpty()));
  EXPECT_THAT(read_http("HTTP/1.1 200 OK\r\n\r\nRIFF\1\1\1\1AVI xxxxxxxx").fault, HasSubstr("not WAV"));
}

TEST(HttpAnswerTest, EndlessHeadsAreGivenUp) {
  const auto answer = make_http_answer(kRate);
  EXPECT_THAT(read(*answer, "HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x'), 4'096).fault,
              testing::Not(testing::IsEmpty()));
  const auto chunk = make_http_answer(kRate);
  EXPECT_THAT(read(*chunk, kOk + "4;" + std::string(1'000'000, 'x'), 4'096).fault, testing::Not(testing::IsEmpty()));
}

TEST(HttpRequestTest, AKeyIsForAllAndUsersAreToldApartBesideIt) {
  Target target;
  target.address = {.host = "tts.example", .port = 80, .path = "/v1/audio/speech"};
  target.pacing = Pacing::kOn;
  const Request request{.user = "listener-1", .text = "Hello.\n"};
  EXPECT_THAT(http_request(target, request), HasSubstr("Bearer listener-1\r\n"));
  target.key = "secret";
  const auto text = http_request(target, request);
  EXPECT_THAT(text, HasSubstr("Bearer secret\r\n"));
  EXPECT_THAT(text, HasSubstr(R"("user":"listener-1")"));
  EXPECT_THAT(text, HasSubstr("Prefer: pace\r\n"));
}

TEST(HttpRequestTest, PipersServerGetsATextAndAVoice) {
  Target target;
  target.protocol = Protocol::kPiper;
  target.voice = "";
  const auto text = http_request(target, {.user = "a", .text = "Hello."});
  EXPECT_EQ(nlohmann::json::parse(text.substr(text.find("\r\n\r\n"))), (nlohmann::json{{"text", "Hello."}}));
}

Read read_wyoming(const std::string& bytes) {
  Read first;
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    const auto answer = make_wyoming_answer();
    const auto result = read(*answer, bytes, piece);
    if (piece == 1) first = result;
    EXPECT_EQ(result.samples, first.samples) << piece;
    EXPECT_EQ(result.fault, first.fault) << piece;
    EXPECT_EQ(result.complete, first.complete) << piece;
  }
  return first;
}

const std::string kStart = R"({"type":"audio-start","data_length":40}
{"rate": 22050, "width":2, "channels":1})"
                           "{\"type\":\"audio-chunk\",\"payload_length\":3}\nabc";

TEST(WyomingAnswerTest, CountsTheSamplesOfChunksUpToTheStop) {
  const auto result = read_wyoming(kStart + "\r\n{\"type\":\"audio-chunk\",\"payload_length\":5}\nabcde" +
                                   "{\"type\":\"audio-stop\"}\n");
  EXPECT_EQ(result.samples, 4U);
  EXPECT_EQ(result.hz, 22'050U);
  EXPECT_EQ(result.fault, "");
  EXPECT_TRUE(result.complete);
  EXPECT_FALSE(read_wyoming(kStart).complete);
}

TEST(WyomingAnswerTest, WhatIsNoAnswerIsSaid) {
  for (const auto* const text :
       {"hello\n", "{\"type\":\"error\"}\n", "{\"type\":5}\n",
        "{\"type\":\"audio-chunk\",\"payload_length\":99999999}\n", "{\"type\":\"a\",\"data_length\":-1}\n",
        "{\"type\":\"audio-start\",\"data\":{\"rate\":0}}\n"}) {
    EXPECT_NE(read_wyoming(text).fault, "") << text;
  }
  EXPECT_NE(read_wyoming(std::string(300'000, 'x')).fault, "");
}

TEST(WyomingRequestTest, NamesTheVoiceWhereThereIsOne) {
  Target target;
  target.voice = "joe";
  EXPECT_EQ(nlohmann::json::parse(wyoming_request(target, {.user = "", .text = "Hi."}))["data"]["voice"]["name"],
            "joe");
  target.voice = "";
  EXPECT_FALSE(nlohmann::json::parse(wyoming_request(target, {.user = "", .text = "Hi."}))["data"].contains("voice"));
}

}  // namespace
}  // namespace antiphon::bench
