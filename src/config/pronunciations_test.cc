#include "config/pronunciations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.h"

namespace antiphon::config {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view toml) {
  try {
    static_cast<void>(parse_pronunciations(toml, "words", "words.toml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Pronunciations, AFileIsADictionaryOfItsWords) {
  const auto read = parse_pronunciations(R"(
language = "en"
voices = ["joe"]
use = "named"
[words]
nginx = "engine ex"
"New York" = "noo york"
Polish = { say = "from Poland", case = "exact" }
)",
                                         "words", "words.toml");
  EXPECT_EQ(read.name, "words");
  EXPECT_EQ(read.language, "en");
  EXPECT_THAT(read.voices, testing::ElementsAre("joe"));
  EXPECT_EQ(read.use, text::pronunciation::Use::kWhereNamed);
  EXPECT_EQ(read.dictionary->find("NGINX", 0)->spoken, "engine ex");
  EXPECT_EQ(read.dictionary->find("new york", 0)->end, 8U);
  EXPECT_EQ(read.dictionary->find("Polish", 0)->spoken, "from Poland");
  EXPECT_FALSE(read.dictionary->find("polish", 0));
}

TEST(Pronunciations, AnErrorSaysWhereAndWhatIsWrong) {
  EXPECT_THAT(error_of("[words]\na = \"b\"\ngif = \"/d5f/\""), HasSubstr("words.toml:3: 'gif' has the sign '5'"));
  EXPECT_THAT(error_of("[wrods]\na = \"b\""), HasSubstr("words.toml:1: unknown key 'wrods'"));
  EXPECT_THAT(error_of("[words]\na = 1"), HasSubstr("words.toml:2: 'a' must be a string"));
  EXPECT_THAT(error_of("[words]\na = { say = \"b\", case = \"both\" }"), HasSubstr("case, which is any or exact"));
  EXPECT_THAT(error_of("use = \"never\""), HasSubstr("use must be always or named"));
  EXPECT_THAT(error_of("voices = \"joe\""), HasSubstr("voices must be a list of ids"));
  EXPECT_THAT(error_of("language = 1"), HasSubstr("language must be a string"));
  EXPECT_THAT(error_of("words = 1"), HasSubstr("words must be a section"));
  EXPECT_THAT(error_of("[words"), HasSubstr("words.toml:1: "));
  EXPECT_EQ(error_of(""), "no error");
}

TEST(Pronunciations, AFolderHasItsFilesAndNothingElse) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "pronunciations";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "c.toml");
  std::ofstream(folder / "b.toml") << "[words]\nb = \"bee\"\n";
  std::ofstream(folder / "a.toml") << "[words]\na = \"ay\"\n";
  std::ofstream(folder / "notes.txt") << "not one";
  const auto set = load_pronunciations(folder);
  ASSERT_EQ(set.all().size(), 2U);
  EXPECT_EQ(set.all()[0].name, "a");
  EXPECT_EQ(set.all()[1].name, "b");
  EXPECT_TRUE(load_pronunciations("").all().empty());
  EXPECT_THROW(static_cast<void>(load_pronunciations(folder / "nowhere")), Error);
  std::ofstream(folder / "b.toml") << "[words]\nb = 1\n";
  EXPECT_THROW(static_cast<void>(load_pronunciations(folder)), Error);
}

}  // namespace
}  // namespace antiphon::config
