#include "fleet/voice_table.h"

#include <gtest/gtest.h>

namespace antiphon::fleet {
namespace {

TEST(VoiceTableTest, AVoiceKeepsItsNumberThoughItIsNoLongerServed) {
  VoiceTable table({{.id = "first", .identity = "old"}, {.id = "second"}});
  EXPECT_EQ(table.first().id, "first");
  table.serve({{.id = "third"}, {.id = "second"}});
  EXPECT_EQ(table.number("first"), 0U);
  EXPECT_EQ(table.number("second"), 1U);
  EXPECT_EQ(table.number("third"), 2U);
  EXPECT_EQ(table.first().id, "third");
  ASSERT_EQ(table.served().size(), 2U);
  EXPECT_EQ(table.served()[1]->id, "second");
  EXPECT_EQ(table.find("fourth"), nullptr);
  table.serve({{.id = "first", .identity = "new"}});
  EXPECT_EQ(table.find("first")->identity, "old") << "what was known of it stays";
  EXPECT_EQ(table.all().size(), 3U);
}

}  // namespace
}  // namespace antiphon::fleet
