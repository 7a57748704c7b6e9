#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <stdexcept>

#include "worker/test_gateway.h"

namespace antiphon::worker {
namespace {

using engine::GrainKind;

/// What the engine does when it is called.
struct Orders {
  std::function<engine::Result<engine::SegmentPlan>()> plan;
  std::function<engine::Result<engine::RenderedGrain>(const engine::RenderRequest&)> render;
};

class ToldVoice final : public engine::Voice {
 public:
  explicit ToldVoice(const Orders& orders) : orders_(orders) {}
  [[nodiscard]] const engine::VoiceInfo& info() const override { return info_; }
  [[nodiscard]] engine::Result<engine::SegmentPlan> plan(const engine::PlanRequest& /*request*/) override {
    return orders_.plan();
  }
  [[nodiscard]] engine::Result<engine::RenderedGrain> render(const engine::RenderRequest& request) override {
    return orders_.render(request);
  }
  [[nodiscard]] std::size_t batch_size(GrainKind /*kind*/) const override { return 2; }

 private:
  const Orders& orders_;
  engine::VoiceInfo info_{.id = "told", .engine = "told", .sample_rate = {8'000}};
};

class ToldEngine final : public engine::Engine {
 public:
  explicit ToldEngine(const Orders& orders) : orders_(orders) {}
  [[nodiscard]] std::string_view name() const override { return "told"; }
  [[nodiscard]] std::string fingerprint() const override { return "told"; }
  [[nodiscard]] engine::Result<std::unique_ptr<engine::Voice>> load(const std::filesystem::path& /*folder*/) override {
    return std::make_unique<ToldVoice>(orders_);
  }

 private:
  const Orders& orders_;
};

Engines told(const Orders& orders) {
  Engines engines;
  engines.push_back(std::make_unique<ToldEngine>(orders));
  return engines;
}

/// Four grains of one row of one byte and ten samples.
wire::RenderJob four_grains(std::uint64_t job) {
  wire::RenderJob render{.job = job, .voice_id = "told", .row_bytes = 1, .rows = std::vector<std::byte>(4)};
  for (std::uint8_t i = 0; i < 4; ++i) {
    const auto kind = i == 0 ? GrainKind::kFirst : i == 3 ? GrainKind::kLast : GrainKind::kMiddle;
    render.grains.push_back(
        {.kind = static_cast<std::uint8_t>(kind), .row_begin = i, .row_end = i + 1U, .samples = 10});
  }
  return render;
}

engine::Result<engine::RenderedGrain> silence(const engine::RenderRequest& request) {
  return engine::RenderedGrain{.pcm = std::vector<std::int16_t>(request.grain.samples)};
}

class ToldWorkerTest : public testing::Test {
 protected:
  ToldWorkerTest() : folder_("told-worker-test") {
    std::ofstream(folder_.path() / "manifest.json") << R"({"engine":"told"})";
  }

  Link& start(Options options = {}) {
    gateway_ = std::make_unique<TestGateway>(told(orders_), std::move(options));
    greet(gateway_->link());
    send(gateway_->link(), wire::LoadVoice{.job = 1, .voice_id = "told", .folder = folder_.path().string()});
    expect<wire::VoiceLoaded>(gateway_->link());
    return gateway_->link();
  }

  /// Everything sent before was read by the worker once this answer came.
  wire::Stats stats() {
    send(gateway_->link(), wire::StatsRequest{});
    return expect<wire::Stats>(gateway_->link());
  }

  /// Each grain waits to be let through.
  void render_at_turnstile() {
    orders_.render = [this](const auto& request) {
      turnstile_.pass();
      return silence(request);
    };
  }

  /// A worker that has begun job 2 and has room for two others.
  Link& start_with_queue_of_two() {
    render_at_turnstile();
    Options options;
    options.max_queued_jobs = 2;
    auto& link = start(std::move(options));
    send(link, four_grains(2));
    expect<wire::Started>(link);
    return link;
  }

  /// Lets job 2, which has begun, and jobs 3 and 4 through.
  void expect_three_jobs(Link& link) {
    turnstile_.let_pass(12);
    for (std::uint64_t job = 2; job <= 4; ++job) {
      if (job != 2) EXPECT_EQ(expect<wire::Started>(link).job, job);
      for (int i = 0; i < 4; ++i) EXPECT_EQ(expect<wire::GrainDone>(link).job, job);
      EXPECT_EQ(expect<wire::RenderDone>(link).job, job);
    }
  }

  TestFolder folder_;
  Turnstile turnstile_;
  Orders orders_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(ToldWorkerTest, ACancelThatComesDuringAGrainEndsTheJobBehindIt) {
  Turnstile entered;
  orders_.render = [&](const auto& request) {
    entered.let_pass();
    turnstile_.pass();
    return silence(request);
  };
  auto& link = start();
  send(link, four_grains(2));
  expect<wire::Started>(link);
  entered.pass();
  turnstile_.let_pass();
  EXPECT_EQ(expect<wire::GrainDone>(link).index, 0U);
  entered.pass();
  send(link, wire::Cancel{.job = 99});
  send(link, wire::Cancel{.job = 2});
  stats();
  turnstile_.let_pass(3);
  EXPECT_EQ(expect<wire::GrainDone>(link).index, 1U);
  EXPECT_EQ(expect<wire::RenderDone>(link),
            (wire::RenderDone{.job = 2, .epoch = kEpoch, .grains_done = 2, .cancelled = true}));
}

TEST_F(ToldWorkerTest, JobsCancelledInTheQueueNeverStart) {
  orders_.plan = [] { return engine::SegmentPlan{}; };
  render_at_turnstile();
  auto& link = start();
  send(link, four_grains(2));
  send(link, four_grains(3));
  send(link, wire::PlanJob{.job = 4, .voice_id = "told", .text = "a"});
  send(link, wire::Cancel{.job = 3});
  send(link, wire::Cancel{.job = 4});
  expect<wire::Started>(link);
  EXPECT_EQ(stats().queued, 2U);
  turnstile_.let_pass(4);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(expect<wire::GrainDone>(link).job, 2U);
  EXPECT_FALSE(expect<wire::RenderDone>(link).cancelled);
  EXPECT_EQ(expect<wire::RenderDone>(link), (wire::RenderDone{.job = 3, .epoch = kEpoch, .cancelled = true}));
  EXPECT_EQ(expect<wire::Failed>(link).job, 4U);
}

TEST_F(ToldWorkerTest, AFullQueueRefusesTheNextJob) {
  auto& link = start_with_queue_of_two();
  for (std::uint64_t job = 3; job <= 5; ++job) send(link, four_grains(job));
  const auto refused = expect<wire::Failed>(link);
  EXPECT_EQ(refused.job, 5U);
  EXPECT_EQ(stats().queued, 2U);
  expect_three_jobs(link);
}

TEST_F(ToldWorkerTest, VoicesThatChangeBetweenJobsTakeNoneOfTheirPlaces) {
  auto& link = start_with_queue_of_two();
  for (std::uint64_t job = 3; job <= 4; ++job) {
    for (int other = 0; other < 5; ++other) send(link, wire::UnloadVoice{.voice_id = "another"});
    send(link, four_grains(job));
  }
  EXPECT_EQ(stats().queued, 12U);
  expect_three_jobs(link);
}

TEST_F(ToldWorkerTest, WhatAnEngineThrowsOrGetsWrongIsAnswered) {
  std::vector<std::function<engine::Result<engine::SegmentPlan>()>> plans = {
      []() -> engine::Result<engine::SegmentPlan> { throw std::runtime_error("out of luck"); },
      []() -> engine::Result<engine::SegmentPlan> { throw 7; },
      []() -> engine::Result<engine::SegmentPlan> { return engine::SegmentPlan{}; },
      []() -> engine::Result<engine::SegmentPlan> {
        return std::unexpected(engine::Error{engine::Errc::kEngineFailure, std::string(100'000, 'x')});
      },
      []() -> engine::Result<engine::SegmentPlan> {
        return engine::SegmentPlan{
            .row_bytes = 16U << 20,
            .prior = std::vector<std::byte>(16U << 20),
            .grains = {{.kind = GrainKind::kSingle, .row_begin = 0, .row_end = 1, .samples = 1}}};
      }};
  std::size_t call = 0;
  orders_.plan = [&] { return plans[call++](); };
  orders_.render = [](const auto&) { return engine::RenderedGrain{.pcm = {1, 2, 3}}; };
  auto& link = start();
  for (std::uint64_t job = 2; job < 2 + plans.size(); ++job) {
    send(link, wire::PlanJob{.job = job, .voice_id = "told", .text = "a"});
    expect<wire::Started>(link);
    const auto failed = expect<wire::Failed>(link);
    EXPECT_EQ(failed.job, job);
    EXPECT_EQ(static_cast<engine::Errc>(failed.code), engine::Errc::kEngineFailure);
    EXPECT_FALSE(failed.message.empty());
  }
  send(link, four_grains(50));
  expect<wire::Started>(link);
  EXPECT_EQ(expect<wire::Failed>(link).job, 50U);
  EXPECT_EQ(gateway_->close(), 0);
}

TEST_F(ToldWorkerTest, AGrainThatFailsAloneIsNotTriedAgain) {
  int calls = 0;
  orders_.render = [&](const auto&) -> engine::Result<engine::RenderedGrain> {
    ++calls;
    throw std::runtime_error("out of luck");
  };
  auto& link = start();
  send(link, four_grains(2));
  expect<wire::Started>(link);
  EXPECT_EQ(expect<wire::Failed>(link).message, "the engine threw: out of luck");
  EXPECT_EQ(gateway_->close(), 0);
  EXPECT_EQ(calls, 1);
}

TEST_F(ToldWorkerTest, AGrainThatMakesABatchThrowFailsAlone) {
  orders_.render = [](const auto& request) -> engine::Result<engine::RenderedGrain> {
    if (request.speaker == 1) throw std::runtime_error("out of luck");
    return silence(request);
  };
  Options options;
  options.places = 2;
  auto& link = start(std::move(options));
  auto bad = four_grains(2);
  bad.speaker = 1;
  send(link, bad);
  send(link, four_grains(3));
  int failed = 0;
  for (bool done = false; !done;) {
    const auto message = link.receive();
    ASSERT_TRUE(message && *message);
    if (const auto* failure = std::get_if<wire::Failed>(&**message)) {
      ++failed;
      EXPECT_EQ(failure->job, 2U);
    }
    if (const auto* end = std::get_if<wire::RenderDone>(&**message)) {
      done = true;
      EXPECT_EQ(end->job, 3U);
      EXPECT_EQ(end->grains_done, 4U);
    }
  }
  EXPECT_EQ(failed, 1);
}

}  // namespace
}  // namespace antiphon::worker
