#include "fleet/remote_ledger.h"

#include <gtest/gtest.h>

namespace antiphon::fleet {
namespace {

using namespace std::chrono_literals;
using worker_pool::Death;

TEST(RemoteLedgerTest, KeepsAccountOfEachName) {
  RemoteLedger ledger;
  const base::TimePoint start{};
  ledger.joined("attic", start);
  ledger.died("attic", Death::kStalled);
  ledger.joined("attic", start + 1s);
  ledger.joined("cellar", start + 2s);
  const auto& attic = ledger.records().at("attic");
  EXPECT_EQ(attic.joins, 2U);
  EXPECT_EQ(attic.deaths.of(Death::kStalled), 1U);
  EXPECT_EQ(attic.deaths.of(Death::kExited), 0U);
  EXPECT_EQ(ledger.records().at("cellar").joins, 1U);
  EXPECT_EQ(ledger.deaths().of(Death::kStalled), 1U);
}

TEST(RemoteLedgerTest, WhenFullForgetsWhoIsGoneAndJoinedLongestAgoAndNotThatSomebodyDied) {
  RemoteLedger ledger;
  base::TimePoint now{};
  const auto join = [&](const std::string& id) { ledger.joined(id, now += 1s); };
  for (std::size_t i = 0; i < RemoteLedger::kMostRecords; ++i) join(std::to_string(i));
  for (const auto* const id : {"1", "2", "3"}) ledger.left(id);
  ledger.died("2", Death::kExited);
  join("1");  // and has come again
  join("new");
  EXPECT_EQ(ledger.records().size(), RemoteLedger::kMostRecords);
  EXPECT_TRUE(ledger.records().contains("new"));
  EXPECT_TRUE(ledger.records().contains("0")) << "it is there";
  EXPECT_FALSE(ledger.records().contains("2")) << "of those that are gone it joined first";
  EXPECT_TRUE(ledger.records().contains("3"));
  EXPECT_EQ(ledger.deaths().of(Death::kExited), 1U);
  ledger.died("2", Death::kExited);
  EXPECT_FALSE(ledger.records().contains("2"));
}

}  // namespace
}  // namespace antiphon::fleet
