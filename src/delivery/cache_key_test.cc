#include "delivery/cache_key.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

namespace antiphon::delivery {
namespace {

text::pronunciation::Dictionaries words(std::string spoken) {
  const std::vector<text::pronunciation::Entry> entries = {{.written = "word", .spoken = std::move(spoken)}};
  return {text::pronunciation::Dictionary::make(entries).value()};
}

dispatch::SpeechSpec spec() {
  return {.account = base::UserId{1}, .user = {2}, .voice_id = "voice", .rate = {22'050}, .text = "A text."};
}

CacheContext context() { return {.voice = "v", .workers = "w", .build = "b", .sharers = "s"}; }

TEST(CacheKey, AllThatDecidesThePcmDecidesTheKey) {
  using Spec = dispatch::SpeechSpec;
  const std::vector<std::function<void(Spec&)>> changes = {
      [](Spec&) {},
      [](Spec& s) { s.text = "Another text."; },
      [](Spec& s) { s.speaker = 1; },
      [](Spec& s) { s.rate = {16'000}; },
      [](Spec& s) { s.speed = 1.5F; },
      [](Spec& s) { s.seed = 1; },
      [](Spec& s) { s.segmentation.max_chars = 100; },
      [](Spec& s) { s.segmentation.sentence_pause = {}; },
      [](Spec& s) { s.segmentation.speed = 1.5; },
      [](Spec& s) { s.segmentation.normalise = text::Normalise::kOff; },
      [](Spec& s) { s.segmentation.markup.markup = text::markup::Markup::kRead; },
      [](Spec& s) { s.segmentation.markup.emoji = text::markup::Emoji::kNamed; },
      [](Spec& s) { s.segmentation.language = text::reading::Language::kEnglish; },
      [](Spec& s) { s.segmentation.dictionaries = words("one"); },
      [](Spec& s) { s.segmentation.dictionaries = words("two"); },
  };
  std::set<cache::Key> keys;
  for (const auto& change : changes) {
    auto changed = spec();
    change(changed);
    keys.insert(cache_key(changed, context()));
  }
  EXPECT_EQ(keys.size(), changes.size());
}

TEST(CacheKey, AVoiceWorkersABuildAndSharersHaveKeysOfTheirOwn) {
  std::set<cache::Key> keys;
  keys.insert(cache_key(spec(), context()));
  for (const auto part : {&CacheContext::voice, &CacheContext::workers, &CacheContext::build}) {
    auto other = context();
    other.*part = "x";
    keys.insert(cache_key(spec(), other));
  }
  auto other = context();
  other.sharers = "x";
  keys.insert(cache_key(spec(), other));
  EXPECT_EQ(keys.size(), 5U);
}

TEST(CacheKey, LoudnessAndWhatIsHeardAndWhoAsksAreNoPartOfThePcm) {
  auto other = spec();
  other.gain = {.factor = 0.5};
  other.unheard = {100};
  other.user = {3};
  other.weight = 2;
  EXPECT_EQ(cache_key(other, context()), cache_key(spec(), context()));
}

TEST(CacheKey, TheScopeSaysWhoShares) {
  const identity::Caller one{.account = {1}, .user = {10}, .key_sha256 = "k"};
  const identity::Caller colleague{.account = {1}, .user = {11}, .key_sha256 = "k"};
  const identity::Caller stranger{.account = {2}, .user = {12}, .key_sha256 = "l"};
  EXPECT_NE(sharers_of(one, CacheScope::kUser), sharers_of(colleague, CacheScope::kUser));
  EXPECT_EQ(sharers_of(one, CacheScope::kAccount), sharers_of(colleague, CacheScope::kAccount));
  EXPECT_NE(sharers_of(one, CacheScope::kAccount), sharers_of(stranger, CacheScope::kAccount));
  EXPECT_EQ(sharers_of(one, CacheScope::kAll), sharers_of(stranger, CacheScope::kAll));
}

}  // namespace
}  // namespace antiphon::delivery
