#include "phonemizer/hostile_text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "phonemizer/espeak_library.h"
#include "phonemizer/phonemizer.h"
#include "phonemizer/torture.h"
#include "phonemizer/trial.h"

namespace antiphon::phonemizer {
namespace {

std::string repeated(std::string_view unit, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += unit;
  return out;
}

struct Known {
  std::string voice;
  std::string text;
};

/// What ends espeak-ng's process, or never ends, where it is given as it is.
std::vector<Known> known() {
  return {{"en-us", repeated("'s", 68)},
          {"en-us", repeated("'s", 200)},
          {"en-us", repeated("anti", 60)},
          {"en-us", repeated("edly", 60)},
          {"en-us", repeated("unanti", 60)},
          {"en-us", repeated("ness", 80)},
          {"en-us", repeated("non", 60)},
          {"en-us", repeated(".s", 192)},
          {"en-us", repeated("s.", 192)},
          {"en-us", repeated(".\u00E9", 120)},
          {"en-us", "\"-\u092E\u0921"},
          {"en-us", repeated("\u0322.", 200)},
          {"hi", ".-\u0BBB"},
          {"vi", "\uFF14-s"},
          {"pl", "s\u0937-\u090F\u0924"},
          {"fr", "s\uB155-\u092E\u0938"},
          {"da", "\"-a"},
          {"vi", ")-s"},
          {"pt", "'\U0001F94C er\u0928"},
          {"pt", "\u00A9\u00C2\u00A9"},
          {"ar", "\u28FF"}};
}

bool speaks_raw(const Known& text) {
  static const auto library = EspeakLibrary::open(default_library(), default_data());
  if (!library || library->set_voice_by_name(text.voice.c_str()) != EE_OK) return false;
  const void* next = text.text.c_str();
  while (next != nullptr) {
    const void* const before = next;
    static_cast<void>(library->text_to_phonemes(&next, espeakCHARS_UTF8, 0x02));
    if (next == before) return false;
  }
  return true;
}

TEST(HostileText, EndsTheLibraryWhereNothingKeepsItAway) {
  const auto texts = known();
  const auto report = try_in_children({.count = texts.size()}, [&](std::uint64_t i) { return speaks_raw(texts[i]); });
  // What it reads beyond its memory is not the same everywhere.
  EXPECT_GE(report.crashed.size() + report.hung.size() + report.wrong.size(), 8U);
}

TEST(HostileText, IsSpokenByThePhonemizer) {
  const auto texts = known();
  const auto report = try_in_children({.count = texts.size()}, [&](std::uint64_t i) {
    const auto opened = Phonemizer::open();
    return opened && opened->phonemise(texts[i].text, texts[i].voice).has_value();
  });
  EXPECT_EQ(report.tried, texts.size());
  EXPECT_TRUE(report.crashed.empty() && report.hung.empty() && report.wrong.empty());
}

/// The same for an hour: espeak_torture --seconds 3600.
TEST(HostileText, OfManyKindsIsSpokenByThePhonemizer) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  const auto report = try_in_children({.count = 1000, .until = until}, survives);
  EXPECT_GE(report.tried, 1U);
  for (const auto number : report.crashed) ADD_FAILURE() << "text " << number << " ended the process";
  for (const auto number : report.hung) ADD_FAILURE() << "text " << number << " did not end";
  for (const auto number : report.wrong) ADD_FAILURE() << "text " << number << " changed what came after it";
}

TEST(HostileText, IsTheSameForTheSameNumber) {
  EXPECT_EQ(hostile_text(7).text, hostile_text(7).text);
  EXPECT_NE(hostile_text(7).text, hostile_text(8).text);
}

TEST(Trial, TellsCrashesHangsAndFaultsApart) {
  const auto attempt = [](std::uint64_t number) {
    if (number == 2) __builtin_trap();
    // Volatile: an optimising compiler may take for granted that any other loop without effects ends.
    const volatile bool hangs = number == 4;
    while (hangs) {
    }
    return number != 5;
  };
  const auto report = try_in_children({.count = 7, .limit = std::chrono::milliseconds(300)}, attempt);
  EXPECT_EQ(report.tried, 7U);
  EXPECT_EQ(report.crashed, std::vector<std::uint64_t>{2});
  EXPECT_EQ(report.hung, std::vector<std::uint64_t>{4});
  EXPECT_EQ(report.wrong, std::vector<std::uint64_t>{5});
}

}  // namespace
}  // namespace antiphon::phonemizer
