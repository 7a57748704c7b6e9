// Streams whose audio was rendered before, beside those that are rendered.
#include <gtest/gtest.h>

#include <memory>

#include "dispatch/test_cell.h"

namespace antiphon::dispatch {
namespace {

class ReplayTest : public CellTest {
 protected:
  void SetUp() override {
    CellTest::SetUp();
    make_cell({.streams_per_user = 2}, 1);
  }

  static SharedPcm pcm(std::size_t samples) {
    auto audio = std::make_shared<Pcm>(samples);
    for (std::size_t i = 0; i < samples; ++i) (*audio)[i] = static_cast<std::int16_t>(i * 7);
    return audio;
  }
  /// Of a key that may have so many streams.
  static SpeechSpec limited(std::uint32_t streams, std::uint64_t user) {
    auto asked = spec(kLong, user);
    asked.account = base::UserId{100};
    asked.max_streams = streams;
    return asked;
  }
};

TEST_F(ReplayTest, GivesItsAudioPieceByPieceThoughThereIsNoWorker) {
  const auto audio = pcm(3 * kRate.hz + 5);
  const auto stream = cell_->replay(spec("Never planned."), audio);
  ASSERT_TRUE(stream->entry().has_value());
  EXPECT_TRUE(stream->entry()->from_cache);
  EXPECT_EQ(stream->waiting().value, audio->size());
  std::size_t most = 0;
  std::size_t before = 0;
  const auto heard = listen(*stream, [&](const Pcm& all) {
    most = std::max(most, all.size() - before);
    before = all.size();
    if (all.size() < audio->size()) EXPECT_EQ(stream->end(), SpeechStream::End::kNotYet);
  });
  EXPECT_EQ(heard, *audio);
  EXPECT_EQ(most, kRate.hz);
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
}

TEST_F(ReplayTest, WhatTheListenerHasIsPassedOverAndNothingIsMissing) {
  auto asked = spec("Resumed.");
  asked.unheard = {100};
  const auto audio = pcm(1000);
  const auto stream = cell_->replay(std::move(asked), audio);
  EXPECT_EQ(stream->passed_over().value, 100U);
  EXPECT_EQ(listen(*stream), *audio);
}

TEST_F(ReplayTest, CountsAmongTheStreamsOfItsUser) {
  const auto first = cell_->replay(spec(kLong, 1), pcm(10));
  const auto second = cell_->open(spec(kLong, 1));
  const auto third = cell_->replay(spec(kLong, 1), pcm(10));
  ASSERT_EQ(third->end(), SpeechStream::End::kFailed);
  EXPECT_EQ(third->error().code, protocol::Errc::kUserLimit);
  EXPECT_FALSE(third->entry().has_value());
  const auto fourth = cell_->open(spec(kLong, 1));
  ASSERT_TRUE(run_while_not([&] { return fourth->end() == SpeechStream::End::kFailed; }));
  EXPECT_EQ(fourth->error().code, protocol::Errc::kUserLimit);
  EXPECT_EQ(cell_->replay(spec(kLong, 2), pcm(10))->end(), SpeechStream::End::kNotYet) << "another user has room";
}

TEST_F(ReplayTest, CountsAmongTheStreamsOfItsKeyUntilItIsTaken) {
  const auto first = cell_->replay(limited(1, 1), pcm(10));
  const auto second = cell_->open(limited(1, 2));
  ASSERT_TRUE(run_while_not([&] { return second->end() == SpeechStream::End::kFailed; }));
  EXPECT_EQ(second->error().code, protocol::Errc::kUserLimit);
  EXPECT_EQ(cell_->replay(limited(1, 3), pcm(10))->error().code, protocol::Errc::kUserLimit);
  EXPECT_EQ(listen(*first).size(), 10U);
  EXPECT_TRUE(cell_->replay(limited(1, 3), pcm(10))->entry().has_value());
}

TEST_F(ReplayTest, ThatIsGivenUpEndsAsFailed) {
  const auto stream = cell_->replay(spec(kLong), pcm(10));
  cell_->give_up(*stream, {.code = protocol::Errc::kRevoked, .message = "gone"});
  EXPECT_EQ(stream->end(), SpeechStream::End::kFailed);
  EXPECT_EQ(stream->error().code, protocol::Errc::kRevoked);
}

}  // namespace
}  // namespace antiphon::dispatch
