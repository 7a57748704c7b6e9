#include "api/voice_sample.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/test_server.h"

namespace antiphon::gateway {
namespace {

TEST(VoiceSample, EveryLanguageHasAText) {
  EXPECT_EQ(api::sample_text("en-US"), api::sample_text("en"));
  EXPECT_NE(api::sample_text("de_DE"), api::sample_text("en"));
  for (const auto* const language : {"", "und", "tlh", "-", "e"})
    EXPECT_EQ(api::sample_text(language), api::sample_text("und"));
}

TEST_F(ServerTest, SpeaksASampleOfAVoiceOnceForEachClient) {
  const auto first = ask(port_, "GET", "/v1/voices/tone/sample");
  EXPECT_EQ(first.status, 200);
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.headers.at("content-type"), "audio/wav");
  EXPECT_EQ(first.headers.at("cache-control"), "private, no-cache");
  EXPECT_EQ(first.body.substr(0, 4), "RIFF");
  const auto tag = first.headers.at("etag");
  const auto kept = ask(port_, "GET", "/v1/voices/tone/sample", "", "if-none-match: " + tag + "\r\n");
  EXPECT_EQ(kept.status, 304);
  EXPECT_EQ(kept.headers.at("etag"), tag);
  EXPECT_TRUE(kept.body.empty());
  const auto stale = ask(port_, "GET", "/v1/voices/alloy/sample", "", "if-none-match: \"other\"\r\n");
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, first.body);
  const auto nobody = ask(port_, "GET", "/v1/voices/nobody/sample");
  EXPECT_EQ(nobody.status, 404);
  EXPECT_FALSE(nobody.headers.contains("etag"));
}

}  // namespace
}  // namespace antiphon::gateway
