#include "phonemizer/foreign.h"

#include <gtest/gtest.h>

#include <string>

#include "phonemizer/phonemizer.h"

namespace antiphon::phonemizer {
namespace {

/// Without the spaces that fill places.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  return out.substr(0, out.find_last_not_of(' ') + 1);
}

/// A language in which what is not ASCII is spelt with twenty phonemes a byte.
std::size_t spelt(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += static_cast<unsigned char>(c) >= 0x80 ? 20 : 1;
  return count;
}

std::string read(std::string_view text) { return squeezed(without_foreign(text, spelt)); }

std::size_t phonemes(std::string_view text, const std::string& voice = "en-us") {
  const auto opened = Phonemizer::open();
  return join(*opened->phonemise(text, voice)).size();
}

std::string repeated(std::string_view unit, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += unit;
  return out;
}

TEST(Foreign, AsksNothingOfPlainText) {
  const auto refuse = [](std::string_view) -> std::size_t {
    ADD_FAILURE() << "asked";
    return 0;
  };
  for (const std::string_view text :
       {"Plain text, of 12 words!", "d\u00E9j\u00E0 vu", "\u0141\u00F3d\u017A", "100% & more"}) {
    EXPECT_EQ(without_foreign(text, refuse), text);
  }
}

TEST(Foreign, KeepsEachRunInItsPlace) {
  const std::string_view text =
      "say \U0001D407\U0001D41E\U0001D425\U0001D425\U0001D428 \u0645\u0631\u062D\u0628\u0627 now";
  const auto out = without_foreign(text, spelt);
  EXPECT_EQ(out.size(), text.size());
  EXPECT_EQ(out.find("Hello"), text.find("\U0001D407"));
  EXPECT_EQ(out.find("now"), text.find("now"));
}

TEST(Foreign, ReadsStyledLettersAsPlainOnes) {
  EXPECT_EQ(read("\U0001D407\U0001D41E\U0001D425\U0001D425\U0001D428 world"), "Hello world");
  EXPECT_EQ(read("\U0001D7D9\U0001D7DA\U0001D7DB items"), "123 items");
  EXPECT_EQ(read("\uFF28\uFF45\uFF4C\uFF4C\uFF4F"), "Hello");
  EXPECT_EQ(read("\u24D7\u24D4\u24DB\u24DB\u24DE"), "hello");
  EXPECT_EQ(read("\uFB01rst"), "first");
  EXPECT_EQ(read("th\u1EBF"), "the");
}

TEST(Foreign, NamesEachOfSomeSignsInOrdinaryText) {
  EXPECT_GT(phonemes("0 \u2264 x \u2264 1"), phonemes("0 \u2264 x 1") + 5);
  EXPECT_GT(phonemes("A \u2265 B \u2265 C"), phonemes("A \u2265 B C") + 5);
  EXPECT_GT(phonemes("x\u22651, y\u22652"), phonemes("x\u22651, y2") + 5);
}

TEST(Foreign, NamesAScriptOnceAndIsSilentAboutTheRest) {
  EXPECT_EQ(phonemes("\u0645\u0631\u062D\u0628\u0627 \u0645\u0631\u062D\u0628\u0627"), phonemes("\u0645"));
  EXPECT_GT(phonemes("\u0645"), 5U);
}

TEST(Foreign, SpendsLittleOnWhatCannotBeRead) {
  const auto arabic = repeated("\u0645\u0631\u062D\u0628\u0627 ", 46);  // 276 characters, of a segment at speed 2
  const auto bold = repeated("\U0001D407\U0001D41E\U0001D425\U0001D425\U0001D428 ", 24);
  const auto hebrew = repeated("\u05E9\u05DC\u05D5\u05DD \u05E2\u05D5\u05DC\u05DD ", 16);
  const auto amharic = repeated("\u1230\u120B\u121D \u1208\u12D3\u1208\u121D ", 7);
  const auto thai = repeated("\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35", 24);
  const auto chinese = repeated("\u4F60\u597D\u4E16\u754C", 11);
  const auto mixed = repeated("a \u0E2A\u0E27\u0E31\u0E2A ", 20);
  const auto letters = repeated("\u0E2A. ", 46);
  const auto emoji = repeated("\U0001F600 ", 70);
  for (const auto& text : {arabic, bold, hebrew, amharic, thai, chinese, mixed, letters, emoji}) {
    // 340 phonemes take about 20 seconds.
    EXPECT_LE(phonemes(text), 24 + 34 * decomposed(text).size() / 10) << text;
    EXPECT_LE(phonemes(text), 360U) << text;
  }
}

TEST(Foreign, LeavesAVoiceItsOwnScript) {
  const auto opened = Phonemizer::open();
  const auto is_kept = [&](std::string_view text, const std::string& voice) {
    std::size_t alone = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find(' ', at), text.size());
      alone += join(*opened->phonemise(text.substr(at, end - at), voice)).size();
      at = end + 1;
    }
    return alone > text.size() / 4 && phonemes(text, voice) * 10 > alone * 8;
  };
  EXPECT_TRUE(is_kept(
      "\u0425\u043E\u0440\u043E\u0448\u043E \u0436\u0438\u0442\u044C \u0432 \u0433\u043E\u0440\u043E\u0434\u0435",
      "ru"));
  EXPECT_TRUE(
      is_kept("\u03BA\u03B1\u03BB\u03B7\u03BC\u03AD\u03C1\u03B1 \u03C3\u03B5 \u03CC\u03BB\u03BF\u03C5\u03C2", "el"));
  EXPECT_TRUE(is_kept("\u0645\u0631\u062D\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "ar"));
  EXPECT_TRUE(is_kept("\u0928\u092E\u0938\u094D\u0924\u0947 \u0926\u0941\u0928\u093F\u092F\u093E", "hi"));
  EXPECT_TRUE(is_kept("\u4F60\u597D \u4E16\u754C", "cmn"));
  EXPECT_TRUE(is_kept("\uC548\uB155\uD558\uC138\uC694 \uC138\uACC4", "ko"));
}

TEST(Foreign, LeavesSingleLettersOfOthers) { EXPECT_EQ(read("the \u03B1 particle"), "the \u03B1 particle"); }

}  // namespace
}  // namespace antiphon::phonemizer
