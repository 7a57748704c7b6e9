#include "dispatch/cell.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dispatch/test_cell.h"

namespace antiphon::dispatch {
namespace {

using namespace std::chrono_literals;

TEST_F(CellTest, SpeaksAnUtteranceOfSeveralSegments) {
  make_cell({}, 1);
  const auto stream = cell_->open(spec(kLong));
  const auto pcm = listen(*stream);
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
  EXPECT_GT(pcm.size(), kRate.hz * 5);
}

TEST_F(CellTest, ChunksWorkersAndOtherListenersDoNotChangeTheBytes) {
  make_cell({}, 1);
  const auto alone = speak_alone(9);
  EXPECT_NE(alone.at(0), alone.at(1));
  for (const std::uint32_t grains : {1U, 2U, 4U}) {
    run_until_done([this] { return cell_->stop(); });
    make_cell({.fixed_chunk_grains = grains}, 2);
    const auto crowd = open_together(alone);
    for (const auto& [seed, pcm] : alone) {
      EXPECT_EQ(listen(*crowd.at(seed)), pcm) << "seed " << seed << ", " << grains << " grains a chunk";
    }
  }
}

TEST_F(CellTest, AWorkerKilledInTheMiddleIsReplacedAndTheBytesStayTheSame) {
  make_cell({}, 1);
  Pcm undisturbed;
  {
    const auto stream = cell_->open(spec(kLong));
    undisturbed = listen(*stream);
  }
  const auto stream = cell_->open(spec(kLong));
  int killed = 0;
  const auto pcm = listen(*stream, [&](const Pcm&) {
    if (killed++ == 2) workers_.kill_all();
  });
  EXPECT_GT(killed, 3) << "the worker was killed while it rendered";
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
  EXPECT_EQ(pcm, undisturbed);
}

TEST_F(CellTest, AWorkerThatSendsAGrainTwiceIsReplacedAndTheBytesStayTheSame) {
  make_cell({.fixed_chunk_grains = 4}, 1);
  Pcm undisturbed;
  {
    const auto stream = cell_->open(spec(kLong));
    undisturbed = listen(*stream);
  }
  // At each message in turn: a grain has the length of the one behind it, but not its place.
  for (std::uint64_t at = 0; at < 16; ++at) {
    run_until_done([this] { return cell_->stop(); });
    std::uint64_t started = 0;
    workers_.choose = [&] {
      auto behaviour = workers_.behaviour;
      if (started++ == 0) behaviour.fault = fleet::testing::Fault::kTwice;
      behaviour.fault_at = at;
      return std::optional(behaviour);
    };
    make_cell({.fixed_chunk_grains = 4}, 1);
    const auto stream = cell_->open(spec(kLong));
    EXPECT_TRUE(listen(*stream) == undisturbed) << at;
    EXPECT_EQ(stream->end(), SpeechStream::End::kComplete) << at;
  }
}

TEST_F(CellTest, ATextIsExpectedToTakeAsLongAsItsMarksAskFor) {
  make_cell({}, 1);
  const auto expected = [this](std::string_view text) {
    const auto stream = cell_->open(spec(text::prepare(text, {}).value()));
    EXPECT_TRUE(run_while_not([&] { return stream->entry().has_value(); }));
    return base::to_seconds(cell_->scheduler().left_of(stream->id()).unplanned);
  };
  // Too short for the model of lengths to learn from.
  const auto plain = expected("The first voice.");
  EXPECT_GT(plain, 0);
  EXPECT_NEAR(expected("<prosody rate='50%'>The first voice.</prosody>"), 2 * plain, 1e-6);
  EXPECT_NEAR(expected("The first voice. [pause:3s]"), plain + 3, 1e-6);
}

TEST_F(CellTest, ATextWithNothingToSpeakEndsCompleteAndEmpty) {
  make_cell({}, 1);
  const auto stream = cell_->open(spec("*** !!!"));
  EXPECT_TRUE(listen(*stream).empty());
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
}

TEST_F(CellTest, AListenerWhoLeavesFreesTheWork) {
  make_cell({}, 1);
  auto gone = cell_->open(spec(kLong + kLong + kLong));
  ASSERT_TRUE(run_while_not([&] { return gone->waiting().value > 0; }));
  gone.reset();
  EXPECT_EQ(cell_->streams(), 0U);
  const auto next = cell_->open(spec("And the next one is served."));
  EXPECT_FALSE(listen(*next).empty());
}

TEST_F(CellTest, AListenerWhoTakesNothingIsParkedAtTheBacklog) {
  make_cell({}, 1, 1s);
  const auto slow = cell_->open(spec(kLong));
  const auto other = cell_->open(spec(kLong, 1));
  const auto heard = listen(*other);
  EXPECT_LE(slow->waiting().value, 3 * kRate.hz) << "1 s of backlog and at most one chunk and one pause more";
  EXPECT_GT(heard.size(), 5 * kRate.hz);
  EXPECT_FALSE(listen(*slow).empty());
  EXPECT_EQ(slow->end(), SpeechStream::End::kComplete);
}

TEST_F(CellTest, TextInPiecesGivesTheSameBytesHoweverItIsCut) {
  make_cell({}, 2);
  const auto spoken_in = [&](std::size_t bytes) {
    auto order = spec("", 7);
    order.arrival = TextArrival::kInPieces;
    const auto stream = cell_->open(std::move(order));
    for (std::size_t at = 0; at < kLong.size(); at += bytes) {
      EXPECT_TRUE(cell_->add_text(*stream, kLong.substr(at, bytes)));
      context_.restart();
      context_.poll();
    }
    cell_->end_text(*stream);
    auto pcm = listen(*stream);
    EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
    return pcm;
  };
  const auto whole = spoken_in(kLong.size());
  EXPECT_GT(whole.size(), 5 * kRate.hz);
  EXPECT_EQ(spoken_in(1), whole);
  EXPECT_EQ(spoken_in(29), whole);
}

TEST_F(CellTest, SpeechBeginsBeforeTheTextHasEnded) {
  make_cell({}, 1);
  auto order = spec("");
  order.arrival = TextArrival::kInPieces;
  const auto stream = cell_->open(std::move(order));
  stream->keep_segments();
  ASSERT_TRUE(cell_->add_text(*stream, "One sentence is there. And of the ne"));
  ASSERT_TRUE(run_while_not([&] { return stream->idle(); }));
  const auto first = cell_->take(*stream);
  EXPECT_GT(first.size(), kRate.hz / 2);
  const auto segments = stream->take_segments();
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].text, "One sentence is there.");
  EXPECT_EQ(segments[0].samples.value, first.size());
  EXPECT_EQ(segments[0].marks.size(), 4U);
  EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet);

  cell_->flush_text(*stream);
  ASSERT_TRUE(run_while_not([&] { return stream->idle(); })) << "what is there is spoken";
  EXPECT_FALSE(cell_->take(*stream).empty());
  cell_->end_text(*stream);
  EXPECT_TRUE(listen(*stream).empty());
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
}

TEST_F(CellTest, WhatWasKeptIsSpokenToItsEndAndNothingElseWheneverTheRestIsDropped) {
  make_cell({}, 1);
  const auto begin = [&] {
    auto order = spec("", 7);
    order.arrival = TextArrival::kInPieces;
    auto stream = cell_->open(std::move(order));
    EXPECT_TRUE(cell_->add_text(*stream, kLong));
    cell_->keep_text(*stream);
    return stream;
  };
  const auto alone = begin();
  cell_->end_text(*alone);
  const auto kept = listen(*alone);
  EXPECT_GT(kept.size(), 5 * kRate.hz);

  // Before anything is planned; while something is rendered that is kept; something that is not; when all is idle.
  for (const std::size_t rendered : {std::size_t{0}, kept.size() / 2, kept.size() + 100, SIZE_MAX}) {
    const auto stream = begin();
    ASSERT_TRUE(cell_->add_text(*stream, " This is not heard. " + kLong));
    ASSERT_TRUE(run_while_not([&] { return stream->waiting().value >= rendered || stream->idle(); }));
    cell_->drop_text(*stream);
    const auto heard = listen(*stream);
    EXPECT_EQ(heard.size(), kept.size()) << rendered;
    EXPECT_TRUE(heard == kept) << rendered;
    EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
  }

  const auto stream = begin();
  ASSERT_TRUE(cell_->add_text(*stream, " And this"));
  cell_->drop_text(*stream);
  EXPECT_TRUE(listen(*stream) == kept) << "of what was not complete nothing is heard either";
}

TEST_F(CellTest, WhoWaitsForTextKeepsNobodyElseWaiting) {
  make_cell({}, 1);
  std::vector<Cell::Handle> silent;
  for (std::uint64_t i = 0; i < 20; ++i) {
    auto order = spec("", i);
    order.arrival = TextArrival::kInPieces;
    silent.push_back(cell_->open(std::move(order)));
  }
  const auto speaking = cell_->open(spec(kLong, 30));
  EXPECT_GT(listen(*speaking).size(), 5 * kRate.hz);
  EXPECT_EQ(speaking->end(), SpeechStream::End::kComplete);
  for (const auto& stream : silent) EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet);
  EXPECT_EQ(cell_->oldest_job_age(), 0s);
  cell_->end_text(*silent.front());
  EXPECT_TRUE(listen(*silent.front()).empty());
}

TEST_F(CellTest, AStoppedWorkerIsKilledAndItsSpareGoesOnWithTheSameBytes) {
  make_cell({}, {.least = 1, .most = 1});
  ASSERT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; }));
  Pcm undisturbed;
  {
    const auto stream = cell_->open(spec(kLong));
    undisturbed = listen(*stream);
  }
  const auto stream = cell_->open(spec(kLong));
  int pieces = 0;
  const auto pcm = listen(*stream, [&](const Pcm&) {
    if (pieces++ == 2) active_worker()->halt();
  });
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
  EXPECT_EQ(pcm, undisturbed);
  EXPECT_EQ(deaths(worker_pool::Death::kStalled), 1U);
  EXPECT_TRUE(decided(worker_pool::ActionKind::kPromote, worker_pool::Cause::kLost));
  EXPECT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; })) << "there is another spare";
}

TEST_F(CellTest, AllWorkersKilledAtOnceLoseNoStream) {
  make_cell({}, {.least = 2, .most = 2});
  ASSERT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; }));
  const auto alone = speak_alone(3);
  const auto crowd = open_together(alone);
  ASSERT_TRUE(run_while_not([&] { return crowd.at(0)->waiting().value > 0; }));
  workers_.kill_all();
  for (const auto& [seed, pcm] : alone) EXPECT_EQ(listen(*crowd.at(seed)), pcm) << "seed " << seed;
}

TEST_F(CellTest, GrowsUnderLoadAndShrinksAfterIt) {
  workers_.behaviour.rtf = 0.3;
  make_cell({}, {.least = 1, .most = 2, .grow_after = 100ms, .shrink_after = 1s});
  ASSERT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; }));
  EXPECT_EQ(cell_->ready_workers(), 1U);
  std::vector<Cell::Handle> crowd;
  for (std::uint64_t seed = 0; seed < 8; ++seed) crowd.push_back(cell_->open(spec(kLong, seed)));
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 2; }));
  EXPECT_TRUE(decided(worker_pool::ActionKind::kPromote, worker_pool::Cause::kStartWait) ||
              decided(worker_pool::ActionKind::kPromote, worker_pool::Cause::kNoRoom));
  EXPECT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kSpare) == 1; }));
  crowd.clear();
  EXPECT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
  EXPECT_TRUE(run_while_not([&] { return in_state(worker_pool::SlotState::kRetiring) == 0; })) << "and it is gone";
  EXPECT_TRUE(decided(worker_pool::ActionKind::kRetire, worker_pool::Cause::kLittleLoad));
  EXPECT_EQ(deaths(worker_pool::Death::kExited), 0U) << "which is no death";
}

TEST_F(CellTest, OtherCellsHearOfLimitedAccountsAndOfThoseThatHaveMostStreams) {
  make_cell({.admission = scheduler::Admission::kOff}, 1);
  std::vector<Cell::Handle> streams;
  const auto open = [&](std::uint64_t account, std::uint32_t limit, int count) {
    for (; count > 0; --count) {
      auto asked = spec("Yes.", streams.size());
      asked.account = base::UserId{account};
      asked.max_streams = limit;
      streams.push_back(cell_->open(std::move(asked)));
    }
  };
  for (std::uint64_t account = 100; account < 360; ++account) open(account, 0, 2);
  open(1, 5, 1);
  open(2, 0, 1);
  open(3, 0, 3);
  const auto told = cell_->told_accounts();
  ASSERT_EQ(told.size(), 257U);
  EXPECT_EQ(told[0], (progress::AccountStreams{.account = 1, .streams = 1}));
  EXPECT_EQ(told[1], (progress::AccountStreams{.account = 3, .streams = 3}));
  EXPECT_EQ(std::ranges::count(told, 2U, &progress::AccountStreams::account), 0);
}

TEST_F(CellTest, ATextThatTakesWorkersIsRefusedAndNoSlotRestsForIt) {
  make_cell({}, {.least = 1, .most = 1, .deaths_per_minute = 1});
  const std::string poison = "These words take the worker.";
  std::uint64_t died = 0;
  const auto at_strength = [&] { return cell_->ready_workers() == 1 && in_state(worker_pool::SlotState::kSpare) == 1; };
  for (const auto& text :
       std::vector<std::string>{poison, "More words. " + poison, "And these take the worker. The end."}) {
    ASSERT_TRUE(run_while_not(at_strength));
    const auto first = cell_->open(spec(text));
    listen(*first);
    EXPECT_EQ(first->end(), SpeechStream::End::kFailed);
    const bool known = text == "More words. " + poison;
    EXPECT_EQ(first->error().code, known ? protocol::Errc::kTextNotSpeakable : protocol::Errc::kWorkerLost);
    if (!known) died += 2;
    EXPECT_EQ(deaths(worker_pool::Death::kExited), died) << "a text that is known costs nothing";
  }
  EXPECT_EQ(in_state(worker_pool::SlotState::kQuarantined), 0U);
  ASSERT_TRUE(run_while_not(at_strength));
  auto growing = spec("", 7);
  growing.arrival = TextArrival::kInPieces;
  const auto active =
      std::ranges::find(cell_->fleet().pool().slots(), worker_pool::SlotState::kActive, &worker_pool::Slot::state);
  EXPECT_GT(active->text_ends(), 0U);
  const auto stream = cell_->open(std::move(growing));
  ASSERT_TRUE(cell_->add_text(*stream, "Some words come before. " + poison));
  cell_->end_text(*stream);
  EXPECT_FALSE(listen(*stream).empty()) << "what comes before it is spoken";
  EXPECT_EQ(active->text_ends(), 0U) << "the slot has planned a text";
  EXPECT_EQ(stream->error().code, protocol::Errc::kTextNotSpeakable);
  EXPECT_EQ(deaths(worker_pool::Death::kExited), died);
}

TEST_F(CellTest, ATextThatTakesWorkersIsRememberedThoughItsSendersHangUp) {
  make_cell({}, {.least = 1, .most = 1});
  const std::string poison = "These words halt the worker.";
  for (std::uint64_t died = 1; died <= 2; ++died) {
    ASSERT_TRUE(run_while_not([&] {
      return cell_->ready_workers() == 1 && in_state(worker_pool::SlotState::kSpare) == 1;
    })) << "at full strength";
    auto* const worker = active_worker();
    auto stream = cell_->open(spec(poison));
    ASSERT_TRUE(run_while_not([&] { return worker->halted(); })) << "it has begun to plan";
    stream.reset();
    worker->die();
    ASSERT_TRUE(run_while_not([&] { return deaths(worker_pool::Death::kExited) == died; }));
  }
  const auto another = cell_->open(spec(poison));
  ASSERT_EQ(another->end(), SpeechStream::End::kFailed);
  EXPECT_EQ(another->error().code, protocol::Errc::kTextNotSpeakable);
}

}  // namespace
}  // namespace antiphon::dispatch
