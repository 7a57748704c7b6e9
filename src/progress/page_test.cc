#include "progress/page.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::progress {
namespace {

TEST(PageTest, BothKeysMayBeAbsent) {
  EXPECT_EQ(parse_page(""), Page{});
  EXPECT_EQ(parse_page("limit=7")->most, 7U);
  const auto name = draw_name();
  EXPECT_EQ(parse_page("x&=&after=" + to_text(name) + "&limit=1000"), (Page{.after = name, .most = 1000}));
}

TEST(PageTest, AValueThatAKeyCannotHaveIsRefused) {
  for (const std::string query : {"limit", "limit=", "limit=0", "limit=1001", "limit=-1", "limit=5x", "after=",
                                  "after=x", "after=0123", "limit=99999999999999999999999", "limit=1&limit=1"}) {
    EXPECT_EQ(parse_page(query), std::nullopt) << query;
  }
}

}  // namespace
}  // namespace antiphon::progress
