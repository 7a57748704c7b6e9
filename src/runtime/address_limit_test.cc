#include "runtime/address_limit.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace antiphon::runtime {
namespace {

TEST(AddressLimit, EachAddressHasItsOwn) {
  AddressLimit limit(2);
  std::vector<AddressLimit::Place> places;
  for (const auto* const address : {"a", "a", "b"}) {
    auto place = limit.take(address);
    ASSERT_TRUE(place);
    places.push_back(std::move(*place));
  }
  EXPECT_FALSE(limit.take("a"));
  EXPECT_TRUE(limit.take("b"));
}

TEST(AddressLimit, WhatGoesMakesRoomAndIsForgotten) {
  AddressLimit limit(1);
  {
    const auto place = limit.take("a");
    ASSERT_TRUE(place);
    EXPECT_FALSE(limit.take("a"));
    EXPECT_EQ(limit.addresses(), 1U);
  }
  EXPECT_EQ(limit.addresses(), 0U);
  EXPECT_TRUE(limit.take("a"));
}

TEST(AddressLimit, TheUncountedHaveNone) {
  AddressLimit limit(1);
  const auto one = limit.take("");
  const auto two = limit.take("");
  EXPECT_TRUE(one && two);
  EXPECT_EQ(limit.addresses(), 0U);
}

}  // namespace
}  // namespace antiphon::runtime
