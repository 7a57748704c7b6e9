#include "voice_import/kokoro_front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "engine/hibari/table.h"
#include "engine/kokoro/front/files.h"
#include "engine/kokoro/front/styles.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace front = engine::kokoro::front;
using testing::HasSubstr;

/// Two folders as the packages have them.
class Packages {
 public:
  Packages() : root_(fs::temp_directory_path() / ("kokoro_front_test." + std::to_string(::getpid()))) {
    fs::create_directories(styles());
    fs::create_directories(english());
    for (const auto* const name : {"am_adam", "af_heart", "af_bella"}) style(name, front::kStyleBytes);
    write(english() / "lexicon_us_gold.json", R"({"hello": "h\u0259l\u02C8O"})");
    write(english() / "lexicon_us_silver.json", "{}");
    write(english() / "lexicon_gb_gold.json", R"({"hello": "h\u0259l\u02C8Q"})");
    write(english() / "lexicon_gb_silver.json", "{}");
    write(english() / "tokenizer_exceptions.json", R"({"can't": ["ca", "n't"]})");
    write(english() / "tagger.json",
          R"({"tags": ["NN", "VB"], "tagdict": {"the": "NN"}, "vocab": ["the"], "weights": {"bias": {"NN": 1}}})");
  }
  ~Packages() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  static void write(const fs::path& file, std::string_view bytes) { std::ofstream(file, std::ios::binary) << bytes; }
  void style(const std::string& name, std::size_t bytes) const {
    write(styles() / (name + ".bin"), std::string(bytes, '\0'));
  }
  [[nodiscard]] fs::path styles() const { return root_ / "voices"; }
  [[nodiscard]] fs::path english() const { return root_ / "assets"; }
  [[nodiscard]] Result<std::vector<FrontFile>> made() const { return kokoro_front(styles(), english()); }
  [[nodiscard]] std::string fault() const {
    const auto files = made();
    return files ? "none" : files.error().message;
  }

 private:
  fs::path root_;
};

TEST(KokoroFront, MakesEveryFileThatItReads) {
  const Packages packages;
  const auto files = packages.made();
  ASSERT_TRUE(files) << files.error().message;
  std::vector<std::string> names;
  for (const auto& file : *files) names.push_back(file.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(front::kFiles));
  for (const auto& file : *files) {
    if (file.name == front::kStylesFile) continue;
    const auto table = engine::hibari::Table::parse(file.bytes);
    EXPECT_TRUE(table) << file.name << ": " << table.error();
  }
}

TEST(KokoroFront, TheDefaultStyleIsTheFirst) {
  const Packages packages;
  const auto files = packages.made();
  ASSERT_TRUE(files) << files.error().message;
  const auto styles = front::Styles::parse(std::ranges::find(*files, front::kStylesFile, &FrontFile::name)->bytes);
  ASSERT_TRUE(styles) << styles.error();
  EXPECT_THAT(styles->names(), testing::ElementsAre("af_heart", "af_bella", "am_adam"));
}

TEST(KokoroFront, NamesTheFileThatIsWrong) {
  const Packages packages;
  packages.style("am_adam", front::kStyleBytes - 4);
  EXPECT_THAT(packages.fault(), HasSubstr("am_adam has 522236 bytes, not 522240"));
  packages.style("am_adam", front::kStyleBytes + 4);
  EXPECT_THAT(packages.fault(), HasSubstr("am_adam.bin"));
  packages.style("am_adam", front::kStyleBytes);
  packages.style("Am_Adam", front::kStyleBytes);
  EXPECT_THAT(packages.fault(), HasSubstr("no name"));
  fs::remove(packages.styles() / "Am_Adam.bin");
  Packages::write(packages.english() / "lexicon_gb_gold.json", "[1]");
  EXPECT_THAT(packages.fault(), HasSubstr("lexicon_gb_gold.json"));
  fs::remove(packages.english() / "lexicon_gb_gold.json");
  EXPECT_THAT(packages.fault(), HasSubstr("lexicon_gb_gold.json"));
  fs::remove(packages.styles() / "af_heart.bin");
  EXPECT_THAT(packages.fault(), HasSubstr("no af_heart.bin"));
  fs::remove_all(packages.styles());
  EXPECT_THAT(packages.fault(), HasSubstr("voices"));
}

}  // namespace
}  // namespace antiphon::voice_import
