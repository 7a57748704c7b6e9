#include "text/pronunciation/dictionary_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace antiphon::text::pronunciation {
namespace {

NamedDictionary named(std::string name, std::string language, std::vector<std::string> voices, Use use = Use::kAlways) {
  const auto made = Dictionary::make(std::vector<Entry>{{"x", name}});
  return {.name = std::move(name),
          .language = std::move(language),
          .voices = std::move(voices),
          .use = use,
          .dictionary = made.value()};
}

/// Names of those that count, in their order.
std::vector<std::string> chosen(const DictionarySet& set, std::string_view voice, std::string_view language,
                                const std::vector<std::string>& asked = {}) {
  std::vector<std::string> names;
  for (const auto& dictionary : set.for_text(voice, language, asked)) {
    names.emplace_back(dictionary->find("x", 0)->spoken);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(DictionarySet, TheMoreParticularDictionaryIsAskedFirst) {
  const DictionarySet set(
      {named("any", "", {}), named("english", "en", {}), named("joe", "", {"joe"}), named("amy", "", {"amy"})});
  EXPECT_EQ(chosen(set, "joe", "en-US"), (Names{"joe", "english", "any"}));
  EXPECT_EQ(chosen(set, "klaus", "de-DE"), (Names{"any"}));
}

TEST(DictionarySet, ALanguageFitsItsRegions) {
  const DictionarySet set({named("british", "en-GB", {}), named("english", "EN", {}), named("e", "e", {})});
  EXPECT_EQ(chosen(set, "joe", "en_GB"), (Names{"british", "english"}));
  EXPECT_EQ(chosen(set, "joe", "en-US"), (Names{"english"}));
}

TEST(DictionarySet, NamedOnesComeFirstAndOthersOnlyByName) {
  const DictionarySet set({named("a", "", {}), named("b", "de", {"klaus"}, Use::kWhereNamed)});
  EXPECT_EQ(chosen(set, "joe", "en"), (Names{"a"}));
  EXPECT_EQ(chosen(set, "joe", "en", {"b", "a", "nope", "b"}), (Names{"b", "a"}));
  EXPECT_EQ(set.find("nope"), nullptr);
  EXPECT_EQ(set.find("b")->language, "de");
}

}  // namespace
}  // namespace antiphon::text::pronunciation
