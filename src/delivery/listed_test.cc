#include "delivery/listed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <stdexcept>

namespace antiphon::delivery {
namespace {

using testing::ElementsAre;

TEST(Listed, LeavesTheListHoweverItEnds) {
  std::list<int> open;
  const Listed first(open, 1);
  EXPECT_THROW(
      {
        const Listed second(open, 2);
        EXPECT_THAT(open, ElementsAre(1, 2));
        throw std::runtime_error("it failed");
      },
      std::runtime_error);
  EXPECT_THAT(open, ElementsAre(1));
}

}  // namespace
}  // namespace antiphon::delivery
