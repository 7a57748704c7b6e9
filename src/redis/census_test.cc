#include "redis/census.h"

#include <gtest/gtest.h>

namespace antiphon::redis {
namespace {

TEST(CensusTest, AReportIsReadAsItWasWritten) {
  const CensusReport report{
      .number = 7, .accounts = {{.account = 0xFFFF'FFFF'FFFF'FFFF, .streams = 3}, {.account = 1, .streams = 0}}};
  EXPECT_EQ(encode(report), "7 18446744073709551615:3 1:0");
  EXPECT_EQ(decode_census(encode(report)), report);
  EXPECT_EQ(decode_census("0"), CensusReport{});
}

TEST(CensusTest, WhatIsNoReportIsNone) {
  for (const auto* const text : {"", " ", "x", "-1", "1 ", "1 2", "1 2:", "1 2:3 ", "1  2:3", "1 2:3x", "1 2:-3",
                                 "18446744073709551616", "1 2:4294967296"}) {
    EXPECT_EQ(decode_census(text), std::nullopt) << text;
  }
}

TEST(CensusTest, AReportIsBounded) {
  CensusReport report;
  report.accounts.resize(CensusReport::kMostAccounts + 1);
  const auto text = encode(report);
  EXPECT_EQ(decode_census(text)->accounts.size(), CensusReport::kMostAccounts);
  EXPECT_EQ(decode_census(text + " 1:1"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::redis
