#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "text/growing_text.h"
#include "text/markup/cleaner.h"
#include "text/test_text.h"

namespace antiphon::text {
namespace {

// What a text costs is counted, not timed: how often its bytes are looked at. That is bounded for each byte, whatever
// the text is and however long.

constexpr std::size_t kShort = 2048;
constexpr std::size_t kLong = 8192;

TEST(Work, OfTheMarkupIsBoundedForAByteOfAnyText) {
  constexpr std::size_t kMostLooks = 100;
  for (const auto& unit : costly_units()) {
    for (const auto size : {kShort, kLong}) {
      markup::Cleaner cleaner({});
      markup::Clean clean;
      cleaner.append(repeated(unit, size), clean);
      cleaner.flush(clean);
      EXPECT_GE(cleaner.looks(), size) << unit << ", " << size;
      EXPECT_LE(cleaner.looks() / size, kMostLooks) << unit << ", " << size;
    }
  }
}

/// With each byte that comes, what is not decided is looked at again; it is no longer than the longest comment.
TEST(Work, OfTheMarkupIsBoundedForAByteThatComesAlone) {
  constexpr std::size_t kMostLooks = 5000;
  auto units = costly_units();
  for (const std::string opening : {"<!--", "<sub alias=\"a\">", "<b c=\"", "[a](", "[", "`", "*sighs "}) {
    units.push_back(opening + std::string(3 * kShort, 'a'));
  }
  for (const auto& unit : units) {
    const auto text = repeated(unit, kLong);
    markup::Cleaner cleaner({});
    markup::Clean clean;
    for (std::size_t at = 0; at < text.size(); ++at) cleaner.append(std::string_view(text).substr(at, 1), clean);
    cleaner.flush(clean);
    EXPECT_LE(cleaner.looks() / text.size(), kMostLooks) << unit.substr(0, 20);
  }
}

TEST(Work, OfCuttingIsBoundedForAByteOfAnyText) {
  constexpr std::size_t kMostConsidered = 300;
  for (const auto& unit : costly_units()) {
    for (const auto size : {kShort, kLong}) {
      GrowingText growing(Options{});
      std::vector<Segment> out;
      ASSERT_TRUE(growing.append(repeated(unit, size), out));
      EXPECT_LE(growing.considered() / size, kMostConsidered) << unit << ", " << size;
    }
  }
}

}  // namespace
}  // namespace antiphon::text
