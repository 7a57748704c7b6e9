// Audio that was rendered once and is played again.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gateway/test_server.h"

namespace antiphon::gateway {
namespace {

class CacheTest : public ServerTest {
 protected:
  void SetUp() override {
    start({}, [](ServerOptions& options) {
      options.cache = cache::AudioCacheOptions{.memory_bytes = std::size_t{16} << 20U};
      options.voices.front().identity = "files";
    });
  }

  [[nodiscard]] Reply speak(const std::string& body, std::string_view headers = {}) const {
    auto reply = ask(port_, "POST", "/v1/audio/speech", body, headers);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(reply.complete);
    return reply;
  }
  static bool is_hit(const Reply& reply) {
    const auto status = reply.headers.find("cache-status");
    return status != reply.headers.end() && status->second == "antiphon; hit";
  }
  [[nodiscard]] bool tells(std::string_view line) const {
    return ask(port_, "GET", "/metrics").body.contains(std::string(line) + "\n");
  }
  runtime::Awaitable<> serve_other_files() {
    const auto reloaded = server_->reload({{.id = "tone",
                                            .engine = "tone",
                                            .language = "en-US",
                                            .rate = {22'050},
                                            .folder = folder_,
                                            .version = "2",
                                            .identity = "other files"}},
                                          {});
    EXPECT_TRUE(reloaded.has_value());
    co_return;
  }
  /// As /metrics has it.
  [[nodiscard]] std::string plans_done() const {
    constexpr std::string_view kName = R"(antiphon_jobs_total{kind="plan"} )";
    const auto text = ask(port_, "GET", "/metrics").body;
    const auto begin = text.find(kName);
    return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
  }
};

TEST_F(CacheTest, TheSecondTimeNothingIsRenderedAndEveryFormatHasTheSameBytes) {
  const auto first = speak(speech("pcm"));
  EXPECT_FALSE(is_hit(first));
  const auto plans = plans_done();
  std::map<std::string, std::string> hits;
  for (const std::string format : {"pcm", "wav", "mp3", "opus"}) {
    const auto hit = speak(speech(format));
    EXPECT_TRUE(is_hit(hit)) << format;
    EXPECT_EQ(plans_done(), plans) << format;
    hits[format] = hit.body;
  }
  EXPECT_TRUE(hits.at("pcm") == first.body);
  for (const auto& [format, body] : hits) {
    const auto rendered = speak(speech(format), "Cache-Control: no-cache\r\n");
    EXPECT_FALSE(is_hit(rendered)) << format;
    EXPECT_TRUE(body == rendered.body) << format;
  }
  EXPECT_NE(plans_done(), plans);
}

TEST_F(CacheTest, WhatIsNotToBeStoredIsNeitherKeptNorRead) {
  const std::string unstored = R"({"input":"Private.","voice":"tone","response_format":"pcm","store":false})";
  const std::string stored = R"({"input":"Private.","voice":"tone","response_format":"pcm","store":true})";
  EXPECT_FALSE(is_hit(speak(unstored)));
  EXPECT_FALSE(is_hit(speak(stored, "Cache-Control: no-store\r\n")));
  EXPECT_TRUE(tells(R"(antiphon_cache_entries{tier="memory"} 0)"));
  EXPECT_FALSE(is_hit(speak(stored))) << "it was not kept before";
  EXPECT_FALSE(is_hit(speak(unstored)));
  EXPECT_TRUE(is_hit(speak(stored)));
}

TEST_F(CacheTest, AListenerThatLeavesLeavesNoHalfOfIt) {
  ask_and_leave(port_, "/v1/audio/speech", speech("pcm"), 1);
  const auto reply = speak(speech("pcm"));
  EXPECT_TRUE(reply.body == speak(speech("pcm"), "Cache-Control: no-store\r\n").body);
}

TEST_F(CacheTest, AStreamGoesOnFromTheCache) {
  const auto first = speak(speech("mp3"));
  const auto rest =
      ask(port_, "GET", "/v1/audio/speech/" + first.headers.at("antiphon-stream"), "", "Range: bytes=1001-\r\n");
  EXPECT_EQ(rest.status, 206);
  EXPECT_TRUE(is_hit(rest));
  EXPECT_TRUE(rest.body == first.body.substr(1001));
}

TEST_F(CacheTest, OtherInterfacesShareIt) {
  const auto first = speak(speech("pcm"));
  const auto body = nlohmann::json{{"text", kText}}.dump();
  const auto hit = ask(port_, "POST", "/v1/text-to-speech/tone?output_format=pcm_24000", body);
  EXPECT_TRUE(is_hit(hit));
  EXPECT_TRUE(hit.body == first.body);
  EXPECT_FALSE(is_hit(ask(port_, "POST", "/v1/text-to-speech/tone?enable_logging=false", body)));
}

TEST_F(CacheTest, AnotherVersionOfTheVoiceIsRendered) {
  (void)speak(speech("pcm"));
  EXPECT_TRUE(is_hit(speak(speech("pcm"))));
  EXPECT_TRUE(await([this] { return serve_other_files(); }));
  EXPECT_FALSE(is_hit(speak(speech("pcm"))));
}

}  // namespace
}  // namespace antiphon::gateway
