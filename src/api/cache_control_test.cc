#include "api/cache_control.h"

#include <gtest/gtest.h>

namespace antiphon::api {
namespace {

using delivery::CacheUse;

TEST(CacheControl, SaysWhatMayBeReadAndKept) {
  EXPECT_EQ(cache_use({}), CacheUse::kReadAndKeep);
  EXPECT_EQ(cache_use({{"Cache-Control", "no-store"}}), CacheUse::kNone);
  EXPECT_EQ(cache_use({{"cache-control", "max-age=0,\tNo-Store ,x"}}), CacheUse::kNone);
  EXPECT_EQ(cache_use({{"Cache-Control", "no-cache"}}), CacheUse::kKeep);
  EXPECT_EQ(cache_use({{"Cache-Control", "max-age=0"}}), CacheUse::kKeep);
  EXPECT_EQ(cache_use({{"Cache-Control", "only-if-cached, max-age=60, , =,\"no-storee\""}}), CacheUse::kReadAndKeep);
}

TEST(CacheControl, NoFieldOfSeveralIsOverlooked) {
  EXPECT_EQ(cache_use({{"Cache-Control", "no-cache"}, {"Accept", "*/*"}, {"Cache-Control", "no-store"}}),
            CacheUse::kNone);
}

}  // namespace
}  // namespace antiphon::api
