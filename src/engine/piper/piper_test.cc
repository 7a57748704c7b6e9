#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>

#include "engine/piper/piper_engine.h"
#include "engine/piper/toy_voice.h"

namespace antiphon::engine::piper {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class PiperTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("antiphon-piper-" + std::to_string(::getpid()) + "-" + test->name());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Voice> toy(ToyKind kind = ToyKind::kWindowed) {
    manifest_ = write_toy_voice(folder_, kind);
    return load();
  }
  std::unique_ptr<Voice> load(const Options& options = {}) {
    auto loaded = make_piper_engine(options)->load(folder_);
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }
  Error load_error() {
    const auto loaded = make_piper_engine()->load(folder_);
    return loaded ? Error{.message = "it loaded"} : loaded.error();
  }

  std::filesystem::path folder_;
  voice::Manifest manifest_;
};

SegmentPlan plan_of(Voice& voice, const PlanRequest& request) {
  auto plan = voice.plan(request);
  if (!plan) throw std::runtime_error(plan.error().message);
  return std::move(*plan);
}

RenderRequest request_for(const SegmentPlan& plan, const GrainSpec& grain, std::span<const std::byte> state,
                          std::uint32_t speaker = 0) {
  const auto rows = std::span(plan.prior)
                        .subspan(std::size_t{grain.row_begin} * plan.row_bytes,
                                 std::size_t{grain.row_end - grain.row_begin} * plan.row_bytes);
  return {.grain = grain, .rows = rows, .state = state, .speaker = speaker};
}

std::vector<std::int16_t> render_all(Voice& voice, const SegmentPlan& plan, std::uint32_t speaker = 0) {
  std::vector<std::int16_t> pcm;
  std::vector<std::byte> state;
  for (const auto& grain : plan.grains) {
    auto done = voice.render(request_for(plan, grain, state, speaker));
    if (!done) throw std::runtime_error(done.error().message);
    EXPECT_EQ(done->pcm.size(), grain.samples);
    pcm.insert(pcm.end(), done->pcm.begin(), done->pcm.end());
    state = std::move(done->state);
  }
  EXPECT_TRUE(state.empty());
  return pcm;
}

/// The largest difference; the library's tanh is not the C library's.
int distance(const std::vector<std::int16_t>& a, const std::vector<std::int16_t>& b) {
  if (a.size() != b.size()) return std::numeric_limits<int>::max();
  int most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(int{a[i]} - int{b[i]}));
  return most;
}

std::optional<Errc> plan_error(Voice& voice, const PlanRequest& request) {
  const auto plan = voice.plan(request);
  return plan ? std::nullopt : std::optional(plan.error().code);
}

TEST_F(PiperTest, SaysWhatItIs) {
  const auto voice = toy(ToyKind::kTwoSpeakers);
  EXPECT_EQ(voice->info().id, "toy");
  EXPECT_EQ(voice->info().engine, "piper");
  EXPECT_EQ(voice->info().sample_rate.hz, kToyRate);
  EXPECT_EQ(voice->info().speakers, (std::vector<std::string>{"low", "high"}));
  EXPECT_EQ(voice->info().identity, voice::identity_of(manifest_));
  EXPECT_EQ(voice->info().max_segment.value, kToyRate / 2);
  EXPECT_THAT(make_piper_engine()->fingerprint(),
              AllOf(StartsWith("piper-2/kernel-1-"), HasSubstr("/by-voice/onnxruntime-1.")));
  EXPECT_THAT(make_piper_engine()->fingerprint(), HasSubstr("/espeak-ng-1.52"));
}

TEST_F(PiperTest, MarksSayWhereWordsStartAndEnd) {
  const auto voice = toy();
  const auto plan = plan_of(*voice, {.text = "abc (de) a"});
  std::vector<std::uint32_t> offsets;
  for (const auto& mark : plan.marks) offsets.push_back(mark.text_offset);
  EXPECT_THAT(offsets, testing::ElementsAre(0, 3, 4, 8, 9, 10));
  EXPECT_TRUE(std::ranges::is_sorted(plan.marks, {}, &SegmentPlan::Mark::sample_offset));
  for (std::size_t word = 0; word < plan.marks.size(); word += 2) {
    EXPECT_LT(plan.marks[word].sample_offset, plan.marks[word + 1].sample_offset);
  }
  EXPECT_LT(plan.marks[4].sample_offset, plan.samples().value);
  EXPECT_EQ(plan.marks[4].sample_offset % kToyHop, 0U);
}

TEST_F(PiperTest, GrainsOfEveryLengthSoundAsTheGraphsSay) {
  const auto voice = toy();
  std::set<std::size_t> lengths;
  for (std::size_t letters = 1; letters <= 40; ++letters) {
    const auto plan = plan_of(*voice, {.text = std::string(letters, 'a'), .seed = letters});
    const auto frames = plan.prior.size() / plan.row_bytes;
    lengths.insert(frames);
    EXPECT_EQ(plan.samples().value, frames * kToyHop);
    EXPECT_LE(distance(render_all(*voice, plan), toy_speech(plan.prior, plan.grains, 0)), 1) << frames;
  }
  EXPECT_GT(lengths.size(), 20U);
}

TEST_F(PiperTest, WholeVoicesHaveOneGrain) {
  const auto voice = toy(ToyKind::kWhole);
  const auto plan = plan_of(*voice, {.text = "abc ab", .seed = 1});
  ASSERT_EQ(plan.grains.size(), 1U);
  EXPECT_EQ(plan.grains[0].kind, GrainKind::kSingle);
  EXPECT_GT(plan.grains[0].row_end, kToyFirstFrames);
  EXPECT_LE(distance(render_all(*voice, plan), toy_speech(plan.prior, plan.grains, 0)), 1);
  auto first = request_for(plan, plan.grains[0], {});
  first.grain.kind = GrainKind::kFirst;
  EXPECT_EQ(voice->render(first).error().code, Errc::kBadArgument);
}

TEST_F(PiperTest, SameRequestSameBytesInEveryInstance) {
  const auto one = toy();
  const auto two = load();
  const PlanRequest request{.text = "abcde.", .segment_index = 3, .seed = 17};
  const auto plan = plan_of(*one, request);
  (void)plan_of(*two, {.text = "eeee"});
  EXPECT_EQ(plan_of(*two, request).prior, plan.prior);
  const auto pcm = render_all(*one, plan);
  EXPECT_EQ(render_all(*two, plan), pcm);
  // Grain by grain in turns, as two workers would after a retry.
  std::vector<std::int16_t> mixed;
  std::vector<std::byte> state;
  for (std::size_t i = 0; i < plan.grains.size(); ++i) {
    auto& voice = i % 2 == 0 ? *one : *two;
    (void)voice.render(request_for(plan, plan.grains[i], state));
    auto done = voice.render(request_for(plan, plan.grains[i], state));
    ASSERT_TRUE(done);
    mixed.insert(mixed.end(), done->pcm.begin(), done->pcm.end());
    state = std::move(done->state);
  }
  EXPECT_EQ(mixed, pcm);
}

TEST_F(PiperTest, AGrainGivesTheSameInEveryPlaceOfABatchAndInAnyCompany) {
  constexpr std::size_t kBatch = 4;
  static_cast<void>(toy(ToyKind::kTwoSpeakers));
  const auto alone = load();
  const auto voice = load({.batching = {.size = kBatch}});
  EXPECT_EQ(voice->batch_size(GrainKind::kFirst), kBatch);
  EXPECT_EQ(voice->batch_size(GrainKind::kMiddle), kBatch);
  EXPECT_EQ(voice->batch_size(GrainKind::kLast), 1U) << "of any length, so they do not fit each other";
  EXPECT_EQ(alone->batch_size(GrainKind::kMiddle), 1U);
  // Segments in step, each with its own state, and of two speakers.
  std::vector<SegmentPlan> plans;
  std::vector<std::vector<std::byte>> states(kBatch);
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    plans.push_back(plan_of(*voice, {.text = "abcdeabcde", .seed = i, .speaker = i % 2}));
  }
  for (std::size_t step = 0; step < 3; ++step) {
    std::vector<RenderRequest> requests;
    std::vector<RenderedGrain> expected;
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      requests.push_back(request_for(plans[i], plans[i].grains.at(step), states[i], i % 2));
      expected.push_back(alone->render(requests.back()).value());
    }
    for (std::size_t rotation = 0; rotation < kBatch; ++rotation) {
      for (std::size_t count = 1; count <= kBatch; ++count) {
        const auto results = voice->render_batch(std::span(requests).first(count));
        ASSERT_EQ(results.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
          const auto& whole = expected[(i + rotation) % kBatch];
          ASSERT_TRUE(results[i]) << results[i].error().message;
          EXPECT_EQ(results[i]->pcm, whole.pcm) << step << " at " << i << " of " << count;
          EXPECT_EQ(results[i]->state, whole.state) << step << " at " << i << " of " << count;
        }
      }
      std::ranges::rotate(requests, requests.begin() + 1);
    }
    for (std::uint32_t i = 0; i < kBatch; ++i) states[i] = expected[i].state;
  }
}

TEST_F(PiperTest, ABadGrainFailsAloneInItsBatch) {
  static_cast<void>(toy());
  const auto voice = load({.batching = {.size = 3}});
  const auto plan = plan_of(*voice, {.text = "abcdeabcde"});
  const auto first = request_for(plan, plan.grains.at(0), {});
  const auto whole = voice->render(first).value();
  auto wrong = first;
  wrong.rows = wrong.rows.first(1);
  const auto other_kind = request_for(plan, plan.grains.back(), whole.state);
  const std::vector<RenderRequest> requests = {wrong, first, other_kind, first, first, first};
  const auto results = voice->render_batch(requests);
  EXPECT_EQ(results.at(0).error().code, Errc::kStateMismatch);
  EXPECT_EQ(results.at(1).value().pcm, whole.pcm);
  EXPECT_THAT(results.at(2).error().message, HasSubstr("one kind"));
  EXPECT_EQ(results.at(3).value().pcm, whole.pcm);
  EXPECT_EQ(results.at(4).value().pcm, whole.pcm);
  EXPECT_THAT(results.at(5).error().message, HasSubstr("more grains"));
  EXPECT_TRUE(voice->render_batch({}).empty());
}

TEST_F(PiperTest, BatchesAndDevicesAreForOnnxRuntime) {
  static_cast<void>(toy());
  const auto refused = [&](const Options& options) {
    const auto loaded = make_piper_engine(options)->load(folder_);
    return loaded ? std::string("it loaded") : loaded.error().message;
  };
  EXPECT_THAT(refused({.kernel = voice::Kernel::kFast, .batching = {.size = 2}}), HasSubstr("has to be ort"));
  const device::Device cuda{.kind = device::Kind::kCuda, .index = 3};
  EXPECT_THAT(refused({.batching = {.device = cuda}}), AllOf(HasSubstr("cuda:3"), HasSubstr("the build for CUDA")));
  EXPECT_THAT(make_piper_engine({.batching = {.size = 2}})->fingerprint(), HasSubstr("/ort-batch-2/onnxruntime-1."));
  EXPECT_THAT(make_piper_engine({.batching = {.device = cuda, .device_name = "GPU X", .size = 8}})->fingerprint(),
              AllOf(HasSubstr("/ort-batch-8 on GPU X/"), HasSubstr("/cuda/")));
}

TEST_F(PiperTest, SeedSegmentAndSpeakerAreHeard) {
  const auto voice = toy(ToyKind::kTwoSpeakers);
  const auto base = plan_of(*voice, {.text = "abcde"});
  EXPECT_NE(plan_of(*voice, {.text = "abcde", .seed = 1}).prior, base.prior);
  EXPECT_NE(plan_of(*voice, {.text = "abcde", .segment_index = 1}).prior, base.prior);
  const auto high = plan_of(*voice, {.text = "abcde", .speaker = 1});
  EXPECT_NE(high.prior, base.prior);
  EXPECT_LE(distance(render_all(*voice, high, 1), toy_speech(high.prior, high.grains, 1)), 1);
  EXPECT_EQ(plan_error(*voice, {.text = "abcde", .speaker = 2}), Errc::kBadArgument);
  auto request = request_for(base, base.grains[0], {});
  request.speaker = 2;
  EXPECT_EQ(voice->render(request).error().code, Errc::kBadArgument);
}

TEST_F(PiperTest, NoiseOfAFrameDoesNotDependOnWhatFollows) {
  const auto voice = toy();
  const auto shorter = plan_of(*voice, {.text = "abc", .seed = 5});
  const auto longer = plan_of(*voice, {.text = "abcde", .seed = 5});
  // Up to the end mark, which stands elsewhere in the longer text.
  const std::size_t same = 6 * std::size_t{shorter.row_bytes};
  EXPECT_TRUE(std::equal(shorter.prior.begin(), shorter.prior.begin() + same, longer.prior.begin()));
  EXPECT_LT(shorter.prior.size(), longer.prior.size());
}

TEST_F(PiperTest, SpeedDividesTheLength) {
  const auto voice = toy();
  const std::string text = "eeeeeeee";
  const auto samples = [&](float speed) {
    return static_cast<double>(plan_of(*voice, {.text = text, .speed = speed}).samples().value);
  };
  EXPECT_NEAR(samples(0.5F) / samples(1), 2, 0.2);
  // Each phoneme's duration is rounded up to a whole frame.
  EXPECT_NEAR(samples(2) / samples(1), 0.55, 0.1);
  for (const float speed : {0.0F, 0.2F, 4.1F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_EQ(plan_error(*voice, {.text = text, .speed = speed}), Errc::kBadArgument);
  }
}

TEST_F(PiperTest, TextWithoutAPhonemeOfTheVoiceIsNothing) {
  const auto voice = toy();
  for (const std::string text : {"", ".", "***", "\U0001F600\U0001F600", "...!", "xyz", "\xFF\xFE"}) {
    EXPECT_EQ(plan_error(*voice, {.text = text}), Errc::kNothingToSpeak) << text;
  }
  EXPECT_EQ(plan_error(*voice, {.text = "x. a"}), std::nullopt);
}

TEST_F(PiperTest, SegmentsThatAreTooLongAreRefused) {
  const auto voice = toy();
  EXPECT_EQ(plan_error(*voice, {.text = std::string(2'000, 'a')}), Errc::kSegmentTooLong);
  EXPECT_EQ(plan_error(*voice, {.text = std::string(300, 'e')}), Errc::kSegmentTooLong);
  const auto samples = plan_of(*voice, {.text = "abcde"}).samples();
  EXPECT_EQ(plan_error(*voice, {.text = "abcde", .max_samples = samples}), std::nullopt);
  EXPECT_EQ(plan_error(*voice, {.text = "abcde", .max_samples = {samples.value - 1}}), Errc::kSegmentTooLong);
}

TEST_F(PiperTest, SegmentsWithMorePhonemesThanTheirAudioHasRoomForAreRefusedUnplanned) {
  const auto voice = toy();
  const base::SampleCount four_seconds{4 * voice->info().sample_rate.hz};
  EXPECT_EQ(plan_error(*voice, {.text = std::string(65, 'a'), .speed = 2, .max_samples = four_seconds}), std::nullopt);
  const auto plan = voice->plan({.text = std::string(65, 'a'), .max_samples = four_seconds});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::kSegmentTooLong);
  EXPECT_THAT(plan.error().message, HasSubstr("phonemes"));
}

TEST_F(PiperTest, ForgedGrainsAreRefused) {
  const auto voice = toy();
  const auto plan = plan_of(*voice, {.text = "eeee"});
  ASSERT_GE(plan.grains.size(), 4U);
  const auto first = voice->render(request_for(plan, plan.grains[0], {}));
  ASSERT_TRUE(first);
  const auto code = [&](auto change) {
    auto request = request_for(plan, plan.grains[1], first->state);
    change(request);
    const auto done = voice->render(request);
    return done ? std::nullopt : std::optional(done.error().code);
  };
  const std::vector<std::byte> much(1'000);
  EXPECT_EQ(code([](auto&) {}), std::nullopt);
  EXPECT_EQ(code([](auto& r) { r.grain.kind = static_cast<GrainKind>(7); }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.grain.kind = GrainKind::kFirst; }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.grain.samples += 1; }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.grain.row_end = r.grain.row_begin; }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.grain.row_begin += 1; }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.grain.row_end = 0xFFFFFFFF; }), Errc::kBadArgument);
  EXPECT_EQ(code([](auto& r) { r.rows = r.rows.first(r.rows.size() - 1); }), Errc::kStateMismatch);
  EXPECT_EQ(code([&](auto& r) { r.rows = much; }), Errc::kStateMismatch);
  EXPECT_EQ(code([](auto& r) { r.state = {}; }), Errc::kStateMismatch);
  EXPECT_EQ(code([&](auto& r) { r.state = much; }), Errc::kStateMismatch);
}

TEST_F(PiperTest, AnyBytesAsRowsAndStateGiveSamples) {
  const auto voice = toy();
  const auto plan = plan_of(*voice, {.text = "eeee"});
  std::mt19937 random(3);
  auto state = voice->render(request_for(plan, plan.grains[0], {}))->state;
  for (int i = 0; i < 50; ++i) {
    std::vector<std::byte> rows(kToyGrainFrames * std::size_t{plan.row_bytes});
    for (auto& byte : rows) byte = static_cast<std::byte>(random());
    for (auto& byte : state) byte = static_cast<std::byte>(random());
    const auto done = voice->render({.grain = plan.grains[1], .rows = rows, .state = state});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->pcm.size(), plan.grains[1].samples);
  }
}

TEST_F(PiperTest, DamagedVoicesDoNotLoad) {
  EXPECT_EQ(load_error().code, Errc::kVoiceNotFound);
  manifest_ = write_toy_voice(folder_, ToyKind::kWindowed);
  const auto middle = folder_ / voice::kRenderMiddleFile;
  std::ofstream(middle, std::ios::app) << "x";
  EXPECT_EQ(load_error().code, Errc::kVoiceCorrupt);
  seal_toy_voice(folder_, manifest_);
  EXPECT_EQ(load_error().code, Errc::kVoiceCorrupt) << "not a graph any more";
  std::filesystem::remove(middle);
  EXPECT_EQ(load_error().code, Errc::kVoiceCorrupt);
  std::filesystem::copy_file(folder_ / voice::kRenderLastFile, middle);
  seal_toy_voice(folder_, manifest_);
  EXPECT_EQ(load_error().code, Errc::kVoiceCorrupt) << "gives no state";
  std::ofstream(folder_ / voice::kManifestFile) << "{";
  EXPECT_EQ(load_error().code, Errc::kVoiceCorrupt);
}

TEST_F(PiperTest, ManifestsThatContradictTheGraphsDoNotLoad) {
  const auto code_with = [&](auto change) {
    manifest_ = write_toy_voice(folder_, ToyKind::kWindowed);
    change(manifest_);
    seal_toy_voice(folder_, manifest_);
    return load_error().code;
  };
  EXPECT_EQ(code_with([](auto& m) { m.states.pop_back(); }), Errc::kVoiceCorrupt);
  EXPECT_EQ(code_with([](auto& m) { m.states[0].length += 1; }), Errc::kVoiceCorrupt);
  EXPECT_EQ(code_with([](auto& m) { m.speaker_input = true; }), Errc::kVoiceCorrupt);
  manifest_ = write_toy_voice(folder_, ToyKind::kWindowed);
  manifest_.prior_channels = 3;
  seal_toy_voice(folder_, manifest_);
  const auto voice = load();
  EXPECT_EQ(plan_error(*voice, {.text = "abc"}), Errc::kEngineFailure);
}

TEST_F(PiperTest, MissingLibrariesAreSaid) {
  manifest_ = write_toy_voice(folder_, ToyKind::kWindowed);
  auto engine = make_piper_engine({.runtime = {.library = "/nonexistent/libonnxruntime.so"}});
  EXPECT_THAT(engine->fingerprint(), HasSubstr("no-onnxruntime"));
  const auto loaded = engine->load(folder_);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::kEngineFailure);
  EXPECT_THAT(loaded.error().message, HasSubstr("/nonexistent/libonnxruntime.so"));
}

}  // namespace
}  // namespace antiphon::engine::piper
