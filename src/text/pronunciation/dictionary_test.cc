#include "text/pronunciation/dictionary.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::text::pronunciation {
namespace {

std::shared_ptr<const Dictionary> of(const std::vector<Entry>& entries) {
  auto made = Dictionary::make(entries);
  EXPECT_TRUE(made.has_value());
  return *made;
}

/// What is said for the longest entry at `at`, and where it ends; "" where there is none.
std::string said(const Dictionary& dictionary, std::string_view text, std::size_t at = 0) {
  const auto match = dictionary.find(text, at);
  return match ? std::string(match->spoken) + "|" + std::string(text.substr(match->end)) : "";
}

std::string complaint(std::string_view written, std::string_view spoken) {
  const auto made = Dictionary::make(std::vector<Entry>{{"fine", "fine"}, {std::string(written), std::string(spoken)}});
  if (made) return "";
  EXPECT_EQ(made.error().entry, 1U);
  return made.error().message;
}

TEST(Dictionary, WholeWordsAreFoundInAnyCase) {
  const auto dictionary = of({{"nginx", "engine ex"}, {"Straße", "strah suh"}, {"3com", "three com"}});
  EXPECT_EQ(said(*dictionary, "NGINX runs."), "engine ex| runs.");
  EXPECT_EQ(said(*dictionary, "nginx's"), "engine ex|'s");
  EXPECT_EQ(said(*dictionary, "nginxes"), "");
  EXPECT_EQ(said(*dictionary, "xnginx", 1), "");
  EXPECT_EQ(said(*dictionary, "STRAßE"), "strah suh|");
  EXPECT_EQ(said(*dictionary, "3COM"), "three com|");
}

TEST(Dictionary, TheLongestPhraseWins) {
  const auto dictionary = of({{"New York", "noo york"}, {"New", "new"}, {"New York City", "en why see"}});
  EXPECT_EQ(said(*dictionary, "new york city hall"), "en why see| hall");
  EXPECT_EQ(said(*dictionary, "New York state"), "noo york| state");
  EXPECT_EQ(said(*dictionary, "New Yorkers"), "new| Yorkers");
}

TEST(Dictionary, AnEntryOfExactLettersGoesBeforeOneOfAny) {
  const auto dictionary = of({{"polish", "shine"}, {"Polish", "from Poland", Case::kExact}});
  EXPECT_EQ(said(*dictionary, "Polish shoes"), "from Poland| shoes");
  EXPECT_EQ(said(*dictionary, "polish shoes"), "shine| shoes");
  EXPECT_EQ(said(*dictionary, "POLISH shoes"), "shine| shoes");
}

TEST(Dictionary, OfTwoForTheSameLettersTheLaterCounts) {
  const auto dictionary = of({{"gif", "jif"}, {"GIF", "ghif"}});
  EXPECT_EQ(dictionary->size(), 1U);
  EXPECT_EQ(said(*dictionary, "gif"), "ghif|");
}

TEST(Dictionary, WordsWithSignsAreFound) {
  const auto dictionary = of({{"C++", "see plus plus"}, {".NET", "dot net"}, {"AT&T", "a tee and tee"}});
  EXPECT_EQ(said(*dictionary, "C++ is old"), "see plus plus| is old");
  EXPECT_EQ(said(*dictionary, "C is older"), "");
  EXPECT_EQ(said(*dictionary, ".net"), "dot net|");
  EXPECT_EQ(said(*dictionary, "at&t."), "a tee and tee|.");
}

TEST(Dictionary, PhonemesStandBetweenTheirSigns) {
  std::string wanted;
  characters::append(wanted, characters::kPhonemesBegin);
  wanted += "dʒɪf";
  characters::append(wanted, characters::kPhonemesEnd);
  EXPECT_EQ(said(*of({{"gif", "/dʒɪf/"}}), "gif"), wanted + "|");
}

TEST(Dictionary, ABadEntryIsNamedWithItsSignAndPlace) {
  EXPECT_EQ(complaint("gif", "/dʒ5f/"), "has the sign '5' at character 3 of its phonemes, which stands for no sound");
  EXPECT_EQ(complaint("", "a"), "has no word");
  EXPECT_EQ(complaint("a", "  "), "says nothing");
  EXPECT_EQ(complaint("a", "/ /"), "has no phonemes between its slashes");
  EXPECT_EQ(complaint("*a", "b"), "begins with a sign; a word begins with a letter, a digit or one of @ # & . $");
  EXPECT_EQ(complaint(std::string(257, 'a'), "b"), "has a word of more than 256 bytes");
  EXPECT_EQ(complaint("a", std::string(1025, 'b')), "says more than 1,024 bytes");
  EXPECT_EQ(complaint("a", "/ˈæntɪˌfən ˈt͡ʃuː.ɑ̃ | kʰ‿l̩/"), "");
}

TEST(Dictionary, TooManyEntriesAreRefused) {
  const std::vector<Entry> entries(kMostEntries + 1, Entry{"a", "b"});
  EXPECT_FALSE(Dictionary::make(entries).has_value());
}

TEST(Dictionary, SignsThatAClientMayNotSendAreDropped) {
  std::string spoken = "a";
  characters::append(spoken, characters::kPhonemesBegin);
  EXPECT_EQ(said(*of({{"x", spoken}}), "x"), "a|");
}

}  // namespace
}  // namespace antiphon::text::pronunciation
