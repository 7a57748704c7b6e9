#include "voice/default_voice.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace antiphon::voice {
namespace {

namespace fs = std::filesystem;

class DefaultVoiceTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(store_);
    for (const std::string id : {"amy", "joe"}) {
      fs::create_directories(store_ / id);
      std::ofstream(store_ / id / "manifest.json")
          << R"({"engine":"tone","id":")" + id + R"(","language":"en","sample_rate":22050,"speakers":[]})";
    }
  }
  void TearDown() override { fs::remove_all(store_); }

  void put(std::string_view text) const { std::ofstream(store_ / kDefaultVoiceFile) << text; }

  fs::path store_ = fs::path(testing::TempDir()) / ("default_voice_test_" + std::to_string(::getpid()));
};

TEST_F(DefaultVoiceTest, AStoreNamesNoneUntilItIsToldOne) {
  EXPECT_EQ(read_default_voice(store_), std::optional<std::string>());
  EXPECT_EQ(read_default_voice(store_ / "nowhere"), std::optional<std::string>());
  ASSERT_TRUE(write_default_voice(store_, "amy"));
  EXPECT_EQ(read_default_voice(store_), std::optional<std::string>("amy"));
  ASSERT_TRUE(write_default_voice(store_, "joe"));
  EXPECT_EQ(read_default_voice(store_), std::optional<std::string>("joe"));
  ASSERT_TRUE(clear_default_voice(store_));
  ASSERT_TRUE(clear_default_voice(store_));
  EXPECT_EQ(read_default_voice(store_), std::optional<std::string>());
}

TEST_F(DefaultVoiceTest, AVoiceThatIsNotThereIsRefusedAndNothingChanges) {
  ASSERT_TRUE(write_default_voice(store_, "amy"));
  const auto unknown = write_default_voice(store_, "zoe");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::kVoiceNotFound);
  EXPECT_NE(unknown.error().message.find("amy, joe"), std::string::npos);
  EXPECT_EQ(write_default_voice(store_, "../amy").error().code, Errc::kBadId);
  EXPECT_EQ(read_default_voice(store_), std::optional<std::string>("amy"));
}

TEST_F(DefaultVoiceTest, AFileThatHoldsNoIdIsAnError) {
  for (const auto& text : {std::string(), std::string("\n"), std::string("../amy\n"), std::string("amy\njoe\n"),
                           std::string(5000, 'a'), std::string("a\0b", 3)}) {
    put(text);
    const auto read = read_default_voice(store_);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::kBadId);
  }
  fs::remove(store_ / kDefaultVoiceFile);
  fs::create_directory(store_ / kDefaultVoiceFile);
  EXPECT_EQ(read_default_voice(store_).error().code, Errc::kFileFailure);
}

}  // namespace
}  // namespace antiphon::voice
