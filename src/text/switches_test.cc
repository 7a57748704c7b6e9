#include "text/switches.h"

#include <gtest/gtest.h>

#include <set>

namespace antiphon::text {
namespace {

TEST(Switches, EachSetHasANumberThatNeverChanges) {
  std::set<std::uint8_t> numbers;
  for (std::uint8_t number = 0; number < kSwitchNumbers; ++number) {
    const auto switches = switches_of(number);
    ASSERT_TRUE(switches);
    EXPECT_EQ(number_of(*switches), number);
    numbers.insert(number_of(*switches));
  }
  EXPECT_EQ(numbers.size(), kSwitchNumbers);
  EXPECT_FALSE(switches_of(kSwitchNumbers));
  EXPECT_EQ(number_of({}), 0);
  EXPECT_EQ(number_of({.normalise = Normalise::kOff}), 1);
  EXPECT_EQ(number_of({.markup = markup::Markup::kRead}), 6);
  EXPECT_EQ(number_of({.emoji = markup::Emoji::kNamed}), 18);
}

TEST(Switches, WhatARequestDoesNotSayIsTheServers) {
  const Options server{.normalise = Normalise::kOff, .markup = {.markup = markup::Markup::kRead}};
  EXPECT_EQ(with(server, {}).normalise, Normalise::kOff);
  EXPECT_EQ(with(server, {}).markup.markup, markup::Markup::kRead);
  const auto ssml = with(server, ssml_switches());
  EXPECT_EQ(ssml.normalise, Normalise::kOn);
  EXPECT_EQ(ssml.markup.markup, markup::Markup::kStrip);
  EXPECT_EQ(with(server, {.emoji = markup::Emoji::kNamed}).markup.emoji, markup::Emoji::kNamed);
}

}  // namespace
}  // namespace antiphon::text
