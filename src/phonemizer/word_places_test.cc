#include "phonemizer/word_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/unistr.h>

#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

namespace antiphon::phonemizer {
namespace {

using testing::Each;
using testing::ElementsAre;

using Words = std::vector<std::u32string>;

std::string utf8(std::u32string_view text) {
  std::string out;
  icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()), static_cast<std::int32_t>(text.size()))
      .toUTF8String(out);
  return out;
}

/// A text's words with their phonemes: "in=ɪn the=ðə", "-=" for one that is not heard.
std::string mapped(const std::string& text, const std::string& voice) {
  const auto phonemizer = Phonemizer::open();
  if (!phonemizer) throw std::runtime_error(phonemizer.error().message);
  const auto clauses = phonemizer->phonemise(text, voice);
  if (!clauses) throw std::runtime_error("espeak-ng does not speak " + voice);
  std::vector<std::string> words;
  Words alone;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    words.push_back(word);
    alone.push_back(sound_of(phonemizer->phonemise(word, voice).value()));
  }
  const auto spoken = join(*clauses);
  const auto places = locate_words(alone, spoken);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto phonemes = std::u32string_view(spoken).substr(places[i].begin, places[i].end - places[i].begin);
    out += (i == 0 ? "" : "|") + words[i] + "=" + utf8(phonemes);
  }
  return out;
}

TEST(WordPlaces, WordsThatEspeakJoinsAreTakenApart) {
  EXPECT_THAT(locate_words(Words{U"wɪð", U"ðə", U"lˈɔŋ"}, U"wɪððə lˈɔŋ."),
              ElementsAre(WordPlace{0, 3}, WordPlace{3, 5}, WordPlace{6, 10}));
  EXPECT_THAT(locate_words(Words{U"dˈuː", U"nˈɑːt"}, U"duːnˌɑːt"), ElementsAre(WordPlace{0, 3}, WordPlace{3, 8}));
}

TEST(WordPlaces, AWordOfManySpokenWordsIsOne) {
  EXPECT_THAT(locate_words(Words{U"ˈɪn", U"nˈaɪntiːn nˈaɪnti", U"nˈoʊ"}, U"ɪn nˈaɪntiːn nˈaɪnti, nˈoʊ"),
              ElementsAre(WordPlace{0, 2}, WordPlace{3, 20}, WordPlace{22, 26}));
}

TEST(WordPlaces, WhatIsNotHeardHasNoPlace) {
  EXPECT_THAT(locate_words(Words{U"hiː", U"", U"ɹˈæn"}, U"hiː ɹˈæn"),
              ElementsAre(WordPlace{0, 3}, WordPlace{}, WordPlace{4, 8}));
  EXPECT_THAT(locate_words(Words{U"a"}, U""), ElementsAre(WordPlace{}));
  EXPECT_THAT(locate_words(Words{}, U"a"), ElementsAre());
  EXPECT_THAT(locate_words(Words{U"a", U"b"}, U"..."), Each(WordPlace{}));
}

TEST(WordPlaces, EveryPhonemeOfHeardWordsBelongsToOneOfThem) {
  std::mt19937 random(5);
  constexpr std::u32string_view kSome = U"aɪdðˈː ,";
  for (int round = 0; round < 300; ++round) {
    Words alone(random() % 8);
    for (auto& word : alone) {
      for (auto left = random() % 6; left > 0; --left) word += kSome[random() % kSome.size()];
    }
    std::u32string spoken;
    for (auto left = random() % 40; left > 0; --left) spoken += kSome[random() % kSome.size()];
    std::size_t end = 0;
    for (const auto& place : locate_words(alone, spoken)) {
      if (!place.heard()) continue;
      ASSERT_LE(end, place.begin);
      end = place.end;
    }
    ASSERT_LE(end, spoken.size());
  }
}

TEST(WordPlaces, TheWorkIsBounded) {
  const Words alone(2'000, U"a");
  EXPECT_THAT(locate_words(alone, std::u32string(2'000, U'a')), Each(WordPlace{}));
}

/// The sentences and what each of their words sounds like, read over by a person.
TEST(WordPlaces, AreThoseOfTheSentencesInTheTable) {
  std::ifstream file("src/phonemizer/testdata/word_places.tsv");
  std::size_t sentences = 0;
  for (std::string line; std::getline(file, line); ++sentences) {
    const auto tab = line.find('\t');
    const auto next = line.find('\t', tab + 1);
    const auto text = line.substr(tab + 1, next - tab - 1);
    EXPECT_EQ(mapped(text, line.substr(0, tab)), line.substr(next + 1));
  }
  EXPECT_GE(sentences, 100U);
}

}  // namespace
}  // namespace antiphon::phonemizer
