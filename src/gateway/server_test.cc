#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "codec/encoder.h"
#include "gateway/test_server.h"

namespace antiphon::gateway {
namespace {

std::string unbase64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    group = group << 6U | static_cast<std::uint32_t>(kDigits.find(c));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> static_cast<unsigned>(bits) & 0xFFU);
  }
  return bytes;
}

TEST_F(ServerTest, StreamsPcmAndTheSameInWav) {
  const auto pcm = ask(port_, "POST", "/v1/audio/speech", speech("pcm"), "x-request-id: test-1\r\n");
  EXPECT_EQ(pcm.status, 200);
  EXPECT_TRUE(pcm.complete);
  EXPECT_EQ(pcm.headers.at("x-request-id"), "test-1");
  EXPECT_EQ(pcm.headers.at("cache-control"), "no-store");
  EXPECT_EQ(pcm.headers.at("transfer-encoding"), "chunked");
  EXPECT_GT(pcm.body.size(), std::size_t{2 * 24'000 * 4});

  const auto wav = ask(port_, "POST", "/v1/audio/speech", speech("wav"));
  EXPECT_EQ(wav.headers.at("content-type"), "audio/wav");
  EXPECT_FALSE(wav.headers.at("x-request-id").empty());
  ASSERT_GT(wav.body.size(), std::size_t{44});
  EXPECT_EQ(wav.body.substr(0, 4), "RIFF");
  EXPECT_EQ(wav.body.substr(4, 4), "\xFF\xFF\xFF\xFF");
  EXPECT_TRUE(wav.body.substr(44) == pcm.body);
}

TEST_F(ServerTest, CompressesThePcmIntoTheFormatThatIsAsked) {
  const auto pcm = ask(port_, "POST", "/v1/audio/speech", speech("pcm"));
  std::vector<std::int16_t> samples(pcm.body.size() / 2);
  std::memcpy(samples.data(), pcm.body.data(), 2 * samples.size());
  for (const auto format : {codec::Format::kMp3, codec::Format::kOpus, codec::Format::kAac, codec::Format::kFlac}) {
    const auto reply = ask(port_, "POST", "/v1/audio/speech", speech(std::string(codec::name_of(format))));
    EXPECT_TRUE(reply.complete);
    EXPECT_EQ(reply.headers.at("content-type"), codec::content_type(format));
    auto encoder = codec::make_encoder(format, {24'000}, {24'000});
    ASSERT_TRUE(encoder);
    std::vector<std::byte> wanted;
    ASSERT_TRUE((*encoder)->encode(samples, wanted));
    ASSERT_TRUE((*encoder)->finish(wanted));
    EXPECT_TRUE(reply.body == std::string(reinterpret_cast<const char*>(wanted.data()), wanted.size()));
  }
  const auto unsaid = ask(port_, "POST", "/v1/audio/speech", R"({"model":"tts-1","input":"Yes.","voice":"tone"})");
  EXPECT_EQ(unsaid.headers.at("content-type"), "audio/mpeg");
}

TEST_F(ServerTest, EveryListenerInACrowdHearsWhatHeWouldHearAlone) {
  std::vector<std::string> alone;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    alone.push_back(ask(port_, "POST", "/v1/audio/speech", speech("pcm", seed)).body);
  }
  ASSERT_NE(alone[0], alone[1]);
  std::vector<std::future<Reply>> crowd;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    crowd.push_back(std::async(std::launch::async,
                               [this, seed] { return ask(port_, "POST", "/v1/audio/speech", speech("pcm", seed)); }));
  }
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto reply = crowd[seed].get();
    EXPECT_TRUE(reply.complete);
    EXPECT_TRUE(reply.body == alone[seed]) << "seed " << seed;
  }
}

struct BadRequest {
  std::string what;
  std::string body;
  int status;
  std::string param;  ///< "" = null.
};

TEST_F(ServerTest, BadInputGetsAnErrorThatNamesTheParameter) {
  const std::vector<BadRequest> table = {
      {"not JSON", "{", 400, ""},
      {"no text", R"({"model":"tts-1","voice":"tone","response_format":"pcm"})", 400, "input"},
      {"empty text", speech("pcm", 0, ""), 400, "input"},
      {"long text", speech("pcm", 0, std::string(4097, 'a')), 400, "input"},
      {"invalid UTF-8", "{\"model\":\"tts-1\",\"voice\":\"tone\",\"input\":\"\xC3(\"}", 400, ""},
      {"unknown voice", R"({"model":"tts-1","voice":"nobody","input":"Hi.","response_format":"pcm"})", 400, "voice"},
      {"unknown format", speech("midi"), 400, "response_format"},
      {"speed", R"({"model":"tts-1","voice":"tone","input":"Hi.","response_format":"pcm","speed":9})", 400, "speed"},
      {"format of a wrong type", R"({"model":"tts-1","voice":"tone","input":"Hi.","response_format":1})", 400,
       "response_format"},
  };
  for (const auto& bad : table) {
    SCOPED_TRACE(bad.what);
    const auto reply = ask(port_, "POST", "/v1/audio/speech", bad.body);
    EXPECT_EQ(reply.status, bad.status) << reply.body;
    const auto error = nlohmann::json::parse(reply.body).at("error");
    EXPECT_FALSE(error.at("message").get<std::string>().empty());
    EXPECT_TRUE(error.at("type").is_string());
    EXPECT_TRUE(error.contains("code"));
    EXPECT_EQ(error.at("param"), bad.param.empty() ? nlohmann::json() : nlohmann::json(bad.param));
  }
}

TEST_F(ServerTest, ATextInWhichNothingCanBeSpokenIsATenthOfASecondOfSilence) {
  const auto pcm = ask(port_, "POST", "/v1/audio/speech", speech("pcm", 0, "... !"));
  EXPECT_EQ(pcm.status, 200);
  EXPECT_TRUE(pcm.complete);
  EXPECT_EQ(pcm.body, std::string(4'800, '\0'));
  EXPECT_EQ(ask(port_, "POST", "/v1/audio/speech", speech("wav", 0, "---")).body.size(), 44U + 4'800U);
  for (const auto* const format : {"mp3", "opus", "aac", "flac"}) {
    const auto reply = ask(port_, "POST", "/v1/audio/speech", speech(format, 0, "\U0001F680"));
    EXPECT_EQ(reply.status, 200) << format;
    EXPECT_TRUE(reply.complete && !reply.body.empty()) << format;
  }
}

TEST_F(ServerTest, AnyModelIsTaken) {
  for (const auto* const model : {R"("model":"gpt-9",)", R"("model":null,)", ""}) {
    const auto body = "{" + std::string(model) + R"("voice":"tone","input":"Hi.","response_format":"pcm"})";
    EXPECT_EQ(ask(port_, "POST", "/v1/audio/speech", body).status, 200) << model;
  }
}

TEST_F(ServerTest, AnswersEveryPathAndMethod) {
  EXPECT_EQ(ask(port_, "GET", "/nothing").status, 404);
  EXPECT_EQ(ask(port_, "GET", "/v1/models/nothing").status, 404);
  const auto wrong = ask(port_, "GET", "/v1/audio/speech");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST, OPTIONS");
  EXPECT_EQ(ask(port_, "POST", "/v1/models", "{}").status, 405);
  EXPECT_EQ(ask(port_, "OPTIONS", "/v1/models").status, 204);
  EXPECT_EQ(ask(port_, "HEAD", "/v1/models").status, 200);
  EXPECT_EQ(ask(port_, "GET", "/v1/models/tts-1").status, 200);
  EXPECT_EQ(ask(port_, "GET", "/readyz").status, 200);
  const auto deadline = clock_.now() + 30s;
  while (health().at("workers") != 2 && clock_.now() < deadline) std::this_thread::yield();
  EXPECT_EQ(health().at("workers"), 2);
  const auto voices = nlohmann::json::parse(ask(port_, "GET", "/v1/audio/voices").body).at("voices");
  ASSERT_EQ(voices.size(), 1U);
  EXPECT_EQ(voices[0].at("id"), "tone");
}

TEST_F(ServerTest, EventsCarryTheSameAudio) {
  auto asked = nlohmann::json::parse(speech("pcm"));
  const auto plain = ask(port_, "POST", "/v1/audio/speech", asked.dump());
  asked["stream_format"] = "sse";
  const auto reply = ask(port_, "POST", "/v1/audio/speech", asked.dump(), "x-request-id: here\r\n");
  EXPECT_EQ(reply.headers.at("content-type"), "text/event-stream");
  EXPECT_TRUE(reply.complete);
  std::string audio;
  std::string last;
  for (std::string_view rest = reply.body; !rest.empty();) {
    const auto event = rest.substr(0, rest.find("\n\n"));
    rest.remove_prefix(event.size() + 2);
    const auto id = event.substr(0, event.find('\n'));
    const auto data = nlohmann::json::parse(event.substr(id.size() + 1 + std::string_view("data: ").size()));
    last = data.at("type").get<std::string>();
    if (last == "speech.audio.delta") audio += unbase64(data.at("audio").get<std::string>());
    EXPECT_EQ(id, "id: here/" + std::to_string(audio.size() / 2));
  }
  EXPECT_EQ(last, "speech.audio.done");
  EXPECT_TRUE(audio == plain.body);
}

TEST_F(ServerTest, SpeaksAtAnotherRateWhereAsked) {
  auto asked = nlohmann::json::parse(speech("wav"));
  asked["sample_rate"] = 8000;
  const auto reply = ask(port_, "POST", "/v1/audio/speech", asked.dump());
  EXPECT_EQ(reply.body.substr(24, 4), std::string("\x40\x1F\0\0", 4));
  const auto usual = ask(port_, "POST", "/v1/audio/speech", speech("wav"));
  EXPECT_NEAR(static_cast<double>(usual.body.size() - 44), 3.0 * static_cast<double>(reply.body.size() - 44), 6.0);
}

TEST_F(ServerTest, SpeaksElevenLabsToo) {
  const auto body = nlohmann::json{{"text", kText}, {"model_id", "eleven_flash_v2_5"}}.dump();
  const auto plain = ask(port_, "POST", "/v1/audio/speech", speech("pcm"));
  for (const auto* const path : {"/v1/text-to-speech/tone", "/v1/text-to-speech/tone/stream"}) {
    const auto reply = ask(port_, "POST", path + std::string("?output_format=pcm_24000"), body);
    EXPECT_EQ(reply.headers.at("content-type"), "audio/pcm");
    EXPECT_TRUE(reply.complete);
    EXPECT_TRUE(reply.body == plain.body);
  }
  EXPECT_EQ(ask(port_, "POST", "/v1/text-to-speech/tone", body).headers.at("content-type"), "audio/mpeg");
  const auto nobody = ask(port_, "POST", "/v1/text-to-speech/nobody", body);
  EXPECT_EQ(nobody.status, 404);
  EXPECT_EQ(nlohmann::json::parse(nobody.body).at("detail").at("status"), "voice_not_found");
  EXPECT_EQ(ask(port_, "POST", "/v1/text-to-speech/tone?output_format=midi", body).status, 400);
  EXPECT_EQ(ask(port_, "POST", "/v1/text-to-speech/tone", R"({"text":""})").status, 400);
  EXPECT_EQ(ask(port_, "GET", "/v1/text-to-speech/tone").headers.at("allow"), "POST, OPTIONS");
}

TEST_F(ServerTest, ListsWhatThereIsInTheShapeOfEachClient) {
  const auto json = [this](std::string_view path, std::string_view headers = "") {
    const auto reply = ask(port_, "GET", path, "", headers);
    EXPECT_EQ(reply.status, 200) << path;
    return nlohmann::json::parse(reply.body);
  };
  constexpr std::string_view kKey = "xi-api-key: x\r\n";
  EXPECT_EQ(json("/v1/models").at("object"), "list");
  EXPECT_EQ(json("/v1/models", kKey).at(0).at("languages").at(0).at("language_id"), "en-US");
  EXPECT_EQ(json("/v1/audio/models").at("models").at(0).at("id"), "tts-1");
  for (const auto* const path : {"/v1/voices", "/v2/voices"}) {
    EXPECT_EQ(json(path).at("voices").at(0).at("voice_id"), "tone");
    EXPECT_EQ(json(path).at("voices").at(0).at("id"), "tone");
  }
  EXPECT_EQ(json("/v1/voices/tone").at("voice_id"), "tone");
  EXPECT_EQ(json("/v1/voices/alloy").at("voice_id"), "tone");
  EXPECT_EQ(ask(port_, "GET", "/v1/voices/nobody").status, 404);
  EXPECT_EQ(json("/v1/").at("object"), "api");
  EXPECT_EQ(nlohmann::json::parse(ask(port_, "GET", "/v1/nothing", "", kKey).body).at("detail").at("status"),
            "not_found");
}

TEST_F(ServerTest, TellsAboutItsWorkers) {
  EXPECT_EQ(ask(port_, "POST", "/v1/audio/speech", speech("pcm")).status, 200);
  nlohmann::json report;
  const auto unlimited = [&] {  // what it could not do while the speech was begun is forgotten at its next look
    report = nlohmann::json::parse(ask(port_, "GET", "/v1/workers").body);
    return report.at("limit") == "none";
  };
  EXPECT_TRUE(eventually(unlimited)) << report;
  EXPECT_EQ(report.at("wanted"), 2);
  ASSERT_EQ(report.at("workers").size(), 2U);
  double most_used = 0;
  for (const auto& worker : report.at("workers")) {
    EXPECT_GT(worker.at("pid"), 0);
    EXPECT_EQ(worker.at("restarts"), 0);
    EXPECT_EQ(worker.at("kills").at("stalled"), 0);
    if (!worker.at("rtf").is_null()) most_used = std::max(most_used, worker.at("rtf").get<double>());
    if (worker.at("state") == "active") EXPECT_EQ(worker.at("voices"), nlohmann::json({"tone"}));
  }
  EXPECT_GT(most_used, 0) << "one has rendered";
  const auto& decisions = report.at("decisions");
  ASSERT_GE(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].at("does"), "spawn");
  EXPECT_EQ(decisions[0].at("cause"), "least");
}

TEST_F(ServerTest, ServesThePageAndWhatItNeeds) {
  const auto page = ask(port_, "GET", "/");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  for (const auto* const name : {"/assets/speak.js", "/assets/style.css", "/assets/page.css"}) {
    EXPECT_NE(page.body.find(name), std::string::npos);
    EXPECT_EQ(ask(port_, "GET", name).status, 200);
  }
  EXPECT_NE(ask(port_, "GET", "/assets/performance.js").body.find("/assets/pcm_player.js"), std::string::npos);
  EXPECT_EQ(ask(port_, "GET", "/assets/pcm_player.js").headers.at("content-type"), "text/javascript; charset=utf-8");
}

class OneConnectionTest : public ServerTest {
 protected:
  void SetUp() override {
    start({}, [](ServerOptions& options) {
      options.http.max_connections_per_address = 1;
      options.http.uncounted = {};
    });
  }
};

TEST_F(OneConnectionTest, AnAddressThatHasAllItMayIsRefusedUntilOneGoes) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket idle(context);
  idle.connect({boost::asio::ip::address_v4::loopback(), port_});
  const auto refused = ask(port_, "GET", "/healthz");
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.headers.at("retry-after").empty());
  idle.close();
  EXPECT_TRUE(eventually([&] { return ask(port_, "GET", "/healthz").status == 200; }));
}

class SlowServerTest : public ServerTest {
 protected:
  void SetUp() override {
    start({.cost = {.mode = engine::tone::Cost::Mode::kSleep, .per_audio_second_ms = 100}},
          [](ServerOptions& options) { options.speech.max_streams = 1; });
  }
  static std::string long_text() {
    std::string text;
    for (int i = 0; i < 8; ++i) text += "One more sentence that takes a while to say. ";
    return text;
  }
};

TEST_F(SlowServerTest, AClientThatLeavesFreesItsStreamAndAFullServerSaysSo) {
  std::thread client([&] { ask_and_leave(port_, "/v1/audio/speech", speech("pcm", 0, long_text()), 1000); });
  client.join();
  const auto deadline = clock_.now() + 30s;
  while (health().at("streams") != 0 && clock_.now() < deadline) std::this_thread::yield();
  EXPECT_EQ(health().at("streams"), 0);

  auto first = std::async(std::launch::async,
                          [&] { return ask(port_, "POST", "/v1/audio/speech", speech("pcm", 0, long_text())); });
  while (health().at("streams") != 1 && clock_.now() < deadline) std::this_thread::yield();
  const auto refused = ask(port_, "POST", "/v1/audio/speech", speech("pcm"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.headers.at("retry-after").empty());
  EXPECT_TRUE(first.get().complete);
}

TEST_F(SlowServerTest, DrainingFinishesWhatPlaysAndRefusesWhatIsNew) {
  auto playing = std::async(std::launch::async,
                            [&] { return ask(port_, "POST", "/v1/audio/speech", speech("pcm", 0, long_text())); });
  const auto deadline = clock_.now() + 30s;
  while (health().at("streams") != 1 && clock_.now() < deadline) std::this_thread::yield();
  auto stopped = begin([this] { return server_->stop(clock_.now() + 30s); });
  while (ask(port_, "GET", "/readyz").status != 503 && clock_.now() < deadline) std::this_thread::yield();
  EXPECT_EQ(ask(port_, "POST", "/v1/audio/speech", speech("pcm")).status, 503);
  EXPECT_TRUE(playing.get().complete);
  EXPECT_EQ(stopped.wait_for(30s), std::future_status::ready);
  work_.reset();
  loop_.join();
  tasks_.reset();
  server_.reset();
}

}  // namespace
}  // namespace antiphon::gateway
