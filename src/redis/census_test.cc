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

TEST(CensusTest, HowACellIsIsReadAsItWasWritten) {
  const CellReport report{.figures = {.phase = progress::CellFigures::Phase::kDraining,
                                      .workers = 2,
                                      .streams = 30,
                                      .waiting = 1,
                                      .spare_percent = 73},
                          .name = "of the attic:8080"};
  EXPECT_EQ(encode(report), "draining 2 30 1 73 of the attic:8080");
  EXPECT_EQ(decode_cell(encode(report)), report);
  EXPECT_EQ(decode_cell("serving 0 0 0 0 x"), (CellReport{.figures = {}, .name = "x"}));
}

TEST(CensusTest, WhatDoesNotSayHowACellIsIsNone) {
  for (const auto* const text :
       {"", "serving", "serving 1 2 3 4", "serving 1 2 3 4 ", "serving 1 2 3 101 x", "serving 1 2 3 x",
        "ending 1 2 3 4 x", "serving -1 2 3 4 x", "serving 4294967296 2 3 4 x", "7 1:2"}) {
    EXPECT_EQ(decode_cell(text), std::nullopt) << text;
  }
  EXPECT_EQ(decode_census("serving 1 2 3 4 x"), std::nullopt) << "an older version leaves it alone";
}

TEST(CensusTest, TheNameOfACellIsBounded) {
  const auto text = encode(CellReport{.figures = {}, .name = std::string(CellReport::kMostNameBytes + 1, 'x')});
  EXPECT_EQ(decode_cell(text)->name.size(), CellReport::kMostNameBytes);
  EXPECT_EQ(decode_cell(text + "x"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::redis
