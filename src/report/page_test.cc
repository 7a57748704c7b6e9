#include "report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/assets.h"

namespace antiphon::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PageTest, HoldsTheSharedPartsAndTheData) {
  const auto page = make_page("<style>@STYLE@</style><script>@SCRIPT@</script>@DATA@.", R"({"a":1})");
  EXPECT_THAT(page, HasSubstr(std::string(style())));
  EXPECT_THAT(page, HasSubstr(std::string(script())));
  EXPECT_THAT(page, testing::EndsWith(R"({"a":1}.)"));
}

TEST(PageTest, DataCannotEndTheElementThatHoldsThem) {
  EXPECT_THAT(make_page("@STYLE@@SCRIPT@@DATA@", R"({"a":"</script>"})"), HasSubstr(R"(\u003c/script>)"));
}

TEST(PageTest, TheSharedPartsLoadNothing) {
  for (const auto part : {style(), script()}) {
    for (const auto* const word : {"@import", "url(", "fetch(", "XMLHttpRequest", "import "}) {
      EXPECT_THAT(std::string(part), Not(HasSubstr(word)));
    }
  }
}

}  // namespace
}  // namespace antiphon::report
