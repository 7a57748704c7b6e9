#include "engine/kokoro/front/front_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include "engine/hibari/characters.h"
#include "engine/kokoro/front/alphabet.h"
#include "engine/kokoro/front/files.h"
#include "engine/kokoro/front/vocabulary.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::engine::kokoro::front {
namespace {

namespace fs = std::filesystem;
using hibari::to_utf8;
using testing::HasSubstr;

/// A style whose every value is `value`, but for the first of each row, which is the row's number.
NamedStyle style_of(std::string name, float value) {
  std::vector<float> rows(kStyleRows * kStyleFloats, value);
  for (std::size_t row = 0; row < kStyleRows; ++row) rows[row * kStyleFloats] = static_cast<float>(row) / 16;
  NamedStyle style = {.name = std::move(name), .bytes = std::string(kStyleBytes, '\0')};
  std::memcpy(style.bytes.data(), rows.data(), kStyleBytes);
  return style;
}

std::vector<NamedStyle> some_styles() {
  return {style_of("af_heart", 1), style_of("bf_emma", 2), style_of("ef_dora", 3), style_of("ff_siwis", 4),
          style_of("hf_alpha", 5), style_of("if_sara", 6), style_of("pf_dora", 7), style_of("jf_alpha", 8)};
}

Styles styles() { return *Styles::parse(*Styles::pack(some_styles())); }

std::uint32_t number(std::string_view mix) { return voice::StyleMix::parse(mix, styles().names())->number(); }

/// A voice's folder with a few words of English.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("front_end_test." + std::to_string(::getpid()))) {
    fs::create_directories(path_);
    write(kStylesFile, *Styles::pack(some_styles()));
    write(kAmericanFile, "batch\tb\u02C8\u00E6\u02A7\nhello\th\u0259l\u02C8O\nwait\tw\u02C8At\n");
    write(kBritishFile, "batch\tb\u02C8a\u02A7\nhello\th\u0259l\u02C8Q\nwait\tw\u02C8At\n");
    for (const auto* const name :
         {kMoreAmericanFile, kMoreBritishFile, kTagsFile, kKnownFile, kWeightsFile, kTokensFile}) {
      write(name, "");
    }
    write(kTagNamesFile, "0\tNN\n1\t.\n");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  void write(const char* name, std::string_view bytes) const { std::ofstream(path_ / name, std::ios::binary) << bytes; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

phonemizer::Phonemizer phonemizer() {
  auto opened = phonemizer::Phonemizer::open();
  if (!opened) throw std::runtime_error(opened.error().message);
  return *opened;
}

FrontEnd& front() {
  static const Folder folder;
  static auto loaded = FrontEnd::load(folder.path(), phonemizer());
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *loaded;
}

std::string phonemes(std::string_view text, std::string_view style) {
  const auto input = front().read(text, number(style));
  return input ? to_utf8(input->phonemes) : "error: " + input.error().message;
}

/// Without the signs that the model does not know: no model hears them.
std::string known(std::string_view phonemes) {
  std::u32string kept;
  for (const auto c : hibari::to_utf32(phonemes)) {
    if (token_of(c)) kept += c;
  }
  return to_utf8(kept);
}

TEST(FrontEnd, ReadsAsMisakiDoes) {
  std::ifstream file("src/engine/kokoro/front/testdata/misaki_phonemes.tsv");
  ASSERT_TRUE(file);
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    std::istringstream parts(line);
    std::string style;
    std::string text;
    std::string expected;
    std::getline(parts, style, '\t');
    std::getline(parts, text, '\t');
    std::getline(parts, expected);
    EXPECT_EQ(known(phonemes(text, style)), known(expected)) << style << ": " << text;
  }
  EXPECT_GE(lines, 50U);
}

TEST(FrontEnd, EnglishIsReadByItsListsInBothAccents) {
  EXPECT_EQ(phonemes("hello", "af_heart"), "h\u0259l\u02C8O");
  EXPECT_EQ(phonemes("hello", "bf_emma"), "h\u0259l\u02C8Q");
  EXPECT_EQ(phonemes("batches", "af_heart"), "b\u02C8\u00E6\u02A7\u1D7Bz");
  EXPECT_EQ(phonemes("batches", "bf_emma"), "b\u02C8a\u02A7\u026Az");
  EXPECT_EQ(phonemes("waited", "af_heart"), "w\u02C8AT\u1D7Bd");
  EXPECT_EQ(phonemes("waited", "bf_emma"), "w\u02C8At\u026Ad");
  EXPECT_EQ(phonemes("waiting", "bf_emma"), "w\u02C8At\u026A\u014B");
}

TEST(FrontEnd, TheFirstStyleOfAMixDecidesTheLanguage) {
  EXPECT_EQ(phonemes("hello", "bf_emma+af_heart(5)"), phonemes("hello", "bf_emma"));
  EXPECT_EQ(phonemes("Buenos días", "ef_dora-jf_alpha(0.1)"), phonemes("Buenos días", "ef_dora"));
}

TEST(FrontEnd, TheTokensHaveAPadAtBothEndsAndTheRowIsTheirNumberWithoutThese) {
  const auto input = front().read("hello", number("af_heart(3)+bf_emma"));
  ASSERT_TRUE(input);
  EXPECT_THAT(input->tokens, testing::ElementsAre(0, *token_of(U'h'), *token_of(U'\u0259'), *token_of(U'l'),
                                                  *token_of(U'\u02C8'), *token_of(U'O'), 0));
  EXPECT_THAT(input->starts, testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(input->style[0], 5.0F / 16);
  EXPECT_EQ(input->style[1], 0.75F * 1 + 0.25F * 2);
}

TEST(FrontEnd, WordsLieWhereTheirSoundIs) {
  const std::string text = "Mañana, el perro corre.";
  const auto input = front().read(text, number("ef_dora"));
  ASSERT_TRUE(input);
  std::vector<std::string> written;
  std::vector<std::string> spoken;
  for (const auto& word : input->words) {
    written.push_back(text.substr(word.text_begin, word.text_end - word.text_begin));
    spoken.push_back(to_utf8(input->phonemes.substr(word.phoneme_begin, word.phoneme_end - word.phoneme_begin)));
  }
  EXPECT_THAT(written, testing::ElementsAre("Mañana", "el", "perro", "corre"));
  EXPECT_THAT(spoken, testing::ElementsAre("ma\u0272\u02C8ana", "el ", "p\u02C8ero ", "k\u02C8ore"));
}

TEST(FrontEnd, PhonemesOfTheClientAreSaidAsTheyAre) {
  std::string text = "hello ";
  text::characters::append(text, text::characters::kPhonemesBegin);
  text += "k\u02C8Ok\u0259\u0279O";
  text::characters::append(text, text::characters::kPhonemesEnd);
  EXPECT_EQ(phonemes(text, "af_heart"), "h\u0259l\u02C8O k\u02C8Ok\u0259\u0279O");
}

TEST(FrontEnd, RefusesWhatItCannotSay) {
  const auto code = [](std::string_view text, std::uint32_t speaker) {
    const auto input = front().read(text, speaker);
    return input ? std::optional<Errc>() : input.error().code;
  };
  EXPECT_EQ(code("hello", 8), Errc::kBadArgument) << "there are eight styles";
  EXPECT_EQ(code("hello", ~0U), Errc::kBadArgument);
  EXPECT_EQ(code("hello", 7), Errc::kBadArgument) << "Japanese is not read";
  EXPECT_THAT(front().read("hello", 7).error().message, HasSubstr("jf_alpha"));
  EXPECT_EQ(code("...", 2), Errc::kNothingToSpeak);
  EXPECT_EQ(code("\u2014", 0), Errc::kNothingToSpeak);
  std::string longest;
  for (int i = 0; i < 200; ++i) longest += "perro ";
  EXPECT_EQ(code(longest, 2), Errc::kSegmentTooLong);
}

TEST(FrontEnd, AFolderThatLacksSomethingIsNamed) {
  const Folder folder;
  folder.write(kStylesFile, "ANTIPHON STYLES 2\n");
  EXPECT_THAT(FrontEnd::load(folder.path(), phonemizer()).error().message, HasSubstr(kStylesFile));
  folder.write(kStylesFile, *Styles::pack(some_styles()));
  folder.write(kBritishFile, "b\tx\na\tx\n");
  EXPECT_THAT(FrontEnd::load(folder.path(), phonemizer()).error().message, HasSubstr(kBritishFile));
}

TEST(Alphabet, TheDiphthongOfHairIsTheOneOfTheLists) {
  EXPECT_EQ(english_alphabet(U"bl\u02C8e^\u0259", hibari::Accent::kBritish), U"bl\u02C8\u025B\u02D0");
}

TEST(Styles, ATableThatIsNotWholeIsRefused) {
  const auto fault = [](std::string bytes) {
    const auto parsed = Styles::parse(std::move(bytes));
    return parsed ? "none" : parsed.error();
  };
  const auto sound = *Styles::pack(some_styles());
  EXPECT_EQ(fault(sound), "none");
  EXPECT_THAT(fault(""), HasSubstr("version"));
  EXPECT_THAT(fault(sound.substr(0, sound.size() - 1)), HasSubstr("too early"));
  EXPECT_THAT(fault(sound + "x"), HasSubstr("too late"));
  EXPECT_THAT(fault("ANTIPHON STYLES 1\n0\n"), HasSubstr("number of styles"));
  EXPECT_THAT(fault("ANTIPHON STYLES 1\n65\n"), HasSubstr("number of styles"));
  EXPECT_THAT(fault("ANTIPHON STYLES 1\n1\nAF\n"), HasSubstr("no name"));
  EXPECT_THAT(fault("ANTIPHON STYLES 1\n2\na\na\n"), HasSubstr("twice"));
  EXPECT_THAT(fault(std::string(Styles::kMostBytes + 1, 'x')), HasSubstr("too large"));
  auto endless = sound;
  const auto no_number = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(endless.data() + endless.size() - sizeof(float), &no_number, sizeof(float));
  EXPECT_THAT(fault(endless), HasSubstr("jf_alpha"));
  EXPECT_THAT(Styles::pack(std::vector<NamedStyle>{{.name = "a", .bytes = "x"}}).error(), HasSubstr("1 bytes"));
}

TEST(Styles, MoreSignsThanRowsHaveTheLastRow) {
  const auto mix = voice::StyleMix(0);
  EXPECT_EQ(styles().mixed(mix, 509), styles().mixed(mix, 600));
  EXPECT_NE(styles().mixed(mix, 508), styles().mixed(mix, 509));
}

}  // namespace
}  // namespace antiphon::engine::kokoro::front
