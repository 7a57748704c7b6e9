// Admission while another worker is ready to join at a call.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "scheduler/admission.h"

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::StreamId;
using base::TimePoint;
using base::UserId;
using base::WorkerId;

constexpr TimePoint kNow{1h};
constexpr base::Duration kPatience = 500ms;

/// A desk before one worker on which streams never progress: what is admitted stays.
class StandbyTest : public testing::Test {
 protected:
  void SetUp() override { scheduler_.add_worker(WorkerId{1}); }

  std::vector<Verdict> ask(base::Duration wait, std::optional<base::Duration> spare_wait_limit) {
    ++last_;
    desk_.apply({.id = StreamId{last_}, .user = UserId{last_}, .voice = VoiceId{1}, .expected = 20s}, wait, kNow);
    return desk_.poll(kNow, spare_wait_limit);
  }
  /// Until the next one calls.
  void fill() {
    while (last_ < 1000) {
      const auto verdicts = ask(0s, kPatience);
      if (desk_.called()) return;
      ASSERT_EQ(verdicts.size(), 1U);
      ASSERT_TRUE(std::holds_alternative<Admitted>(verdicts.front()));
    }
    FAIL() << "it is never full";
  }

  Scheduler scheduler_{Options{}};
  AdmissionController desk_{scheduler_};
  std::uint64_t last_ = 0;
};

TEST_F(StandbyTest, WhoWouldBeRefusedCallsAndIsLetInWhenItHasJoined) {
  fill();
  EXPECT_EQ(desk_.waiting(), 1U);
  EXPECT_EQ(desk_.reservations(), 0U) << "nobody was refused";
  scheduler_.add_worker(WorkerId{2});
  const auto verdicts = desk_.poll(kNow);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(std::get<Admitted>(verdicts.front()).stream, StreamId{last_});
  EXPECT_FALSE(desk_.called());
}

TEST_F(StandbyTest, WhoCalledInVainIsRefusedAtTheNextPoll) {
  fill();
  const auto verdicts = desk_.poll(kNow);
  ASSERT_EQ(verdicts.size(), 1U);
  const auto& refused = std::get<Refused>(verdicts.front());
  EXPECT_EQ(refused.stream, StreamId{last_});
  EXPECT_EQ(refused.reason, RefusalReason::kCapacity);
  EXPECT_FALSE(desk_.called());
  EXPECT_EQ(desk_.waiting(), 0U);
}

TEST_F(StandbyTest, WhoMayWaitCallsOnlyIfItWouldBeForLong) {
  fill();
  EXPECT_EQ(desk_.poll(kNow).size(), 1U);
  EXPECT_TRUE(ask(10min, 10min).empty()) << "it waits";
  EXPECT_FALSE(desk_.called());
  EXPECT_TRUE(desk_.poll(kNow, kPatience).empty());
  EXPECT_TRUE(desk_.called());
}

TEST_F(StandbyTest, WithoutAnyWorkerItIsNotCalled) {
  scheduler_.remove_worker(WorkerId{1}, kNow);
  const auto verdicts = ask(0s, kPatience);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(std::get<Refused>(verdicts.front()).reason, RefusalReason::kNoWorkers);
  EXPECT_FALSE(desk_.called());
}

}  // namespace
}  // namespace antiphon::scheduler
