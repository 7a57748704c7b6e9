// Who is let in and who is not, and the places that are kept for those.
#include "scheduler/admission.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "scheduler/test_admission.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::StreamId;
using base::TimePoint;

TEST_F(AdmissionTest, LetsInWhatFitsAndTellsTheNextWhenToComeBack) {
  with({});
  const auto users = fill();
  EXPECT_GE(users, 4U);
  EXPECT_LE(users, 9U) << "more than a worker with RTF 0.12 can serve";
  EXPECT_EQ(scheduler_->streams(), users);
  const auto late = std::get<Refused>(ask(1));
  EXPECT_EQ(late.reason, RefusalReason::kCapacity);
  EXPECT_GE(late.retry_after, 300ms) << "the others are to be started first";
  EXPECT_LT(late.retry_after, AdmissionController::kNever);
}

/// Speaks one stream of ten grains whose jobs take `took` for each grain, after a silence.
void speak(Scheduler& scheduler, std::uint64_t id, Duration took, Duration grain = 200ms, Duration silence = {}) {
  std::vector<Duration> grains(10, grain);
  grains.front() += silence;
  scheduler.add_stream({.id = StreamId{id}, .user = base::UserId{id}, .voice = VoiceId{1}, .expected = 2s}, kNow);
  for (auto actions = scheduler.poll(kNow); !actions.empty(); actions = scheduler.poll(kNow)) {
    for (const auto& action : actions) {
      const auto* const job = std::get_if<Dispatch>(&action);
      if (job == nullptr) continue;
      if (job->kind == JobKind::kPlan) {
        scheduler.planned(job->job, {.grains = grains, .first_silence = silence, .more_text = false, .took = 32ms},
                          kNow);
        continue;
      }
      for (std::uint32_t i = 0; i < job->grains; ++i) scheduler.grain_rendered(job->job, took, kNow);
      scheduler.render_ended(job->job, kNow);
    }
  }
}

TEST_F(AdmissionTest, AStartIsPromisedNoLessThanTheFirstGrainOfItsVoice) {
  with({});
  const auto& costs = scheduler_->costs();
  const auto usual = costs.start_cost(VoiceId{1});
  speak(*scheduler_, 1, 24ms);
  EXPECT_LT(costs.startup_buffer(VoiceId{1}), 1s) << "a grain shorter than the startup buffer changes nothing";
  speak(*scheduler_, 2, 180ms, 1500ms);
  EXPECT_GE(costs.startup_buffer(VoiceId{1}), 1500ms);
  EXPECT_GT(costs.start_cost(VoiceId{1}), usual + 80ms);
  EXPECT_LT(costs.startup_buffer(VoiceId{2}), 1s) << "another voice's";
  for (std::uint64_t id = 3; id < 23; ++id) speak(*scheduler_, id, 24ms);
  EXPECT_LT(costs.startup_buffer(VoiceId{1}), 1s) << "it is forgotten";
  speak(*scheduler_, 23, 24ms, 200ms, 10s);
  EXPECT_LT(costs.startup_buffer(VoiceId{1}), 1s) << "a pause is not rendered";
}

TEST_F(AdmissionTest, ASpellOfSlownessIsNotToldAsIfItLasted) {
  with({});
  for (std::uint64_t id = 100'000; id < 100'100; ++id) speak(*scheduler_, id, 22ms);
  fill();
  const auto usual = std::get<Refused>(ask(1)).retry_after;
  ASSERT_LT(usual, 25s);
  end_streams(1, last_, kNow);
  // A neighbour takes the machine for a moment: each job takes twelve times as long.
  for (std::uint64_t id = 200'000; id < 200'005; ++id) speak(*scheduler_, id, 264ms);
  ASSERT_GT(scheduler_->costs().slowness(VoiceId{1}), 2.0);
  const auto told = std::get<Refused>(ask(2)).retry_after;
  EXPECT_LE(told, 30s);
  // What goes on for long is the usual, and said as it is.
  for (std::uint64_t id = 300'000; id < 300'800; ++id) speak(*scheduler_, id, 264ms);
  EXPECT_LT(scheduler_->costs().slowness(VoiceId{1}), 1.5);
  EXPECT_EQ(std::get<Refused>(ask(3)).retry_after, AdmissionController::kNever) << "nobody can be served in time";
}

TEST_F(AdmissionTest, WithoutAdmissionEverybodyIsLetInAtOnce) {
  with({.admission = Admission::kOff});
  for (std::uint64_t user = 0; user < 60; ++user) EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user)));
}

TEST_F(AdmissionTest, SuccessiveRefusalsAreToldSuccessiveTimes) {
  with({});
  fill();
  Duration last{};
  int later = 0;
  for (std::uint64_t user = 1; user <= 20; ++user) {
    const auto told = std::get<Refused>(ask(user)).retry_after;
    EXPECT_GE(told, last);
    if (told > last) ++later;
    last = told;
  }
  EXPECT_GE(later, 5) << "a place is kept for those who were refused before";
  EXPECT_LE(desk_->reservations(), 21U);
}

TEST_F(AdmissionTest, SuccessiveRefusalsInOnePassAreToldSuccessiveTimesToo) {
  with({});
  fill();
  for (std::uint64_t user = 1; user <= 20; ++user) apply(user);
  const auto told = refused(desk_->poll(kNow));
  ASSERT_EQ(told.size(), 20U);
  EXPECT_GT(told.back().retry_after, told.front().retry_after);
}

TEST_F(AdmissionTest, ARefusedUsersPlaceIsKeptForHimAloneAndNotForever) {
  with({});
  const auto users = fill(kNow);
  EXPECT_TRUE(desk_->poll(kNow + 200s).empty()) << "and the last refusal's place is forgotten";
  const auto told = std::get<Refused>(ask(1)).retry_after;
  const auto back = kNow + told;
  end_streams(1, users, back);
  for (std::uint64_t user = 2000; user < 2000 + users - 1; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user, 0s, back))) << "there is room for all but one";
  }
  EXPECT_TRUE(std::holds_alternative<Refused>(ask(3000, 0s, back))) << "the last place is kept";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(1, 0s, back)));

  EXPECT_EQ(desk_->reservations(), 1U) << "the one refused last";
  const auto long_after = back + AdmissionController::kNever + scheduler_->options().reservation_grace;
  EXPECT_TRUE(desk_->poll(long_after).empty());
  EXPECT_EQ(desk_->reservations(), 0U);
}

TEST_F(AdmissionTest, PlacesCountForAsMuchAsRefusedUsersComeBack) {
  with({});
  fill();
  for (std::uint64_t user = 1; user <= 60; ++user) ask(user);
  const auto later = kNow + 200s;
  EXPECT_TRUE(desk_->poll(later).empty());
  EXPECT_LT(desk_->return_rate(), 0.05) << "nobody came";
  fill(later);
  std::vector<TimePoint> told;
  for (std::uint64_t user = 101; user <= 160; ++user) {
    told.push_back(later + std::get<Refused>(ask(user, 0s, later)).retry_after);
  }
  for (std::uint64_t user = 101; user <= 160; ++user) ask(user, 0s, told[user - 101]);
  EXPECT_GT(desk_->return_rate(), 0.7) << "all came, though some were refused again";
}

TEST_F(AdmissionTest, APlaceWhoseTimeHasPassedHoldsNothingUp) {
  with({});
  const auto users = fill();
  EXPECT_TRUE(desk_->poll(kNow + 200s).empty());
  for (std::uint64_t user = 1; user <= 40; ++user) ask(user);
  EXPECT_GT(desk_->reservations(), 30U);
  std::get<Refused>(ask(41));
  const auto late = kNow + AdmissionController::kNever;
  end_streams(1, users, kNow);
  EXPECT_EQ(scheduler_->streams(), 0U);
  // Of the earliest retry times' users none has come: their second is over, but their places are kept.
  auto when = kNow + 100ms;
  while (when < late && std::holds_alternative<Refused>(ask(3000, 0s, when))) when += 100ms;
  EXPECT_LE(when, kNow + 2s);
  EXPECT_GT(desk_->reservations(), 20U);
}

TEST_F(AdmissionTest, WhoComesWhenToldGoesBeforeThoseWhoWereToldLater) {
  with({});
  const auto users = fill();
  EXPECT_TRUE(desk_->poll(kNow + 200s).empty());
  const auto first = std::get<Refused>(ask(1)).retry_after;
  for (std::uint64_t user = 2; user <= 30; ++user) ask(user);
  const auto back = kNow + first;
  end_streams(1, users - 1, back);
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(1, 0s, back)));
}

TEST_F(AdmissionTest, EveryApplicationGetsOneVerdict) {
  with({.waiting_max = 4});
  std::map<StreamId, int> verdicts;
  const auto count = [&](TimePoint now) {
    for (const auto& verdict : desk_->poll(now)) {
      ++verdicts[std::visit([](const auto& body) { return body.stream; }, verdict)];
    }
  };
  std::uint64_t applied = 0;
  for (int i = 0; i < 100; ++i) {
    apply(static_cast<std::uint64_t>(i % 7), i % 3 * 700ms, kNow + i * 50ms);
    ++applied;
    if (i % 2 == 0) count(kNow + i * 50ms);
    if (i % 10 == 9) end_streams(static_cast<std::uint64_t>(i / 10), 1, kNow + i * 50ms);
  }
  count(kNow + 60s);
  EXPECT_EQ(verdicts.size(), applied);
  for (const auto& [id, times] : verdicts) EXPECT_EQ(times, 1) << "stream " << id.value;
}

}  // namespace
}  // namespace antiphon::scheduler
