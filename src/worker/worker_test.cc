#include "worker/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <numeric>
#include <stdexcept>

#include "worker/test_gateway.h"

namespace antiphon::worker {
namespace {

using Pcm = std::vector<std::int16_t>;

wire::PlanJob plan_job(std::uint64_t job, const std::string& text) {
  return {.job = job, .voice_id = "tone", .text = text, .seed = job};
}

/// The job for the `count` grains from `first` on, as the gateway makes it.
wire::RenderJob render_job(std::uint64_t job, const wire::Planned& planned, std::size_t first, std::size_t count,
                           std::vector<std::byte> state) {
  wire::RenderJob render{.job = job, .voice_id = "tone", .row_bytes = planned.row_bytes, .state = std::move(state)};
  const auto grains = std::span(planned.grains).subspan(first, count);
  render.grains.assign(grains.begin(), grains.end());
  const auto rows = std::span(planned.prior)
                        .subspan(std::size_t{grains.front().row_begin} * planned.row_bytes,
                                 std::size_t{grains.back().row_end - grains.front().row_begin} * planned.row_bytes);
  render.rows.assign(rows.begin(), rows.end());
  return render;
}

/// A segment on its way, as the gateway keeps it.
struct Stream {
  wire::Planned planned;
  std::size_t next = 0;
  std::vector<std::byte> state;
  Pcm pcm;

  [[nodiscard]] bool finished() const { return next == planned.grains.size(); }

  void accept(wire::GrainDone grain) {
    pcm.insert(pcm.end(), grain.pcm.begin(), grain.pcm.end());
    state = std::move(grain.state);
    ++next;
  }

  /// Renders up to `count` grains in one job.
  void advance(Link& link, std::uint64_t job, std::size_t count) {
    count = std::min(count, planned.grains.size() - next);
    send(link, render_job(job, planned, next, count, state));
    EXPECT_EQ(expect<wire::Started>(link).job, job);
    for (std::uint32_t i = 0; i < count; ++i) {
      auto grain = expect<wire::GrainDone>(link);
      EXPECT_EQ(grain.job, job);
      EXPECT_EQ(grain.epoch, kEpoch);
      EXPECT_EQ(grain.index, i);
      accept(std::move(grain));
    }
    EXPECT_EQ(expect<wire::RenderDone>(link),
              (wire::RenderDone{.job = job, .epoch = kEpoch, .grains_done = static_cast<std::uint32_t>(count)}));
  }
};

Stream plan(Link& link, std::uint64_t job, const std::string& text) {
  send(link, plan_job(job, text));
  EXPECT_EQ(expect<wire::Started>(link), (wire::Started{.job = job, .epoch = kEpoch}));
  return {.planned = expect<wire::Planned>(link)};
}

wire::VoiceLoaded load(Link& link, const std::filesystem::path& folder, const std::string& id = "tone") {
  send(link, wire::LoadVoice{.job = 1000, .voice_id = id, .folder = folder.string()});
  return expect<wire::VoiceLoaded>(link);
}

wire::Stats stats(Link& link) {
  send(link, wire::StatsRequest{});
  return expect<wire::Stats>(link);
}

engine::Errc code_of(const wire::Failed& failed) { return static_cast<engine::Errc>(failed.code); }

constexpr const char* kText = "One segment, long enough to be rendered in a good many grains by any worker.";
constexpr const char* kOtherText = "Somebody else is speaking at the same time, and about other things.";

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() : folder_("worker-test") {
    EXPECT_TRUE(engine::tone::write_tone_voice(folder_.path(), {.speakers = {"a", "b"}}));
  }

  /// What a worker that has nothing else to do makes of it.
  Pcm solo(std::uint64_t job, const std::string& text) {
    TestGateway gateway(tone_engines());
    greet(gateway.link());
    load(gateway.link(), folder_.path());
    auto stream = plan(gateway.link(), job, text);
    stream.advance(gateway.link(), 1, stream.planned.grains.size());
    EXPECT_EQ(gateway.close(), 0);
    return stream.pcm;
  }

  TestFolder folder_;
};

TEST_F(WorkerTest, GreetsWithItsFingerprint) {
  auto engines = tone_engines();
  engines.push_back(engine::tone::make_tone_engine());
  TestGateway gateway(std::move(engines));
  const auto ready = greet(gateway.link());
  EXPECT_EQ(ready.protocol_version, wire::kProtocolVersion);
  EXPECT_EQ(ready.epoch, kEpoch);
  EXPECT_EQ(ready.pid, static_cast<std::uint64_t>(::getpid()));
  EXPECT_EQ(ready.fingerprint, "tone-1; tone-1");
  EXPECT_EQ(gateway.close(), 0);
}

TEST_F(WorkerTest, LoadsAVoiceAndSaysWhatItIs) {
  TestGateway gateway(tone_engines());
  greet(gateway.link());
  const auto loaded = load(gateway.link(), folder_.path());
  EXPECT_EQ(loaded.job, 1000U);
  EXPECT_EQ(loaded.epoch, kEpoch);
  EXPECT_EQ(loaded.voice_id, "tone");
  EXPECT_EQ(loaded.engine, "tone");
  EXPECT_EQ(loaded.sample_rate, 22'050U);
  EXPECT_EQ(loaded.language, "en-US");
  EXPECT_THAT(loaded.speakers, testing::ElementsAre("a", "b"));
  EXPECT_EQ(loaded.identity.size(), 64U);
  EXPECT_EQ(loaded.max_segment, 220'500U);
}

TEST_F(WorkerTest, ASegmentRendersTheSameInJobsOfAnySize) {
  const auto expected = solo(5, kText);
  ASSERT_GT(expected.size(), 22'050U);
  for (const std::size_t grains : {1U, 2U, 4U, 5U}) {
    TestGateway gateway(tone_engines());
    greet(gateway.link());
    load(gateway.link(), folder_.path());
    auto stream = plan(gateway.link(), 5, kText);
    for (std::uint64_t job = 10; !stream.finished(); ++job) stream.advance(gateway.link(), job, grains);
    EXPECT_EQ(stream.pcm, expected) << grains;
  }
}

TEST_F(WorkerTest, InterleavedStreamsDoNotTouchEachOther) {
  TestGateway gateway(tone_engines());
  greet(gateway.link());
  load(gateway.link(), folder_.path());
  auto one = plan(gateway.link(), 5, kText);
  auto other = plan(gateway.link(), 6, kOtherText);
  for (std::uint64_t job = 10; !one.finished() || !other.finished(); ++job) {
    if (!one.finished()) one.advance(gateway.link(), 2 * job, 1);
    if (!other.finished()) other.advance(gateway.link(), 2 * job + 1, 2);
  }
  EXPECT_EQ(one.pcm, solo(5, kText));
  EXPECT_EQ(other.pcm, solo(6, kOtherText));
  EXPECT_NE(one.pcm, other.pcm);
}

TEST_F(WorkerTest, BadJobsFailAndTheWorkerLivesOn) {
  TestGateway gateway(tone_engines());
  auto& link = gateway.link();
  greet(link);
  send(link, plan_job(1, kText));
  expect<wire::Started>(link);
  auto failed = expect<wire::Failed>(link);
  EXPECT_EQ(failed.job, 1U);
  EXPECT_EQ(failed.epoch, kEpoch);
  EXPECT_EQ(code_of(failed), engine::Errc::kVoiceNotFound);

  send(link, wire::LoadVoice{.job = 2, .voice_id = "x", .folder = "/nonexistent"});
  EXPECT_EQ(code_of(expect<wire::Failed>(link)), engine::Errc::kVoiceNotFound);
  for (const char* manifest : {"garbage", "{}", "[1]", R"({"engine":7})", R"({"engine":"unheard"})"}) {
    const TestFolder bad("worker-test-bad");
    std::ofstream(bad.path() / "manifest.json") << manifest;
    send(link, wire::LoadVoice{.job = 3, .voice_id = "x", .folder = bad.path().string()});
    EXPECT_EQ(code_of(expect<wire::Failed>(link)), engine::Errc::kVoiceCorrupt) << manifest;
  }

  load(link, folder_.path());
  send(link, plan_job(4, "***"));
  expect<wire::Started>(link);
  EXPECT_EQ(code_of(expect<wire::Failed>(link)), engine::Errc::kNothingToSpeak);
  send(link, plan_job(5, std::string(1000, 'a')));
  expect<wire::Started>(link);
  EXPECT_EQ(code_of(expect<wire::Failed>(link)), engine::Errc::kSegmentTooLong);

  auto stream = plan(link, 6, kText);
  stream.advance(link, 7, 1);
  auto garbled = render_job(8, stream.planned, 1, 2, stream.state);
  garbled.state[40] ^= std::byte{1};
  send(link, garbled);
  expect<wire::Started>(link);
  EXPECT_EQ(code_of(expect<wire::Failed>(link)), engine::Errc::kStateMismatch);
  while (!stream.finished()) stream.advance(link, 9, 3);
  EXPECT_EQ(stream.pcm, solo(6, kText));
  EXPECT_EQ(gateway.close(), 0);
}

TEST_F(WorkerTest, TheVoiceUsedLongestAgoMakesRoom) {
  Options options;
  options.max_voices = 2;
  TestGateway gateway(tone_engines(), std::move(options));
  auto& link = gateway.link();
  EXPECT_EQ(greet(link).voices, 2U);
  const auto speaks = [&link](const std::string& id) {
    auto job = plan_job(1, "Yes.");
    job.voice_id = id;
    send(link, job);
    expect<wire::Started>(link);
    const auto answer = link.receive();
    return answer && *answer && std::holds_alternative<wire::Planned>(**answer);
  };
  load(link, folder_.path(), "one");
  load(link, folder_.path(), "two");
  EXPECT_TRUE(speaks("one"));
  load(link, folder_.path(), "three");
  EXPECT_TRUE(speaks("one"));
  EXPECT_FALSE(speaks("two"));
  EXPECT_TRUE(speaks("three"));
  send(link, wire::UnloadVoice{.voice_id = "three"});
  EXPECT_FALSE(speaks("three"));
}

TEST_F(WorkerTest, StatsCountWhatWasDone) {
  TestGateway gateway(tone_engines());
  auto& link = gateway.link();
  greet(link);
  EXPECT_EQ(stats(link).jobs, 0U);
  load(link, folder_.path());
  auto stream = plan(link, 1, kText);
  stream.advance(link, 2, 1);
  send(link, plan_job(3, "***"));
  expect<wire::Started>(link);
  expect<wire::Failed>(link);
  const auto now = stats(link);
  EXPECT_EQ(now.epoch, kEpoch);
  EXPECT_EQ(now.jobs, 4U);
  EXPECT_EQ(now.queued, 0U);
  EXPECT_GT(now.resident_bytes, 1U << 20);
  EXPECT_GT(now.cpu_us, 0U);
}

TEST_F(WorkerTest, CostIsMeasuredPerGrain) {
  const TestFolder costly("worker-test-costly");
  ASSERT_TRUE(
      engine::tone::write_tone_voice(costly.path(), {.cost = {.per_call_ms = 10, .plan_ms_per_audio_second = 20}}));
  TestGateway gateway(tone_engines());
  auto& link = gateway.link();
  greet(link);
  load(link, costly.path());
  const auto stream = plan(link, 1, kText);
  EXPECT_GE(stream.planned.cpu_us, 20'000U);
  EXPECT_GE(stream.planned.wall_us, 20'000U);
  send(link, render_job(2, stream.planned, 0, 2, {}));
  expect<wire::Started>(link);
  for (int i = 0; i < 2; ++i) {
    const auto grain = expect<wire::GrainDone>(link);
    EXPECT_GE(grain.cpu_us, 10'000U);
    EXPECT_GE(grain.wall_us + 100, grain.cpu_us) << "two clocks, read one after the other";
  }
  expect<wire::RenderDone>(link);
}

TEST_F(WorkerTest, AnythingButTheProtocolEndsItWithOne) {
  const auto status_after = [](const auto& talk) {
    TestGateway gateway(tone_engines());
    talk(gateway.link());
    // The worker ends the connection by itself.
    for (auto message = gateway.link().receive(); message && *message;) message = gateway.link().receive();
    return gateway.close();
  };
  EXPECT_EQ(status_after([](Link& link) { send(link, wire::StatsRequest{}); }), 1);
  EXPECT_EQ(status_after([](Link& link) { send(link, wire::Hello{.protocol_version = 99}); }), 1);
  EXPECT_EQ(status_after([](Link& link) {
              greet(link);
              send(link, wire::Hello{});
            }),
            1);
  EXPECT_EQ(status_after([](Link& link) {
              greet(link);
              send(link, wire::Started{});
            }),
            1);
}

TEST(Worker, GarbageEndsItWithOneAndAnEarlyEndWithZero) {
  for (const std::string bytes : {"GET / HTTP/1.1\r\n\r\n", ""}) {
    auto pair = process::socket_pair();
    ASSERT_TRUE(pair);
    ASSERT_EQ(::write(pair->first.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    pair->first.reset();
    EXPECT_EQ(run({.socket = std::move(pair->second), .engines = tone_engines()}), bytes.empty() ? 0 : 1);
  }
}

/// A worker in a process of its own, without exec.
class ForkedWorker {
 public:
  ForkedWorker() {
    auto pair = process::socket_pair();
    EXPECT_TRUE(pair);
    pid_ = ::fork();
    if (pid_ == 0) {
      pair->first.reset();
      ::_exit(run({.socket = std::move(pair->second), .engines = tone_engines()}));
    }
    link_ = std::make_unique<Link>(std::move(pair->first));
  }
  ~ForkedWorker() { end(); }
  ForkedWorker(const ForkedWorker&) = delete;
  ForkedWorker& operator=(const ForkedWorker&) = delete;

  Link& link() { return *link_; }
  void kill() const { ::kill(pid_, SIGKILL); }

  /// Closes the connection and returns the status that waitpid gives.
  int end() {
    link_.reset();
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return status_;
  }

 private:
  pid_t pid_ = -1;
  int status_ = -1;
  std::unique_ptr<Link> link_;
};

TEST_F(WorkerTest, AnotherWorkerGoesOnWhereOneWasKilled) {
  const auto expected = solo(5, kText);
  Stream stream;
  {
    ForkedWorker victim;
    greet(victim.link());
    load(victim.link(), folder_.path());
    stream = plan(victim.link(), 5, kText);
    ASSERT_GE(stream.planned.grains.size(), 6U);
    send(victim.link(), render_job(10, stream.planned, 0, stream.planned.grains.size(), {}));
    expect<wire::Started>(victim.link());
    for (int i = 0; i < 3; ++i) stream.accept(expect<wire::GrainDone>(victim.link()));
    victim.kill();
    const int status = victim.end();
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  ForkedWorker heir;
  greet(heir.link());
  load(heir.link(), folder_.path());
  stream.advance(heir.link(), 11, stream.planned.grains.size());
  EXPECT_TRUE(stream.finished());
  EXPECT_EQ(stream.pcm, expected);
  const int status = heir.end();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(WorkerTest, AGatewayThatVanishesInMidJobEndsTheProcessWithZero) {
  ForkedWorker worker;
  greet(worker.link());
  load(worker.link(), folder_.path());
  const auto stream = plan(worker.link(), 1, kText);
  send(worker.link(), render_job(2, stream.planned, 0, stream.planned.grains.size(), {}));
  expect<wire::Started>(worker.link());
  const int status = worker.end();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace antiphon::worker
