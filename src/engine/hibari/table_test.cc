#include "engine/hibari/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::engine::hibari {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

TEST(Table, FindsWhatItsLinesSay) {
  const auto table = Table::parse("\t0\na\tA\nab\tB\tC\nb\t\n");
  ASSERT_TRUE(table) << table.error();
  EXPECT_THAT(table->find(""), Optional(Eq("0")));
  EXPECT_THAT(table->find("a"), Optional(Eq("A")));
  EXPECT_THAT(table->find("ab"), Optional(Eq("B\tC")));
  EXPECT_THAT(table->find("b"), Optional(Eq("")));
  EXPECT_FALSE(table->has("aa"));
  EXPECT_FALSE(table->has("c"));
  EXPECT_EQ(table->size(), 4);
}

TEST(Table, AnEmptyOneKnowsNothing) {
  const auto table = Table::parse("");
  ASSERT_TRUE(table);
  EXPECT_FALSE(table->has(""));
}

TEST(Table, NamesTheLineThatIsWrong) {
  const auto error_of = [](std::string text) { return Table::parse(std::move(text)).error(); };
  EXPECT_THAT(error_of("a\t1\nb\t2"), HasSubstr("line 2 does not end"));
  EXPECT_THAT(error_of("a\t1\nb\n"), HasSubstr("line 2 has no tabulator"));
  EXPECT_THAT(error_of("b\t1\na\t2\n"), HasSubstr("line 2 is not after"));
  EXPECT_THAT(error_of("a\t1\na\t2\n"), HasSubstr("line 2 is not after"));
  EXPECT_THAT(error_of(std::string(Table::kMostLineBytes, 'a') + "\t\n"), HasSubstr("line 1 is too long"));
  EXPECT_THAT(error_of(std::string(Table::kMostBytes + 1, 'a')), HasSubstr("too large"));
}

}  // namespace
}  // namespace antiphon::engine::hibari
