// Workers on other machines at the gateway's door and in its fleet. Their link processes are played by the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "dispatch/test_remote.h"

namespace antiphon::dispatch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using worker_pool::SlotState;

TEST_F(RemoteTest, WhoSpeaksAnotherVersionIsToldSo) {
  open(0);
  auto other = introduction();
  other.protocol_version = wire::kProtocolVersion + 1;
  const auto& peer = join(other);
  ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_EQ(peer.refusal(), wire::Refusal::kVersion);
  EXPECT_THAT(peer.heard<wire::Refused>()->reason, HasSubstr(std::to_string(wire::kProtocolVersion + 1)));
}

TEST_F(RemoteTest, WhoseVersionLaysJoinOutInAnotherWayIsToldSoToo) {
  open(0);
  auto socket = connect();
  const std::vector<std::uint8_t> frame = {9, 0, 0, 0, 16, 99, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  send_raw(*socket, frame);
  const auto& peer = play(std::move(socket));
  ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_EQ(peer.refusal(), wire::Refusal::kVersion);
  EXPECT_THAT(peer.heard<wire::Refused>()->reason, HasSubstr("99"));
}

TEST_F(RemoteTest, WhoIsNotIntelligibleIsToldNothing) {
  open(0);
  auto frame = std::vector<std::uint8_t>{9, 0, 0, 0, 16, wire::kProtocolVersion, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  for (const int type : {16, 17, 200}) {
    frame.at(4) = static_cast<std::uint8_t>(type);
    auto socket = connect();
    send_raw(*socket, frame);
    const auto& peer = play(std::move(socket));
    ASSERT_TRUE(run_while_not([&] { return peer.gone(); }));
    EXPECT_FALSE(peer.refusal()) << type;
  }
}

TEST_F(RemoteTest, WithoutWorkersHereTheFirstThatJoinsDecidesWhatBytesHold) {
  open(0);
  auto& first = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  const auto& second = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return second.gone(); }));
  EXPECT_EQ(second.refusal(), wire::Refusal::kFingerprint);
  EXPECT_THAT(second.heard<wire::Refused>()->reason, HasSubstr("it is others, the others are theirs"));
  first.close();
  ASSERT_TRUE(run_while_not([&] {
    return std::ranges::none_of(cell_->fleet().status(), [](const auto& worker) { return worker.remote.has_value(); });
  }));
  join(introduction("cellar/1"), {.fingerprint = "others"});
  EXPECT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; })) << "nobody is left who decided";
}

/// A gateway whose own worker begins when the test lets it.
class HeldTest : public RemoteTest {
 protected:
  void SetUp() override {
    RemoteTest::SetUp();
    workers_.hold();
    open(1);
  }
  void let_own_worker_begin() { workers_.release(); }
};

TEST_F(HeldTest, WhoIsReadyBeforeTheFirstWorkerHereWaitsForIt) {
  const auto& same = join(introduction(), {.fingerprint = workers_.behaviour.fingerprint});
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(loaded(same) && loaded(other));
  ASSERT_TRUE(run_while_not([&] { return same.count<wire::Ping>() >= 3 && other.count<wire::Ping>() >= 3; }));
  EXPECT_EQ(elsewhere(SlotState::kStarting), 2U) << "ready for a second, and held";
  EXPECT_EQ(cell_->ready_workers(), 0U);
  let_own_worker_begin();
  ASSERT_TRUE(run_while_not([&] { return other.gone() && elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
  EXPECT_FALSE(same.refusal());
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 2; }));
  EXPECT_FALSE(same.gone());
}

TEST_F(HeldTest, WhoLeavesWhileItIsHeldIsLetGo) {
  auto& peer = join(introduction());
  ASSERT_TRUE(loaded(peer));
  peer.send(wire::Leave{});
  EXPECT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_FALSE(peer.refusal());
  let_own_worker_begin();
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
}

TEST_F(HeldTest, WhoIsLostWhileItIsHeldIsLetGo) {
  auto& peer = join(introduction());
  ASSERT_TRUE(loaded(peer));
  peer.send(wire::Lost{.reason = "of the test"});
  EXPECT_TRUE(run_while_not([&] { return peer.gone(); }));
  EXPECT_EQ(cell_->fleet().remote_ledger().deaths().of(worker_pool::Death::kExited), 1U);
  let_own_worker_begin();
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
}

TEST_F(RemoteTest, WhereTheWorkersHereAreGivenUpWhoWasHeldDecides) {
  workers_.behaviour.fault = fleet::testing::Fault::kNeverReady;
  workers_.hold();
  open(1);
  const auto& peer = join(introduction());
  ASSERT_TRUE(loaded(peer));
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::Ping>() >= 3; }));
  EXPECT_EQ(elsewhere(SlotState::kStarting), 1U);
  workers_.release();
  EXPECT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(cell_->fleet().pool().condition(), worker_pool::Condition::kGivenUp);
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return other.gone(); }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
}

TEST_F(RemoteTest, WhoseClockWasSetBackTakesTheOldersPlaceUnderALargerNumber) {
  open(0);
  const auto& older = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return older.heard<wire::Welcome>() != nullptr; }));
  EXPECT_EQ(older.heard<wire::Welcome>()->incarnation, 10U);
  auto late = introduction();
  late.incarnation = 3;
  const auto& newer = join(late);
  ASSERT_TRUE(run_while_not([&] { return older.gone() && elsewhere(SlotState::kActive) == 1; }));
  EXPECT_EQ(older.refusal(), wire::Refusal::kSuperseded);
  EXPECT_EQ(newer.heard<wire::Welcome>()->incarnation, 11U);
  auto back = introduction();
  back.returning = true;
  const auto& again = join(back);
  ASSERT_TRUE(run_while_not([&] { return again.gone(); }));
  EXPECT_EQ(again.refusal(), wire::Refusal::kSuperseded) << "it was welcomed under the smaller number";
  EXPECT_FALSE(newer.gone());
  auto last = introduction();
  last.incarnation = std::numeric_limits<std::uint64_t>::max();
  join(last);
  ASSERT_TRUE(run_while_not([&] { return newer.gone(); }));
  const auto& beyond = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return beyond.heard<wire::Welcome>() != nullptr; }));
  EXPECT_EQ(beyond.heard<wire::Welcome>()->incarnation, last.incarnation) << "there is none that is larger";
}

TEST_F(RemoteTest, AWorkerGetsNoMoreVoicesThanItHolds) {
  add_voice("second");
  open(0, {.admission = scheduler::Admission::kOff});
  const auto& peer = join(introduction(), {.voices = 1});
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  EXPECT_FALSE(peer.heard<wire::UnloadVoice>());
  auto order = spec("With the voice that is not loaded.");
  order.voice_id = "second";
  const auto stream = cell_->open(order);
  ASSERT_TRUE(run_while_not([&] { return peer.heard<wire::PlanJob>() != nullptr; }));
  ASSERT_NE(peer.heard<wire::UnloadVoice>(), nullptr);
  EXPECT_EQ(peer.heard<wire::UnloadVoice>()->voice_id, "tone");
  EXPECT_EQ(peer.heard<wire::LoadVoice>()->voice_id, "second");
}

TEST_F(RemoteTest, WhatTheWayCarriesMakesAudioDearerThere) {
  open(0);
  const scheduler::DeviceId attic{identity::hash({"remote", "attic"})};
  auto& peer = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  const auto ratio = [&] { return cell_->scheduler().cost(scheduler::VoiceId{0}, attic).ratio(); };
  const auto near = ratio();
  peer.behaviour().bulk_bytes = 5'000'000;
  peer.behaviour().bulk_took = 1s;
  const auto expected = worker_pool::LinkQuality::kBytesPerAudioSecond / 5e6;
  EXPECT_TRUE(run_while_not([&] { return ratio() > near + 0.9 * expected; })) << ratio() << " of " << near;
  EXPECT_NEAR(ratio(), near + expected, 0.1 * expected);
}

TEST_F(RemoteTest, OneThatIsFarAwayIsGivenSeveralJobsAtOnce) {
  open(0, {.admission = scheduler::Admission::kOff});
  const auto& peer = join(introduction(), {.away = 2s});
  ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
  std::vector<Cell::Handle> crowd;
  for (std::uint64_t seed = 0; seed < 8; ++seed) crowd.push_back(cell_->open(spec(kLong, seed)));
  const auto deepest = std::ptrdiff_t{worker_pool::LinkQuality::kDeepest};
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::PlanJob>() >= deepest; }));
  const auto pings = peer.count<wire::Ping>();
  ASSERT_TRUE(run_while_not([&] { return peer.count<wire::Ping>() > pings; }));
  EXPECT_EQ(peer.count<wire::PlanJob>(), deepest) << "and no more while it answers none";
}

TEST_F(RemoteTest, WhoLoadsAnotherVoiceThanItWasToldIsGivenUp) {
  open(0);
  for (const auto* const name : {"another", "tone "}) {
    const auto& peer = join(introduction(), {.misnamed = name});
    EXPECT_TRUE(run_while_not([&] { return peer.gone(); })) << name;
  }
  EXPECT_EQ(cell_->fleet().remote_ledger().deaths().of(worker_pool::Death::kBadAnswer), 2U);
  EXPECT_EQ(cell_->ready_workers(), 0U);
}

TEST_F(RemoteTest, ALinkProcessSaysHowItsWorkerEnded) {
  open(0);
  const std::vector<std::pair<wire::Loss, worker_pool::Death>> endings = {
      {wire::Loss::kExited, worker_pool::Death::kExited},
      {wire::Loss::kStalled, worker_pool::Death::kStalled},
      {wire::Loss::kLoadStalled, worker_pool::Death::kLoadStalled},
      {wire::Loss::kBadAnswer, worker_pool::Death::kBadAnswer}};
  for (const auto& [loss, death] : endings) {
    auto& peer = join(introduction());
    ASSERT_TRUE(run_while_not([&] { return elsewhere(SlotState::kActive) == 1; }));
    peer.send(wire::Lost{.loss = static_cast<std::uint8_t>(loss), .reason = "of the test"});
    ASSERT_TRUE(run_while_not([&] { return peer.gone() && elsewhere(SlotState::kEnding) == 0; }));
    const auto& died = cell_->fleet().remote_ledger().deaths();
    for (const auto each : worker_pool::kDeaths) {
      const bool before =
          std::ranges::any_of(endings, [&](const auto& e) { return e.second == each && e.first <= loss; });
      EXPECT_EQ(died.of(each), before ? 1U : 0U) << name_of(death) << ": " << name_of(each);
    }
    EXPECT_EQ(cell_->ready_workers(), 0U);
  }
}

TEST_F(RemoteTest, AWorkerIsLostOnceWheneverItsLinkProcessSaysSo) {
  open(0);
  const auto deaths = [&] { return cell_->fleet().remote_ledger().deaths().of(worker_pool::Death::kStalled); };
  const wire::Lost lost{.loss = static_cast<std::uint8_t>(wire::Loss::kStalled), .reason = "of the test"};
  auto& early = join(introduction());
  early.send(lost);  // before it is ready
  early.send(lost);
  ASSERT_TRUE(run_while_not([&] { return early.gone(); }));
  EXPECT_EQ(deaths(), 1U);
  auto& busy = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
  const auto stream = cell_->open(spec(kLong));
  ASSERT_TRUE(run_while_not([&] { return busy.heard<wire::PlanJob>() != nullptr; }));
  busy.send(wire::Leave{});  // it still has the plan to make
  busy.send(lost);
  ASSERT_TRUE(run_while_not([&] { return busy.gone(); }));
  EXPECT_EQ(deaths(), 2U);
  const auto& next = join(introduction());
  EXPECT_TRUE(run_while_not([&] { return next.heard<wire::PlanJob>() != nullptr; })) << "the stream goes on there";
  EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet);
}

TEST_F(RemoteTest, WhoAnswersAPlanAsIfItWereARenderingIsGivenUpAndItsStreamGoesOn) {
  open(0);
  const auto stream = [&] {
    join(introduction());
    EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
    return cell_->open(spec(kLong));
  }();
  const std::vector<wire::Message> answers = {wire::GrainDone{.epoch = 1, .pcm = Pcm(10)}, wire::RenderDone{.epoch = 1},
                                              wire::RenderDone{.epoch = 1, .cancelled = true}};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Peer& peer = *peers_.back();
    ASSERT_TRUE(run_while_not([&] { return peer.heard<wire::PlanJob>() != nullptr; })) << i;
    auto answer = answers[i];
    std::visit(
        [&](auto& body) {
          if constexpr (requires { body.job; }) body.job = peer.heard<wire::PlanJob>()->job;
        },
        answer);
    peer.send(answer);
    ASSERT_TRUE(run_while_not([&] { return peer.gone(); })) << i;
    EXPECT_EQ(cell_->fleet().remote_ledger().deaths().of(worker_pool::Death::kBadAnswer), i + 1);
    EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet) << i;
    join(introduction("another/" + std::to_string(i)));
  }
}

TEST_F(RemoteTest, WhileAStreamIsUnderWayNobodyElsesBytesAreLetIn) {
  open(0);
  auto& first = join(introduction());
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
  auto stream = cell_->open(spec(kLong));
  ASSERT_TRUE(run_while_not([&] { return first.heard<wire::PlanJob>() != nullptr; }));
  first.close();
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 0; }));
  const auto& other = join(introduction("cellar/1"), {.fingerprint = "others"});
  ASSERT_TRUE(run_while_not([&] { return other.gone(); }));
  EXPECT_EQ(other.refusal(), wire::Refusal::kFingerprint);
  stream.reset();
  join(introduction("cellar/1"), {.fingerprint = "others"});
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
}

}  // namespace
}  // namespace antiphon::dispatch
