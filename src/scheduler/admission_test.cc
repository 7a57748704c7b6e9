#include "scheduler/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::StreamId;
using base::TimePoint;
using base::UserId;
using base::WorkerId;

constexpr TimePoint kNow{1h};

/// A desk before one worker on which streams never progress: what is admitted stays.
class AdmissionTest : public testing::Test {
 protected:
  void with(const Options& options, std::uint32_t workers = 1) {
    scheduler_.emplace(options);
    desk_.emplace(*scheduler_);
    for (std::uint32_t i = 1; i <= workers; ++i) scheduler_->add_worker(WorkerId{i});
  }

  StreamSpec stream(std::uint64_t user, Duration length = 20s) {
    return {.id = StreamId{++last_}, .user = UserId{user}, .voice = VoiceId{1}, .expected = length};
  }
  StreamId apply(std::uint64_t user, Duration wait = 0s, TimePoint now = kNow, Duration length = 20s) {
    const auto spec = stream(user, length);
    desk_->apply(spec, wait, now);
    return spec.id;
  }
  Verdict ask(std::uint64_t user, Duration wait = 0s, TimePoint now = kNow) {
    apply(user, wait, now);
    const auto verdicts = desk_->poll(now);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.empty() ? Verdict{} : verdicts.front();
  }
  StreamId apply_of(std::uint64_t account, std::uint64_t user, Duration wait) {
    auto spec = stream(user, 2s);
    spec.account = UserId{account};
    desk_->apply(spec, wait, kNow);
    return spec.id;
  }
  Verdict ask_of(std::uint64_t account, std::uint64_t user) {
    auto spec = stream(user);
    spec.account = UserId{account};
    desk_->apply(spec, 0s, kNow);
    const auto verdicts = desk_->poll(kNow);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.empty() ? Verdict{} : verdicts.front();
  }
  /// Lets different users in until the next is refused; returns how many.
  std::uint64_t fill(TimePoint now = kNow) {
    std::uint64_t users = 0;
    while (std::holds_alternative<Admitted>(ask(1000 + users, 0s, now))) ++users;
    return users;
  }
  /// Everything that the first `count` streams had asked for is of no interest any more.
  void end_streams(std::uint64_t first, std::uint64_t count, TimePoint now) {
    for (auto id = first; id < first + count; ++id) scheduler_->cancel_stream(StreamId{id}, now);
  }

  /// Ends the streams, the oldest first, until nobody waits; returns in which order those who wait are let in.
  std::vector<StreamId> admitted_while_streams_end() {
    std::vector<StreamId> order;
    for (std::uint64_t id = 1; id <= last_ && desk_->waiting() > 0; ++id) {
      scheduler_->cancel_stream(StreamId{id}, kNow + 1s);
      for (const auto& verdict : desk_->poll(kNow + 1s)) order.push_back(std::get<Admitted>(verdict).stream);
    }
    return order;
  }

  std::optional<Scheduler> scheduler_;
  std::optional<AdmissionDesk> desk_;
  std::uint64_t last_ = 0;
};

std::vector<StreamId> admitted(const std::vector<Verdict>& verdicts) {
  std::vector<StreamId> streams;
  for (const auto& verdict : verdicts) {
    if (const auto* in = std::get_if<Admitted>(&verdict)) streams.push_back(in->stream);
  }
  return streams;
}

std::vector<Refused> refused(const std::vector<Verdict>& verdicts) {
  std::vector<Refused> found;
  for (const auto& verdict : verdicts) {
    if (const auto* out = std::get_if<Refused>(&verdict)) found.push_back(*out);
  }
  return found;
}

TEST_F(AdmissionTest, LetsInWhatFitsAndTellsTheNextWhenToComeBack) {
  with({});
  const auto users = fill();
  EXPECT_GE(users, 4U);
  EXPECT_LE(users, 9U) << "more than a worker with RTF 0.12 can serve";
  EXPECT_EQ(scheduler_->streams(), users);
  const auto late = std::get<Refused>(ask(1));
  EXPECT_EQ(late.reason, RefusalReason::kCapacity);
  EXPECT_GE(late.retry_after, 300ms) << "the others are to be started first";
  EXPECT_LT(late.retry_after, AdmissionDesk::kNever);
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
  const auto long_after = back + AdmissionDesk::kNever + scheduler_->options().reservation_grace;
  EXPECT_TRUE(desk_->poll(long_after).empty());
  EXPECT_EQ(desk_->reservations(), 0U);
}

TEST_F(AdmissionTest, AUserKeepsNoMorePlacesThanHisReserve) {
  with({});
  fill();
  const auto before = desk_->reservations();
  for (int i = 0; i < 100; ++i) ask(1);
  EXPECT_EQ(desk_->reservations(), before + Options{}.phantom_streams);
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
  const auto late = kNow + AdmissionDesk::kNever;
  end_streams(1, users, kNow);
  EXPECT_EQ(scheduler_->streams(), 0U);
  // Of those who were told the earliest times nobody has come: their second is over, but their places are kept.
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

TEST_F(AdmissionTest, PlacesOfAUserWithStreamsDoNotCountAgainstOneWithout) {
  with({}, 2);
  while (std::holds_alternative<Admitted>(ask(1))) {
  }
  for (int i = 0; i < 100; ++i) ask(1);
  EXPECT_EQ(desk_->reservations(), Options{}.phantom_streams);
  for (std::uint64_t user = 2; user < 2 + Options{}.phantom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "user " << user;
  }
}

TEST_F(AdmissionTest, AUserWithManyStreamsLeavesRoomForThoseWhoWereHereLately) {
  const auto streams_of_the_heavy_one = [&](std::uint64_t others) {
    with({}, 4);
    last_ = 0;
    for (std::uint64_t user = 2; user < 2 + others; ++user) ask(user);
    for (std::uint64_t id = 1; id <= others; ++id) scheduler_->cancel_stream(StreamId{id}, kNow);
    EXPECT_EQ(scheduler_->accounts().between_streams(), others);
    std::uint64_t own = 0;
    while (std::holds_alternative<Admitted>(ask(1))) ++own;
    return own;
  };
  const auto alone = streams_of_the_heavy_one(0);
  const auto beside = streams_of_the_heavy_one(8);
  EXPECT_LT(beside, alone);
  EXPECT_GE(beside, 3U) << "but he leaves no more than he takes";
}

TEST_F(AdmissionTest, WhoCanStillBeHeardInTimeGoesBeforeWhoCannot) {
  with({});
  fill();
  const auto stale = apply(1, 60s, kNow);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto fresh = apply(2, 60s, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 2U);
  EXPECT_EQ(order.front(), fresh);
  EXPECT_EQ(order.back(), stale);
}

TEST_F(AdmissionTest, WhereWaitingWasInVainItIsToldAtOnce) {
  with({});
  fill();
  const auto wait = std::get<Refused>(ask(2)).retry_after + 200ms;
  const auto waiter = apply(2, wait);
  EXPECT_TRUE(desk_->poll(kNow).empty()) << "he may be let in by then";
  const auto end = kNow + wait;
  const auto told = refused(desk_->poll(end));
  ASSERT_EQ(told.size(), 1U) << "but nobody has ended";
  EXPECT_EQ(told.front().stream, waiter);
  EXPECT_TRUE(std::holds_alternative<Refused>(ask(3, wait, end))) << "the next one need not wait to hear it";
  apply(4, 60s, end);
  EXPECT_TRUE(desk_->poll(end).empty()) << "who can wait for longer may";
}

TEST_F(AdmissionTest, WhoCanWaitIsLetInWhenSomebodyLeaves) {
  with({});
  fill();
  const auto waiter = apply(1, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  EXPECT_EQ(desk_->waiting(), 1U);
  ASSERT_EQ(desk_->next_poll(kNow), kNow + 100ms);
  end_streams(1, 3, kNow + 500ms);
  const auto verdicts = desk_->poll(kNow + 500ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(std::get<Admitted>(verdicts.front()).stream, waiter);
  EXPECT_EQ(std::get<Admitted>(verdicts.front()).waited, 500ms);
  EXPECT_EQ(desk_->next_poll(kNow + 500ms), std::nullopt);
}

TEST_F(AdmissionTest, WhoCannotBeServedWithinHisWaitIsToldSoAtOnce) {
  with({});
  fill();
  EXPECT_TRUE(std::holds_alternative<Refused>(ask(1, 100ms))) << "nobody ends within 100 ms";
  EXPECT_EQ(desk_->waiting(), 0U);
}

TEST_F(AdmissionTest, AClientThatLeavesWhileWaitingIsNotLetIn) {
  with({});
  const auto users = fill();
  const auto gone = apply(1, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  desk_->leave(gone);
  desk_->leave(gone);
  EXPECT_EQ(desk_->waiting(), 0U);
  end_streams(1, users, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  EXPECT_EQ(scheduler_->streams(), 0U);
  EXPECT_EQ(desk_->next_poll(kNow + 1s), std::nullopt);
}

TEST_F(AdmissionTest, TheQueueIsBoundedAndItsUnfairEndIsDropped) {
  with({.waiting_max = 8});
  fill();
  std::vector<Verdict> verdicts;
  const auto ask_for = [&](std::uint64_t user) {
    apply(user, 60s);
    for (const auto& verdict : desk_->poll(kNow)) verdicts.push_back(verdict);
    EXPECT_LE(desk_->waiting(), 8U);
  };
  for (int i = 0; i < 20; ++i) ask_for(1);
  const auto dropped = refused(verdicts).size();
  EXPECT_EQ(dropped, 12U);
  const auto light = last_ + 1;
  ask_for(2);
  ASSERT_EQ(refused(verdicts).size(), dropped + 1);
  EXPECT_NE(refused(verdicts).back().stream, StreamId{light}) << "a place of the user who floods it goes";
  EXPECT_EQ(refused(verdicts).back().reason, RefusalReason::kQueueFull);
  EXPECT_GT(refused(verdicts).back().retry_after, 0s);
}

TEST_F(AdmissionTest, AUsersOwnLimitIsToldApartAndCountsWhoWaits) {
  with({.streams_per_user = 3}, 4);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(std::holds_alternative<Admitted>(ask(1)));
  const auto over = std::get<Refused>(ask(1, 10s));
  EXPECT_EQ(over.reason, RefusalReason::kUserLimit);
  EXPECT_GE(over.retry_after, 5s) << "his streams of 20 s have hardly begun";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(2))) << "it is his limit alone";

  fill();
  for (int i = 0; i < 3; ++i) apply(3, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  EXPECT_EQ(std::get<Refused>(ask(3, 60s)).reason, RefusalReason::kUserLimit);
  EXPECT_EQ(desk_->waiting(), 3U);
}

TEST_F(AdmissionTest, OneUsersParallelSentencesWaitInTurnWithOthers) {
  with({});
  fill();
  std::vector<StreamId> sentences;
  for (int i = 0; i < 4; ++i) sentences.push_back(apply(1, 60s, kNow, 2s));
  const auto other = apply(2, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 5U) << "none is lost: there is room for all in the end";
  EXPECT_LE(std::ranges::find(order, other) - order.begin(), 1) << "at most one sentence goes before the other user";
}

TEST_F(AdmissionTest, AUserWithManyStreamsLeavesRoomForTheFirstStreamsOfOthers) {
  with({}, 2);
  std::uint64_t own = 0;
  while (std::holds_alternative<Admitted>(ask(1))) ++own;
  EXPECT_GE(own, 4U);
  for (std::uint64_t user = 2; user < 2 + Options{}.phantom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "R typical streams fit beside the flood";
  }
}

TEST_F(AdmissionTest, AFloodBeforeTheOthersComeDoesNotPushThemBack) {
  with({});
  fill();
  for (int i = 0; i < 10; ++i) apply(1, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto light = apply(2, 60s, kNow + 1s, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  EXPECT_EQ(order.size(), 11U);
  EXPECT_LE(std::ranges::find(order, light) - order.begin(), 1);
}

TEST_F(AdmissionTest, AnAccountLeavesRoomForTheFirstStreamsOfOthersHoweverManyUsersItHas) {
  with({}, 2);
  std::uint64_t own = 0;
  while (std::holds_alternative<Admitted>(ask_of(9, 100 + own))) ++own;
  EXPECT_GE(own, 4U);
  for (std::uint64_t user = 2; user < 2 + Options{}.phantom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "R typical streams fit beside the account";
  }
}

TEST_F(AdmissionTest, AUserLeavesRoomForTheOthersOfHisAccountToo) {
  with({}, 3);
  while (std::holds_alternative<Admitted>(ask_of(9, 100))) {
  }
  std::uint64_t others = 0;
  while (std::holds_alternative<Admitted>(ask_of(9, 200 + others))) ++others;
  EXPECT_GE(others, Options{}.phantom_streams);
  for (std::uint64_t user = 2; user < 2 + Options{}.phantom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "and the account for other accounts";
  }
}

TEST_F(AdmissionTest, AnAccountOfMoreWeightMayHaveMoreBeforeItLeavesRoom) {
  const auto streams_of = [&](double weight) {
    with({.phantom_streams = 4}, 2);
    last_ = 0;
    std::uint64_t own = 0;
    const auto let_in = [&] {
      auto spec = stream(1);
      spec.weight = weight;
      desk_->apply(spec, 0s, kNow);
      return std::holds_alternative<Admitted>(desk_->poll(kNow).at(0));
    };
    while (let_in()) ++own;
    return own;
  };
  EXPECT_GT(streams_of(8), streams_of(1));
}

TEST_F(AdmissionTest, AnAccountsOwnLimitIsToldApartAndCountsWhoWaitsWhicheverUser) {
  with({}, 4);
  const auto capped = [&](std::uint64_t user, Duration wait) {
    auto spec = stream(user);
    spec.account = UserId{9};
    spec.max_streams = 2;
    desk_->apply(spec, wait, kNow);
    return desk_->poll(kNow);
  };
  EXPECT_EQ(admitted(capped(100, 0s)).size(), 1U);
  EXPECT_EQ(admitted(capped(101, 0s)).size(), 1U);
  const auto over = refused(capped(102, 10s));
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over.front().reason, RefusalReason::kAccountLimit);
  EXPECT_GE(over.front().retry_after, 5s) << "its streams of 20 s have hardly begun";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(2))) << "it is its limit alone";
  scheduler_->cancel_stream(StreamId{1}, kNow);
  fill();
  EXPECT_TRUE(capped(103, 60s).empty()) << "it waits";
  EXPECT_EQ(refused(capped(104, 60s)).size(), 1U);
}

TEST_F(AdmissionTest, AnAccountWithManyUsersWaitsInTurnWithOthers) {
  with({});
  fill();
  for (std::uint64_t user = 100; user < 106; ++user) apply_of(9, user, 60s);
  const auto other = apply(2, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 7U);
  EXPECT_LE(std::ranges::find(order, other) - order.begin(), 1) << "at most one of the account goes before";
}

TEST_F(AdmissionTest, AnAccountKeepsNoMorePlacesThanItsShare) {
  with({});
  fill();
  const auto before = desk_->reservations();
  for (std::uint64_t user = 0; user < 500; ++user) ask_of(9, 10'000 + user);
  EXPECT_LE(desk_->reservations(), before + 64);
}

TEST_F(AdmissionTest, WithoutWorkersItWaitsAndThenSaysSo) {
  with({}, 0);
  apply(1, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  apply(2, 2s, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  const auto verdicts = desk_->poll(kNow + 2s);
  const auto late = refused(verdicts);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late.front().reason, RefusalReason::kNoWorkers);
  EXPECT_GT(late.front().retry_after, 0s);
  EXPECT_LT(late.front().retry_after, AdmissionDesk::kNever) << "a worker is being started";
  scheduler_->add_worker(WorkerId{1});
  EXPECT_EQ(admitted(desk_->poll(kNow + 2100ms)).size(), 1U);
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
