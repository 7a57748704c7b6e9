// What only real worker processes show: that they are started, speak the protocol, are killed and are confined.
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "dispatch/test_process_cell.h"

namespace antiphon::dispatch {
namespace {

TEST_F(ProcessCellTest, AWorkerKilledInTheMiddleIsReplacedAndTheBytesStayTheSame) {
  make_cell({}, 1);
  Pcm undisturbed;
  {
    const auto stream = cell_->open(spec(kLong));
    undisturbed = listen(*stream);
  }
  const auto stream = cell_->open(spec(kLong));
  int pieces = 0;
  const auto pcm = listen(*stream, [&](const Pcm&) {
    if (pieces++ == 2) ::kill(active_pid(), SIGKILL);
  });
  EXPECT_GT(pieces, 3) << "the worker was killed while it rendered";
  EXPECT_EQ(stream->end(), SpeechStream::End::kComplete);
  EXPECT_EQ(pcm, undisturbed);
  EXPECT_EQ(deaths(worker_pool::Death::kExited), 1U);
}

TEST_F(ProcessCellTest, AStreamSoundsTheSameInRealBatchesWithOthersAndAlone) {
  make_cell({}, 1);
  const auto alone = speak_alone(6);
  run_until_done([this] { return cell_->stop(); });
  worker_arguments_ = {"batch", "4"};
  make_cell({}, 1);
  const auto crowd = open_together(alone);
  for (const auto& [seed, pcm] : alone) EXPECT_EQ(listen(*crowd.at(seed)), pcm) << seed;
}

TEST_F(ProcessCellTest, AWorkerThatTriesToBreakOutIsStoppedAndReplacedAndOnlyItsStreamEnds) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "a sanitizer needs what the sandbox takes";
#endif
#endif
  worker_arguments_ = {"confined", folder_.string()};
  make_cell({}, {.least = 1, .most = 1});
  Pcm undisturbed;
  {
    const auto stream = cell_->open(spec(kLong));
    undisturbed = listen(*stream);
  }
  EXPECT_FALSE(undisturbed.empty()) << "the sandbox lets it compute";
  std::uint64_t died = 0;
  for (const auto* const text : {"Now open a socket.", "Now run a program.", "Now write a file."}) {
    ASSERT_TRUE(run_while_not([&] {
      return cell_->ready_workers() == 1 && in_state(worker_pool::SlotState::kSpare) == 1;
    })) << "at full strength";
    const auto other = cell_->open(spec(kLong));
    const auto intruder = cell_->open(spec(text, 1));
    EXPECT_TRUE(listen(*intruder).empty());
    EXPECT_EQ(intruder->end(), SpeechStream::End::kFailed) << text;
    EXPECT_EQ(listen(*other), undisturbed) << "heard beside: " << text;
    died += 2;
    EXPECT_EQ(deaths(worker_pool::Death::kExited), died) << "two workers, by the kernel";
  }
}

}  // namespace
}  // namespace antiphon::dispatch
