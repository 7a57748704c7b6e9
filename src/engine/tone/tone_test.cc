#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <random>

#include "engine/tone/manifest.h"
#include "engine/tone/oscillator.h"
#include "engine/tone/tone_engine.h"

namespace antiphon::engine::tone {
namespace {

using testing::HasSubstr;

class ToneTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("antiphon-tone-" + std::to_string(::getpid()) + "-" + test->name());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Voice> voice(const ToneManifest& manifest = {}) {
    const auto written = write_tone_voice(folder_, manifest);
    EXPECT_TRUE(written) << written.error().message;
    auto loaded = make_tone_engine()->load(folder_);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return std::move(*loaded);
  }

  void write_text(const std::string& text) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "manifest.json") << text;
  }

  std::filesystem::path folder_;
};

RenderRequest request_for(const SegmentPlan& plan, const GrainSpec& grain, std::span<const std::byte> state) {
  const auto rows = std::span(plan.prior)
                        .subspan(std::size_t{grain.row_begin} * plan.row_bytes,
                                 std::size_t{grain.row_end - grain.row_begin} * plan.row_bytes);
  return {.grain = grain, .rows = rows, .state = state};
}

std::vector<std::int16_t> render_all(Voice& voice, const SegmentPlan& plan) {
  std::vector<std::int16_t> pcm;
  std::vector<std::byte> state;
  for (const auto& grain : plan.grains) {
    auto done = voice.render(request_for(plan, grain, state));
    EXPECT_TRUE(done) << done.error().message;
    if (!done) return pcm;
    EXPECT_EQ(done->pcm.size(), grain.samples);
    pcm.insert(pcm.end(), done->pcm.begin(), done->pcm.end());
    state = std::move(done->state);
  }
  EXPECT_TRUE(state.empty());
  return pcm;
}

std::vector<std::int16_t> speak(Voice& voice, const PlanRequest& request) {
  const auto plan = voice.plan(request);
  EXPECT_TRUE(plan) << plan.error().message;
  return render_all(voice, *plan);
}

Errc plan_error(Voice& voice, const PlanRequest& request) {
  const auto plan = voice.plan(request);
  EXPECT_FALSE(plan);
  return plan ? Errc::kEngineFailure : plan.error().code;
}

std::uint64_t fnv(std::span<const std::int16_t> pcm) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const auto sample : pcm) hash = (hash ^ static_cast<std::uint16_t>(sample)) * 0x100000001B3ULL;
  return hash;
}

TEST_F(ToneTest, LengthFollowsCharactersAndSpeed) {
  auto v = voice();
  const std::string text(32, 'a');  // 2 s at speed 1
  for (const float speed : {0.25F, 0.5F, 1.0F, 2.0F, 4.0F}) {
    const auto plan = v->plan({.text = text, .speed = speed});
    ASSERT_TRUE(plan);
    const auto frames = std::ceil(2.0 / static_cast<double>(speed) * 22'050 / 256);
    EXPECT_EQ(plan->samples().value, static_cast<std::uint64_t>(frames) * 256) << speed;
    EXPECT_EQ(plan->prior.size(), static_cast<std::size_t>(frames) * plan->row_bytes);
  }
}

TEST_F(ToneTest, EveryLengthIsLaidOutWithoutGapAndHoldsNothingBackAtTheEnd) {
  auto v = voice({.seconds_per_character = 256.0 / 22'050});
  for (std::size_t frames = 1; frames <= 120; ++frames) {
    const std::string text(frames, 'x');
    const auto plan = v->plan({.text = text});
    ASSERT_TRUE(plan);
    const auto rows = plan->grains.back().row_end;
    EXPECT_EQ(rows, plan->prior.size() / plan->row_bytes);
    EXPECT_EQ(plan->samples().value, rows * 256U);
    EXPECT_EQ(plan->grains.front().row_begin, 0U);
    for (std::size_t i = 1; i < plan->grains.size(); ++i) {
      EXPECT_EQ(plan->grains[i].row_begin, plan->grains[i - 1].row_end);
    }
    const auto kinds = plan->grains.size() == 1 ? GrainKind::kSingle : GrainKind::kLast;
    EXPECT_EQ(plan->grains.back().kind, kinds);
    EXPECT_EQ(render_all(*v, *plan).size(), rows * 256U);
  }
}

TEST_F(ToneTest, GrainsSoundLikeOneLongGrain) {
  auto grains = voice();
  const PlanRequest request{.text = "The grains of a segment must join without a seam.", .seed = 3};
  const auto in_grains = speak(*grains, request);
  auto whole = voice({.first_frames = 2'000});
  const auto plan = whole->plan(request);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->grains.size(), 1U);
  EXPECT_EQ(in_grains, render_all(*whole, *plan));
}

TEST_F(ToneTest, TheBytesAreTheSameOnEveryMachine) {
  auto v = voice();
  EXPECT_EQ(fnv(speak(*v, {.text = "Known bytes.", .seed = 1})), 6508201639295021718ULL);
}

TEST_F(ToneTest, EveryInputDecidesTheBytes) {
  auto v = voice({.speakers = {"one", "two"}});
  const PlanRequest base{.text = "Two listeners, one text."};
  const auto pcm = speak(*v, base);
  EXPECT_EQ(speak(*v, base), pcm);
  auto other = base;
  other.seed = 1;
  EXPECT_NE(speak(*v, other), pcm);
  other = base;
  other.segment_index = 1;
  EXPECT_NE(speak(*v, other), pcm);
  other = base;
  other.text = "Two listeners, one test.";
  EXPECT_NE(speak(*v, other), pcm);
  other = base;
  other.speaker = 1;
  EXPECT_NE(speak(*v, other), pcm);
}

TEST_F(ToneTest, ItIsLoudEnoughToHearAndNeverClips) {
  auto v = voice();
  const auto pcm = speak(*v, {.text = "How loud is this?"});
  const auto [low, high] = std::ranges::minmax(pcm);
  EXPECT_GT(high, 4'000);
  EXPECT_LT(low, -4'000);
  EXPECT_LT(high, 16'000);
}

TEST_F(ToneTest, GarbledLostOrForeignStateIsRefused) {
  auto v = voice();
  const auto plan = v->plan({.text = "A text of several grains, long enough for three."});
  ASSERT_TRUE(plan);
  ASSERT_GE(plan->grains.size(), 4U);
  const auto first = v->render(request_for(*plan, plan->grains[0], {}));
  ASSERT_TRUE(first);
  const auto second = v->render(request_for(*plan, plan->grains[1], first->state));
  ASSERT_TRUE(second);

  const auto code = [&](const GrainSpec& grain, std::span<const std::byte> state) {
    const auto done = v->render(request_for(*plan, grain, state));
    return done ? Errc::kNothingToSpeak : done.error().code;
  };
  EXPECT_EQ(code(plan->grains[1], {}), Errc::kStateMismatch);
  EXPECT_EQ(code(plan->grains[2], first->state), Errc::kStateMismatch);
  EXPECT_EQ(code(plan->grains[0], first->state), Errc::kStateMismatch);
  EXPECT_EQ(code(plan->grains[1], std::span(first->state).first(first->state.size() - 1)), Errc::kStateMismatch);
  for (std::size_t i = 0; i < first->state.size(); i += 7) {
    auto garbled = first->state;
    garbled[i] ^= std::byte{4};
    EXPECT_EQ(code(plan->grains[1], garbled), Errc::kStateMismatch) << i;
  }
}

TEST_F(ToneTest, RowsOfAnotherGrainAreRefusedAndGarbledOnesHeard) {
  auto v = voice();
  auto plan = v->plan({.text = "A text of several grains, long enough for three."});
  ASSERT_TRUE(plan);
  const auto first = v->render(request_for(*plan, plan->grains[0], {}));
  ASSERT_TRUE(first);
  auto request = request_for(*plan, plan->grains[1], first->state);
  const auto good = v->render(request);
  ASSERT_TRUE(good);
  const auto other = request_for(*plan, plan->grains[2], {}).rows;
  request.rows = other;
  EXPECT_EQ(v->render(request).error().code, Errc::kStateMismatch);
  request.rows = other.first(other.size() - 1);
  EXPECT_EQ(v->render(request).error().code, Errc::kStateMismatch);

  plan->prior[std::size_t{plan->grains[1].row_begin} * plan->row_bytes + offsetof(Row, key)] ^= std::byte{1};
  const auto garbled = v->render(request_for(*plan, plan->grains[1], first->state));
  ASSERT_TRUE(garbled);
  EXPECT_NE(garbled->pcm, good->pcm);
}

TEST_F(ToneTest, BadRequestsAreRefused) {
  auto v = voice();
  EXPECT_EQ(plan_error(*v, {.text = ""}), Errc::kNothingToSpeak);
  EXPECT_EQ(plan_error(*v, {.text = "... \xF0\x9F\x98\x80 *** \xFF"}), Errc::kNothingToSpeak);
  EXPECT_TRUE(v->plan({.text = "\xC3\xA9"}));
  EXPECT_TRUE(v->plan({.text = "7"}));
  EXPECT_EQ(plan_error(*v, {.text = "a", .speed = 0.2F}), Errc::kBadArgument);
  EXPECT_EQ(plan_error(*v, {.text = "a", .speed = std::nanf("")}), Errc::kBadArgument);
  EXPECT_EQ(plan_error(*v, {.text = "a", .speaker = 1}), Errc::kBadArgument);
  EXPECT_EQ(plan_error(*v, {.text = std::string(161, 'a')}), Errc::kSegmentTooLong);
  EXPECT_TRUE(v->plan({.text = std::string(159, 'a')}));
  EXPECT_EQ(plan_error(*v, {.text = "twelve chars", .max_samples = {16'000}}), Errc::kSegmentTooLong);

  const auto plan = v->plan({.text = "a"});
  ASSERT_TRUE(plan);
  for (const auto bad : {GrainSpec{.kind = GrainKind::kSingle, .row_begin = 1, .row_end = 1},
                         GrainSpec{.kind = GrainKind::kSingle, .row_begin = 0, .row_end = UINT32_MAX, .samples = 1},
                         GrainSpec{.kind = static_cast<GrainKind>(9), .row_begin = 0, .row_end = 1, .samples = 256}}) {
    EXPECT_EQ(v->render({.grain = bad, .rows = plan->prior}).error().code, Errc::kBadArgument);
  }
}

TEST_F(ToneTest, MarksAscendFromTheFirstWord) {
  auto v = voice();
  const auto plan = v->plan({.text = "\xC2\xBF"
                                     "one two, three?"});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->marks.size(), 3U);
  EXPECT_EQ(plan->marks[0].text_offset, 2U);
  EXPECT_EQ(plan->marks[1].text_offset, 6U);
  EXPECT_EQ(plan->marks[2].text_offset, 11U);
  EXPECT_LT(plan->marks[0].sample_offset, plan->marks[1].sample_offset);
  EXPECT_LT(plan->marks[2].sample_offset, plan->samples().value);
}

TEST_F(ToneTest, CostIsCpuTimeOfTheCallingThread) {
  auto v = voice({.cost = {.mode = Cost::Mode::kCpu, .per_call_ms = 20, .plan_ms_per_audio_second = 1'000}});
  const auto cpu_ms = [] {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
  };
  const auto start = cpu_ms();
  const auto plan = v->plan({.text = "abcd"});
  ASSERT_TRUE(plan);
  const auto planned = cpu_ms();
  EXPECT_GE(planned - start, 250);
  render_all(*v, *plan);
  EXPECT_GE(cpu_ms() - planned, 20.0 * static_cast<double>(plan->grains.size()));
}

TEST_F(ToneTest, SleepCostUsesNoCpu) {
  auto v = voice({.cost = {.mode = Cost::Mode::kSleep, .per_call_ms = 60}});
  const auto plan = v->plan({.text = "a"});
  ASSERT_TRUE(plan);
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu_begin = std::clock();
  render_all(*v, *plan);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(60));
  EXPECT_LT(std::clock() - cpu_begin, CLOCKS_PER_SEC / 20);
}

TEST_F(ToneTest, TheManifestSurvivesTheTrip) {
  const ToneManifest written{.id = "tone-de",
                             .language = "de-DE",
                             .speakers = {"a", "b"},
                             .sample_rate = 16'000,
                             .hop = 200,
                             .grain_frames = 10,
                             .first_frames = 12,
                             .delay_samples = 0,
                             .seconds_per_character = 0.1,
                             .max_segment_seconds = 3,
                             .cost = {.mode = Cost::Mode::kSleep, .per_audio_second_ms = 2}};
  auto v = voice(written);
  EXPECT_EQ(v->info().id, "tone-de");
  EXPECT_EQ(v->info().engine, "tone");
  EXPECT_EQ(v->info().sample_rate.hz, 16'000U);
  EXPECT_EQ(v->info().language, "de-DE");
  EXPECT_THAT(v->info().speakers, testing::ElementsAre("a", "b"));
  EXPECT_EQ(v->info().max_segment.value, 48'000U);
  EXPECT_EQ(v->info().identity, identity_of(written));
  EXPECT_EQ(v->info().identity.size(), 64U);
  EXPECT_NE(identity_of(written), identity_of({}));
  const auto read = read_manifest(folder_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cost.mode, Cost::Mode::kSleep);
  EXPECT_EQ(read->cost.per_audio_second_ms, 2);
  EXPECT_EQ(read->delay_samples, 0U);
}

TEST_F(ToneTest, DamagedManifestsAreErrors) {
  EXPECT_EQ(make_tone_engine()->load(folder_).error().code, Errc::kVoiceNotFound);
  for (const std::string text :
       {"", "{", "[]", "{}", R"({"engine":"piper","format":1})", R"({"engine":"tone","format":2})",
        R"({"engine":"tone","format":1,"hop":0})", R"({"engine":"tone","format":1,"hop":-1})",
        R"({"engine":"tone","format":1,"hop":1e300})", R"({"engine":"tone","format":1,"sample_rate":"fast"})",
        R"({"engine":"tone","format":1,"delay_samples":100000})", R"({"engine":"tone","format":1,"cost":[]})",
        R"({"engine":"tone","format":1,"cost":{"per_call_ms":-1}})",
        R"({"engine":"tone","format":1,"hop":1,"first_frames":3000})",
        R"({"engine":"tone","format":1,"max_segment_seconds":1e9})"}) {
    write_text(text);
    const auto loaded = make_tone_engine()->load(folder_);
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().code, Errc::kVoiceCorrupt) << text;
    EXPECT_THAT(loaded.error().message, HasSubstr("manifest.json"));
  }
  write_text(std::string((1U << 20) + 1, ' '));
  EXPECT_EQ(make_tone_engine()->load(folder_).error().code, Errc::kVoiceCorrupt);
}

TEST_F(ToneTest, AVoiceOutOfRangeIsNotWritten) {
  EXPECT_EQ(write_tone_voice(folder_, {.hop = 0}).error().code, Errc::kBadArgument);
  EXPECT_FALSE(std::filesystem::exists(folder_));
  write_text("in the way");
  EXPECT_EQ(write_tone_voice(folder_ / "manifest.json", {}).error().code, Errc::kEngineFailure);
}

}  // namespace
}  // namespace antiphon::engine::tone
