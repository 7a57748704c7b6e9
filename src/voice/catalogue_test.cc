#include "voice/catalogue.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace antiphon::voice {
namespace {

namespace fs = std::filesystem;

class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(store_); }
  void TearDown() override { fs::remove_all(store_); }

  void put(const std::string& folder, const std::string& manifest) const {
    fs::create_directories(store_ / folder);
    std::ofstream(store_ / folder / "manifest.json") << manifest;
  }

  fs::path store_ = fs::path(testing::TempDir()) / ("catalogue_test_" + std::to_string(::getpid()));
};

std::string manifest(const std::string& id) {
  return R"({"engine":"tone","id":")" + id + R"(","language":"en-US","sample_rate":22050,"speakers":["a","b"]})";
}

TEST_F(CatalogueTest, AStoreThatDoesNotExistIsEmpty) {
  const auto catalogue = read_catalogue(store_);
  ASSERT_TRUE(catalogue.has_value());
  EXPECT_TRUE(catalogue->voices.empty());
}

TEST_F(CatalogueTest, ListsVoicesByIdAndReportsWhatIsNone) {
  put("zoe", manifest("zoe"));
  put("amy", manifest("amy"));
  put("liar", manifest("amy"));
  put("broken", "{");
  put("huge_rate", R"({"engine":"t","id":"huge_rate","language":"","sample_rate":9999999,"speakers":[]})");
  put(".hidden", manifest(".hidden"));
  fs::create_directories(store_ / "empty");
  const auto catalogue = read_catalogue(store_);
  ASSERT_TRUE(catalogue.has_value());
  ASSERT_EQ(catalogue->voices.size(), 2U);
  EXPECT_EQ(catalogue->voices[0].id, "amy");
  EXPECT_EQ(catalogue->voices[1].id, "zoe");
  EXPECT_EQ(catalogue->voices[1].engine, "tone");
  EXPECT_EQ(catalogue->voices[1].speakers.size(), 2U);
  EXPECT_TRUE(catalogue->voices[1].folder.is_absolute());
  EXPECT_EQ(catalogue->faults.size(), 4U);
}

TEST_F(CatalogueTest, ReadsTheGainOfAVoiceWhereItsManifestHasOne) {
  const auto with_gain = [](const std::string& id, const std::string& gain) {
    auto json = manifest(id);
    json.back() = ',';
    return json + "\"gain_db\":" + gain + "}";
  };
  put("amy", with_gain("amy", "5.25"));
  put("loud", with_gain("loud", "41"));
  put("word", with_gain("word", "\"5\""));
  put("zoe", manifest("zoe"));
  const auto catalogue = read_catalogue(store_);
  ASSERT_TRUE(catalogue.has_value());
  ASSERT_EQ(catalogue->voices.size(), 2U);
  EXPECT_EQ(catalogue->voices[0].gain_db, 5.25);
  EXPECT_EQ(catalogue->voices[1].gain_db, std::nullopt);
  EXPECT_EQ(catalogue->faults.size(), 2U);
}

TEST_F(CatalogueTest, RemovesAVoiceAndNothingElse) {
  put("zoe", manifest("zoe"));
  put("amy", manifest("amy"));
  EXPECT_EQ(remove_voice(store_, "../zoe").error().code, Errc::kBadId);
  EXPECT_EQ(remove_voice(store_, "nobody").error().code, Errc::kVoiceNotFound);
  EXPECT_TRUE(remove_voice(store_, "amy").has_value());
  EXPECT_EQ(read_catalogue(store_)->voices.size(), 1U);
  EXPECT_EQ(std::distance(fs::directory_iterator(store_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace antiphon::voice
