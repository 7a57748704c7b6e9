#include "gateway/agent_check.h"

#include <gtest/gtest.h>

namespace antiphon::gateway {
namespace {

TEST(AgentCheckTest, TheLineSaysTheRoomThatIsLeft) {
  EXPECT_EQ(agent_line({.ready_workers = 1, .load = 0}), "ready up 100%\n");
  EXPECT_EQ(agent_line({.ready_workers = 1, .load = 0.27}), "ready up 73%\n");
  EXPECT_EQ(agent_line({.ready_workers = 1, .load = -1}), "ready up 100%\n");
}

TEST(AgentCheckTest, AFullCellIsNotTakenForADrainedOne) {
  EXPECT_EQ(agent_line({.ready_workers = 1, .load = 0.999}), "ready up 1%\n");
  EXPECT_EQ(agent_line({.ready_workers = 1, .load = 3}), "ready up 1%\n");
  EXPECT_EQ(agent_line({.ready_workers = 1, .waiting = 1, .load = 0.5}), "ready up 1%\n");
}

TEST(AgentCheckTest, ACellWithoutWorkersIsDownAndOneThatEndsDrains) {
  EXPECT_EQ(agent_line({}), "ready down#no worker is ready\n");
  EXPECT_EQ(agent_line({.phase = CellRoom::Phase::kDraining, .ready_workers = 1}), "drain\n");
}

TEST(AgentCheckTest, ACellHasRoomOnlyWhereANewcomerWouldGetIt) {
  EXPECT_DOUBLE_EQ(spare_of({.ready_workers = 1, .load = 0.25}), 0.75);
  EXPECT_EQ(spare_of({.ready_workers = 1, .load = 3}), 0);
  EXPECT_EQ(spare_of({.ready_workers = 1, .waiting = 1, .load = 0.25}), 0);
  EXPECT_EQ(spare_of({.load = 0}), 0);
  EXPECT_EQ(spare_of({.phase = CellRoom::Phase::kDraining, .ready_workers = 1}), 0);
}

}  // namespace
}  // namespace antiphon::gateway
