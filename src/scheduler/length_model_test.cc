#include "scheduler/length_model.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace antiphon::scheduler {
namespace {

constexpr std::size_t kCharacters = 100;

base::Duration of(double seconds_per_character) {
  return base::from_seconds(static_cast<double>(kCharacters) * seconds_per_character);
}

TEST(LengthModel, TextsOfOneKindAreExpectedToLastTheirMeanAndTheLeastMargin) {
  LengthModel model;
  for (int i = 0; i < 200; ++i) model.observe(kCharacters, 1, of(i % 2 == 0 ? 0.052 : 0.060));
  EXPECT_NEAR(base::to_seconds(model.expected(kCharacters, 1)), 0.056 * LengthModel::kMargin * kCharacters, 0.1);
  EXPECT_NEAR(base::to_seconds(model.expected(kCharacters, 2)), 0.028 * LengthModel::kMargin * kCharacters, 0.05);
}

TEST(LengthModel, TextsThatSayLittleDoNotHaveThoseThatSayMuchTakenForShort) {
  // Emoji and foreign scripts, of which little is spoken, beside initials, which are spelt.
  LengthModel model;
  constexpr double kLittle = 0.006;
  constexpr double kMuch = 0.112;
  for (int i = 0; i < 200; ++i) {
    for (const double each : {kLittle, kLittle, kMuch}) model.observe(kCharacters, 1, of(each));
  }
  EXPECT_GT(model.expected(kCharacters, 1), of(kMuch));
  EXPECT_LT(model.expected(kCharacters, 1), of(2 * kMuch));
}

TEST(LengthModel, WhatWasStrangeIsForgottenAfterSomeOrdinaryTexts) {
  LengthModel model;
  for (int i = 0; i < 100; ++i) model.observe(kCharacters, 1, of(i % 2 == 0 ? 0.006 : 0.112));
  for (int i = 0; i < 60; ++i) model.observe(kCharacters, 1, of(0.056));
  EXPECT_NEAR(base::to_seconds(model.expected(kCharacters, 1)), 0.056 * LengthModel::kMargin * kCharacters, 0.2);
}

TEST(LengthModel, ShortSegmentsAndEmptyAudioTeachNothing) {
  LengthModel model;
  const auto before = model.expected(kCharacters, 1);
  model.observe(2, 1, base::from_seconds(1));
  model.observe(kCharacters, 1, base::Duration::zero());
  EXPECT_EQ(model.expected(kCharacters, 1), before);
}

}  // namespace
}  // namespace antiphon::scheduler
