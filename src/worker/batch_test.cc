#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "worker/job_queue.h"
#include "worker/render_batcher.h"
#include "worker/test_gateway.h"

namespace antiphon::worker {
namespace {

using engine::GrainKind;
using std::chrono::milliseconds;
using testing::ElementsAre;

/// A job of one row a grain, each of 80 samples at 8 kHz: 10 ms.
wire::RenderJob job_of(std::uint64_t number, std::initializer_list<GrainKind> kinds, const std::string& voice = "v") {
  wire::RenderJob job{.job = number, .voice_id = voice, .row_bytes = 1, .batch_hint = 100};
  std::uint32_t row = 0;
  for (const auto kind : kinds) {
    job.grains.push_back(
        {.kind = static_cast<std::uint8_t>(kind), .row_begin = row, .row_end = row + 1, .samples = 80});
    ++row;
  }
  job.rows.resize(row);
  return job;
}

class RenderingsTest : public testing::Test {
 protected:
  static constexpr std::size_t kPlaces = 4;

  [[nodiscard]] Clock::time_point at(int ms) const { return start_ + milliseconds(ms); }
  void begin(wire::RenderJob job, int patience_ms, int now_ms = 0) {
    job.max_delay_us = static_cast<std::uint64_t>(patience_ms) * 1000;
    renderings_.begin(std::move(job), {8'000}, at(now_ms), at(now_ms));
  }
  RenderBatcher::Batch next(int now_ms) {
    return renderings_.next([](const auto&, GrainKind kind) { return kind == GrainKind::kMiddle ? 3U : 1U; },
                            at(now_ms));
  }
  static std::vector<std::uint64_t> jobs(const RenderBatcher::Batch& batch) {
    std::vector<std::uint64_t> numbers;
    for (const auto* rendering : batch.grains) numbers.push_back(rendering->job.job);
    return numbers;
  }

  Clock::time_point start_ = Clock::time_point(std::chrono::hours(1));
  RenderBatcher renderings_{kPlaces};
};

constexpr auto kMiddle = GrainKind::kMiddle;

TEST_F(RenderingsTest, TheMostUrgentDecidesAndItsLikeJoinIt) {
  begin(job_of(1, {kMiddle}, "other"), 50);
  begin(job_of(2, {kMiddle}), 30);
  begin(job_of(3, {GrainKind::kLast}), 20);
  begin(job_of(4, {kMiddle}), 40);
  EXPECT_THAT(jobs(next(0)), ElementsAre(3));
  EXPECT_EQ(next(0).begin, at(0)) << "grains of that kind come alone";
  renderings_.erase(*next(0).grains.front());
  EXPECT_THAT(jobs(next(0)), ElementsAre(2, 4));
  begin(job_of(5, {kMiddle}), 10);
  EXPECT_THAT(jobs(next(0)), ElementsAre(5, 2, 4));
  EXPECT_EQ(next(0).begin, at(0)) << "it is full";
  EXPECT_EQ(renderings_.latest(), at(10));
}

TEST_F(RenderingsTest, ThereIsRoomForAsManyAsPlacesAreLeft) {
  EXPECT_EQ(renderings_.room(), kPlaces);
  begin(job_of(1, {kMiddle}), 10);
  EXPECT_EQ(renderings_.room(), kPlaces - 1);
  renderings_.erase(*next(0).grains.front());
  auto suspect = job_of(2, {kMiddle});
  suspect.exclusive = true;
  begin(suspect, 10);
  EXPECT_EQ(renderings_.room(), 0U);
}

TEST_F(RenderingsTest, ABatchWaitsForAShareOfItsTimeAndNotBeyondTheEarliestDeadlineInIt) {
  begin(job_of(1, {kMiddle}), 1000);
  EXPECT_EQ(next(0).begin, at(0)) << "nothing is known of its time yet";
  renderings_.took("v", kMiddle, milliseconds(40));
  EXPECT_EQ(next(0).begin, at(10));
  EXPECT_EQ(next(12).begin, at(12)) << "it has waited";
  begin(job_of(2, {kMiddle}), 45, 2);
  EXPECT_EQ(next(2).begin, at(7)) << "by 47 the second one must be begun, and 40 are taken";
  renderings_.took("w", kMiddle, milliseconds(1000));
  EXPECT_EQ(next(2).begin, at(7)) << "what others take does not count";
}

TEST_F(RenderingsTest, NothingIsWaitedForThatCannotCome) {
  renderings_.took("v", kMiddle, milliseconds(40));
  auto job = job_of(1, {kMiddle});
  job.batch_hint = 1;
  begin(job, 1000);
  EXPECT_EQ(next(0).begin, at(0)) << "it is the only stream";
  begin(job_of(2, {kMiddle}), 1000);
  EXPECT_GT(next(0).begin, at(0)) << "by now there are more";
  begin(job_of(3, {GrainKind::kLast}), 2000);
  begin(job_of(4, {GrainKind::kLast}), 2000);
  EXPECT_THAT(jobs(next(0)), ElementsAre(1, 2));
  EXPECT_EQ(next(0).begin, at(0)) << "all places are taken";
}

TEST_F(RenderingsTest, LaterGrainsAreDueLater) {
  begin(job_of(1, {kMiddle, kMiddle, kMiddle}), 5);
  begin(job_of(2, {kMiddle}), 18);
  auto* const first = next(0).grains.front();
  EXPECT_EQ(first->rows().data(), first->job.rows.data());
  first->advance({}, at(1));
  EXPECT_THAT(jobs(next(1)), ElementsAre(1, 2)) << "due at 15";
  first->advance({}, at(2));
  EXPECT_THAT(jobs(next(2)), ElementsAre(2, 1)) << "due at 25";
  EXPECT_EQ(first->rows().data(), first->job.rows.data() + 2);
  first->advance({}, at(3));
  EXPECT_TRUE(first->complete());
}

TEST_F(RenderingsTest, WhatMayHaveEndedAWorkerIsRenderedAlone) {
  auto suspect = job_of(1, {kMiddle});
  suspect.exclusive = true;
  begin(job_of(2, {kMiddle}), 10);
  EXPECT_FALSE(renderings_.fits(suspect)) << "another is under way";
  renderings_.erase(renderings_.all().front());
  EXPECT_TRUE(renderings_.fits(suspect));
  renderings_.took("v", kMiddle, milliseconds(40));
  begin(suspect, 1000);
  EXPECT_FALSE(renderings_.fits(job_of(3, {kMiddle})));
  EXPECT_FALSE(renderings_.interruptible());
  EXPECT_EQ(next(0).begin, at(0));
}

TEST_F(RenderingsTest, ThePlacesAreNotExceeded) {
  for (std::uint64_t i = 1; i <= kPlaces; ++i) {
    EXPECT_TRUE(renderings_.fits(job_of(i, {kMiddle})));
    begin(job_of(i, {kMiddle}), 10);
  }
  EXPECT_FALSE(renderings_.fits(job_of(9, {kMiddle})));
}

/// What came of each job, as the gateway would keep it.
struct Answers {
  std::map<std::uint64_t, std::vector<std::int16_t>> pcm;
  std::map<std::uint64_t, wire::RenderDone> done;
  std::map<std::uint64_t, wire::Failed> failed;
  std::vector<std::uint64_t> order;  ///< Of the grains, by job.

  /// Reads until so many jobs have ended.
  void collect(Link& link, std::size_t ends) {
    while (done.size() + failed.size() < ends) {
      auto message = link.receive();
      ASSERT_TRUE(message && *message) << "the worker is gone";
      if (auto* grain = std::get_if<wire::GrainDone>(&**message)) {
        order.push_back(grain->job);
        auto& samples = pcm[grain->job];
        samples.insert(samples.end(), grain->pcm.begin(), grain->pcm.end());
      } else if (const auto* end = std::get_if<wire::RenderDone>(&**message)) {
        done.emplace(end->job, *end);
      } else if (const auto* failure = std::get_if<wire::Failed>(&**message)) {
        failed.emplace(failure->job, *failure);
      } else if (!std::holds_alternative<wire::Started>(**message)) {
        ADD_FAILURE() << "unexpected " << wire::name_of(**message);
      }
    }
  }
};

class OvertakingTest : public testing::Test {
 protected:
  static std::uint64_t number(const std::optional<JobQueue::Taken>& taken) {
    if (!taken) return 0;
    const auto* render = std::get_if<wire::RenderJob>(&taken->job);
    return render != nullptr ? render->job : std::get<wire::PlanJob>(taken->job).job;
  }

  JobQueue queue_{8};
};

class BatchWorkerTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kPlaces = 3;

  BatchWorkerTest() : folder_("batch-worker-test") {
    EXPECT_TRUE(engine::tone::write_tone_voice(folder_.path(), {.cost = {.per_call_ms = 1}}));
  }

  Link& start(std::uint32_t places) {
    Engines engines;
    engines.push_back(engine::tone::make_tone_engine(places));
    Options options;
    options.places = places;
    gateway_ = std::make_unique<TestGateway>(std::move(engines), std::move(options));
    EXPECT_EQ(greet(link()).places, places);
    send(link(), wire::LoadVoice{.job = 1000, .voice_id = "tone", .folder = folder_.path().string()});
    expect<wire::VoiceLoaded>(link());
    return link();
  }
  Link& link() { return gateway_->link(); }

  wire::Planned plan(std::uint64_t seed, const std::string& text) {
    send(link(), wire::PlanJob{.job = seed, .voice_id = "tone", .text = text, .seed = seed});
    expect<wire::Started>(link());
    return expect<wire::Planned>(link());
  }
  static wire::RenderJob whole(std::uint64_t job, const wire::Planned& planned) {
    return {.job = job,
            .voice_id = "tone",
            .row_bytes = planned.row_bytes,
            .grains = planned.grains,
            .rows = planned.prior,
            .max_delay_us = 1'000'000,
            .batch_hint = 8};
  }

  TestFolder folder_;
  std::unique_ptr<TestGateway> gateway_;
};

const std::vector<std::string> kTexts = {
    "The first of several segments that are rendered at the same time.",
    "A shorter one.",
    "Yes.",
    "Another one, of some length, so that the batches are full for a while and then not.",
    "The fifth waits for a place, and gets one as soon as another has come to its end.",
    "And a last one, the sixth."};

TEST_F(BatchWorkerTest, SegmentsSoundTheSameTogetherAsAlone) {
  Answers alone;
  std::vector<wire::Planned> plans;
  start(1);
  for (std::uint64_t i = 0; i < kTexts.size(); ++i) {
    plans.push_back(plan(i + 1, kTexts[i]));
    send(link(), whole(100 + i, plans.back()));
    alone.collect(link(), i + 1);
  }
  start(kPlaces);
  Answers together;
  for (std::uint64_t i = 0; i < kTexts.size(); ++i) send(link(), whole(100 + i, plans[i]));
  together.collect(link(), kTexts.size());
  EXPECT_EQ(together.pcm, alone.pcm);
  EXPECT_TRUE(together.failed.empty());
  const std::set<std::uint64_t> early(together.order.begin(), together.order.begin() + 6);
  EXPECT_GE(early.size(), kPlaces) << "they went on side by side";
}

TEST_F(BatchWorkerTest, ACancelledJobLeavesTheOthersAlone) {
  start(kPlaces);
  const auto one = plan(1, kTexts[0]);
  const auto other = plan(2, kTexts[3]);
  Answers solo;
  send(link(), whole(10, other));
  solo.collect(link(), 1);
  send(link(), whole(11, one));
  send(link(), whole(12, other));
  send(link(), wire::Cancel{.job = 11});
  Answers answers;
  answers.collect(link(), 2);
  EXPECT_TRUE(answers.done.at(11).cancelled);
  EXPECT_LT(answers.done.at(11).grains_done, one.grains.size());
  EXPECT_EQ(answers.pcm.at(12), solo.pcm.at(10));
}

TEST_F(BatchWorkerTest, AGarbledJobFailsAlone) {
  start(kPlaces);
  const auto one = plan(1, kTexts[0]);
  const auto other = plan(2, kTexts[3]);
  auto garbled = whole(10, one);
  for (auto& byte : garbled.rows) byte ^= std::byte{1};
  send(link(), garbled);
  send(link(), whole(11, other));
  send(link(), whole(12, one));
  Answers answers;
  answers.collect(link(), 3);
  EXPECT_EQ(static_cast<engine::Errc>(answers.failed.at(10).code), engine::Errc::kStateMismatch);
  EXPECT_FALSE(answers.done.at(11).cancelled);
  EXPECT_FALSE(answers.done.at(12).cancelled);
}

TEST_F(BatchWorkerTest, VoicesComeAndGoBetweenJobs) {
  start(kPlaces);
  const auto planned = plan(1, kTexts[0]);
  send(link(), whole(10, planned));
  send(link(), wire::UnloadVoice{.voice_id = "tone"});
  send(link(), whole(11, planned));
  Answers answers;
  answers.collect(link(), 2);
  EXPECT_EQ(answers.done.at(10).grains_done, planned.grains.size());
  EXPECT_EQ(static_cast<engine::Errc>(answers.failed.at(11).code), engine::Errc::kVoiceNotFound);
}

TEST_F(OvertakingTest, OnlyAPlanThatDoesNotFitIsOvertaken) {
  ASSERT_TRUE(queue_.push(wire::PlanJob{.job = 1}));
  ASSERT_TRUE(queue_.push(wire::RenderJob{.job = 2}));
  ASSERT_TRUE(queue_.push(wire::RenderJob{.job = 3, .exclusive = true}));
  ASSERT_TRUE(queue_.push(wire::RenderJob{.job = 4}));
  const auto fits = [](const JobQueue::Taken& next) {
    const auto* render = std::get_if<wire::RenderJob>(&next.job);
    return next.cancelled || (render != nullptr && !render->exclusive);
  };
  EXPECT_EQ(number(queue_.pop_if(fits)), 2U);
  EXPECT_FALSE(queue_.pop_if(fits)) << "one that has to be alone is not overtaken";
  queue_.cancel(1);
  EXPECT_EQ(number(queue_.pop_if(fits)), 1U);
  EXPECT_EQ(number(queue_.pop()), 3U);
  EXPECT_EQ(number(queue_.pop_if(fits)), 4U);
}

TEST_F(BatchWorkerTest, APlanWaitsForChunksThatAreMoreUrgent) {
  start(kPlaces);
  const auto planned = plan(1, kTexts[0]);
  ASSERT_GT(planned.grains.size(), 2U);
  send(link(), whole(10, planned));
  send(link(), wire::PlanJob{.job = 11, .voice_id = "tone", .text = kTexts[1], .max_delay_us = 3'000'000'000});
  expect<wire::Started>(link());
  for (std::size_t i = 0; i < planned.grains.size(); ++i) EXPECT_EQ(expect<wire::GrainDone>(link()).job, 10U);
  EXPECT_EQ(expect<wire::RenderDone>(link()).job, 10U);
  EXPECT_EQ(expect<wire::Started>(link()).job, 11U);
  EXPECT_EQ(expect<wire::Planned>(link()).job, 11U);
}

TEST_F(BatchWorkerTest, ASuspectHasTheWorkerForItself) {
  start(kPlaces);
  const auto planned = plan(1, kTexts[0]);
  auto suspect = whole(11, planned);
  suspect.exclusive = true;
  send(link(), whole(10, planned));
  send(link(), suspect);
  send(link(), whole(12, planned));
  Answers answers;
  answers.collect(link(), 3);
  std::vector<std::uint64_t> expected(planned.grains.size(), 10);
  expected.insert(expected.end(), planned.grains.size(), 11);
  expected.insert(expected.end(), planned.grains.size(), 12);
  EXPECT_EQ(answers.order, expected);
}

}  // namespace
}  // namespace antiphon::worker
