#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "engine/kokoro/kokoro_engine.h"
#include "engine/kokoro/layout.h"
#include "engine/kokoro/model.h"
#include "engine/kokoro/row.h"
#include "voice_import/kokoro_graph.h"
#include "voice_import/prepare_kokoro.h"
#include "voice_import/toy_hibari.h"
#include "voice_import/toy_kokoro.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace kokoro = engine::kokoro;
using testing::AllOf;
using testing::HasSubstr;

/// Of several grains.
constexpr const char* kText = "The old man with the long grey coat walked slowly across the square.";

/// Every letter is a token; a speaker's style has one value throughout.
class Letters final : public kokoro::Reader {
 public:
  [[nodiscard]] const std::vector<std::string>& speakers() const override { return speakers_; }
  [[nodiscard]] engine::Result<kokoro::Spoken> read(std::string_view text, std::uint32_t speaker) override {
    if (speaker >= speakers_.size()) {
      return std::unexpected(engine::Error{engine::Errc::kBadArgument, "there is no such speaker"});
    }
    kokoro::Spoken spoken = {.tokens = {0}};
    spoken.style.fill(0.1F * static_cast<float>(speaker));
    for (const auto& word : engine::written_words(text)) {
      const auto begin = spoken.starts.size();
      for (const char letter : word.text) {
        spoken.starts.push_back(spoken.tokens.size());
        spoken.tokens.push_back(1 + (static_cast<unsigned char>(letter) % (kToyKokoroTokens - 1)));
      }
      spoken.words.push_back({.text_begin = word.begin,
                              .text_end = word.begin + word.text.size(),
                              .phoneme_begin = begin,
                              .phoneme_end = spoken.starts.size()});
    }
    spoken.tokens.push_back(0);
    return spoken;
  }

 private:
  std::vector<std::string> speakers_ = {"low", "high"};
};

engine::Result<std::unique_ptr<kokoro::Reader>> letters(const fs::path& /*folder*/,
                                                        const kokoro::Manifest& /*manifest*/) {
  return std::make_unique<Letters>();
}

kokoro::Readers letters_readers() {
  return {.make = &letters, .version = [] { return std::string("letters-1"); }};
}

class KokoroTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::temp_directory_path() / ("antiphon-kokoro-" + std::to_string(::getpid()) + "-" + test->name());
    package_ = root_ / "package";
    store_ = root_ / "store";
    fs::create_directories(package_);
    fs::create_directories(store_);
    write(toy_kokoro_model());
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(std::string_view model) const { std::ofstream(package_ / kKokoroModel, std::ios::binary) << model; }
  [[nodiscard]] Result<PreparedKokoro> prepare(const PrepareOptions& options = {}) const {
    return prepare_kokoro(package_, store_, options, letters_readers());
  }
  [[nodiscard]] std::string prepare_error() const {
    const auto prepared = prepare();
    return prepared ? "it was prepared" : prepared.error().message;
  }
  [[nodiscard]] static std::unique_ptr<engine::Engine> make_engine() {
    return kokoro::make_kokoro_engine({.runtime = {}, .readers = letters_readers()});
  }
  [[nodiscard]] std::unique_ptr<engine::Voice> voice() const {
    if (const auto prepared = prepare(); !prepared) throw std::runtime_error(prepared.error().message);
    auto loaded = make_engine()->load(store_ / "package");
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }

  fs::path root_;
  fs::path package_;
  fs::path store_;
};

engine::SegmentPlan plan_of(engine::Voice& voice, const engine::PlanRequest& request) {
  auto plan = voice.plan(request);
  if (!plan) throw std::runtime_error(plan.error().message);
  return std::move(*plan);
}

engine::RenderRequest request_for(const engine::SegmentPlan& plan, const engine::GrainSpec& grain,
                                  std::span<const std::byte> state) {
  return {.grain = grain,
          .rows = std::span(plan.prior)
                      .subspan(std::size_t{grain.row_begin} * plan.row_bytes,
                               std::size_t{grain.row_end - grain.row_begin} * plan.row_bytes),
          .state = state};
}

std::vector<std::int16_t> render_all(std::span<engine::Voice* const> voices, const engine::SegmentPlan& plan) {
  std::vector<std::int16_t> pcm;
  std::vector<std::byte> state;
  std::size_t turn = 0;
  for (const auto& grain : plan.grains) {
    const auto done = voices[turn++ % voices.size()]->render(request_for(plan, grain, state));
    if (!done) throw std::runtime_error(done.error().message);
    EXPECT_EQ(done->pcm.size(), grain.samples);
    pcm.insert(pcm.end(), done->pcm.begin(), done->pcm.end());
    state = done->state;
  }
  EXPECT_TRUE(state.empty());
  return pcm;
}

TEST_F(KokoroTest, WhatWasPreparedSpeaksAsTheOriginalToTheBit) {
  const auto prepared = prepare();
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_EQ(prepared->verification.different, 0U);
  EXPECT_GT(prepared->verification.samples, 24'000U);
  EXPECT_EQ(prepared->manifest.channels, static_cast<std::uint32_t>(kToyKokoroChannels));
  EXPECT_EQ(prepared->manifest.costs, prepared->verification.costs);
}

TEST_F(KokoroTest, SaysWhatItIs) {
  const auto loaded = voice();
  EXPECT_EQ(loaded->info().engine, "kokoro");
  EXPECT_EQ(loaded->info().sample_rate.hz, kokoro::kSampleRate);
  EXPECT_THAT(loaded->info().speakers, testing::ElementsAre("low", "high"));
  EXPECT_THAT(make_engine()->fingerprint(), AllOf(HasSubstr("kokoro-1/onnxruntime-1."), HasSubstr("/letters-1")));
}

TEST_F(KokoroTest, SameRequestSameBytesWhoeverRendersItsGrains) {
  const auto first = voice();
  const auto second = voice();
  const auto plan = plan_of(*first, {.text = kText});
  ASSERT_GT(plan.grains.size(), 3U);
  EXPECT_EQ(plan.prior, plan_of(*second, {.text = kText}).prior);
  engine::Voice* const alone[] = {first.get()};
  engine::Voice* const both[] = {first.get(), second.get()};
  const auto pcm = render_all(alone, plan);
  EXPECT_EQ(pcm.size(), plan.samples().value);
  EXPECT_GT(std::ranges::count_if(pcm, [](int sample) { return sample != 0; }), 1'000);
  EXPECT_EQ(pcm, render_all(both, plan));
  EXPECT_NE(pcm, render_all(alone, plan_of(*first, {.text = kText, .speaker = 1})));
  EXPECT_NE(pcm.size(), plan_of(*first, {.text = kText, .speed = 1.2F}).samples().value);
}

TEST_F(KokoroTest, SpeechBeginsWithAShortGrain) {
  constexpr std::uint32_t kLongestStart = kokoro::kSampleRate * 14 / 10;
  const auto loaded = voice();
  const auto beginning = plan_of(*loaded, {.text = kText});
  EXPECT_LE(beginning.grains.front().samples, kLongestStart);
  const auto within = plan_of(*loaded, {.text = kText, .segment_index = 1});
  EXPECT_LE(within.grains.size(), beginning.grains.size());
  EXPECT_EQ(within.samples().value, beginning.samples().value);
}

TEST_F(KokoroTest, ASegmentOfAnyLengthYieldsWhatItsPlanSays) {
  const auto loaded = voice();
  engine::Voice* const alone[] = {loaded.get()};
  std::string text;
  while (text.size() < 40) {
    text += static_cast<char>('a' + text.size() % 26);
    const auto plan = plan_of(*loaded, {.text = text});
    EXPECT_EQ(render_all(alone, plan).size(), plan.samples().value) << text;
  }
}

TEST_F(KokoroTest, WhereGrainsMeetOneIsFadedIntoTheOther) {
  const auto loaded = voice();
  const auto plan = plan_of(*loaded, {.text = kText});
  const auto first = loaded->render(request_for(plan, plan.grains[0], {}));
  ASSERT_TRUE(first);
  const auto second = loaded->render(request_for(plan, plan.grains[1], first->state));
  ASSERT_TRUE(second);
  auto silent = kokoro::read_as<kokoro::Carried>(first->state);
  silent.fading.fill(0);
  const auto from_silence = loaded->render(request_for(plan, plan.grains[1], std::as_bytes(std::span(&silent, 1))));
  ASSERT_TRUE(from_silence);
  const std::span joined(second->pcm);
  const std::span faded(from_silence->pcm);
  EXPECT_FALSE(std::ranges::equal(joined.first(kokoro::kFadeSamples), faded.first(kokoro::kFadeSamples)));
  EXPECT_TRUE(std::ranges::equal(joined.subspan(kokoro::kFadeSamples), faded.subspan(kokoro::kFadeSamples)));
}

TEST_F(KokoroTest, MarksSayWhereWordsStartAndEnd) {
  const auto loaded = voice();
  const auto plan = plan_of(*loaded, {.text = "abc de"});
  std::vector<std::uint32_t> offsets;
  for (const auto& mark : plan.marks) offsets.push_back(mark.text_offset);
  EXPECT_THAT(offsets, testing::ElementsAre(0, 3, 4, 6));
  EXPECT_TRUE(std::ranges::is_sorted(plan.marks, {}, &engine::SegmentPlan::Mark::sample_offset));
  EXPECT_LE(plan.marks.back().sample_offset, plan.samples().value);
}

TEST_F(KokoroTest, RefusesWhatItCannotSpeak) {
  const auto loaded = voice();
  const auto error = [&](const engine::PlanRequest& request) {
    const auto plan = loaded->plan(request);
    return plan ? std::nullopt : std::optional(plan.error().code);
  };
  EXPECT_EQ(error({.text = kText}), std::nullopt);
  EXPECT_EQ(error({.text = kText, .speed = 5}), engine::Errc::kBadArgument);
  EXPECT_EQ(error({.text = kText, .speaker = 2}), engine::Errc::kBadArgument);
  EXPECT_EQ(error({.text = kText, .max_samples = {3'000}}), engine::Errc::kSegmentTooLong);
  EXPECT_EQ(error({.text = std::string(kokoro::kMostTokens + 1, 'a')}), engine::Errc::kSegmentTooLong);
}

TEST_F(KokoroTest, RefusesRowsAndStateThatAreNotTheGrains) {
  const auto loaded = voice();
  const auto plan = plan_of(*loaded, {.text = kText});
  const auto error = [&](const engine::RenderRequest& request) {
    const auto done = loaded->render(request);
    return done ? std::nullopt : std::optional(done.error().code);
  };
  const auto first = loaded->render(request_for(plan, plan.grains[0], {}));
  ASSERT_TRUE(first);
  auto request = request_for(plan, plan.grains[1], first->state);
  EXPECT_EQ(error(request), std::nullopt);
  request.state = std::span(first->state).first(8);
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch);
  request.state = {};
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch);
  auto other = first->state;
  other.front() ^= std::byte{1};
  request.state = other;
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch) << "a state of another place";
  request.state = first->state;
  request.rows = std::span(plan.prior).first(request.rows.size());
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch) << "rows of another place";
  request.rows = request.rows.first(8);
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch);
  request = request_for(plan, plan.grains[1], first->state);
  request.grain.samples += 1;
  EXPECT_EQ(error(request), engine::Errc::kBadArgument);
  request.grain.row_end = request.grain.row_begin + 2;
  EXPECT_EQ(error(request), engine::Errc::kBadArgument);
}

TEST_F(KokoroTest, TheSamePackageIsPreparedOnce) {
  ASSERT_TRUE(prepare());
  const auto again = prepare();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->already_there);
  write("another model");
  EXPECT_EQ(prepare().error().code, Errc::kVoiceExists);
}

TEST_F(KokoroTest, AModelOfAnotherStructureIsRefusedAndNothingIsLeft) {
  write("x");
  EXPECT_THAT(prepare_error(), HasSubstr("kokoro.onnx: this is not an ONNX model"));
  write(toy_hibari_model());
  EXPECT_THAT(prepare_error(), HasSubstr("kokoro.onnx: the model has no output audio"));
  fs::remove(package_ / kKokoroModel);
  EXPECT_THAT(prepare_error(), HasSubstr("kokoro.onnx"));
  EXPECT_TRUE(fs::is_empty(store_));
}

TEST_F(KokoroTest, AVoiceWhoseFilesWereTouchedIsNotLoaded) {
  ASSERT_TRUE(prepare());
  const auto folder = store_ / "package";
  const auto load_error = [&] { return make_engine()->load(folder).error(); };
  std::ofstream(folder / kokoro::kPlanFile, std::ios::app) << "more";
  EXPECT_THAT(load_error().message, HasSubstr("plan.onnx"));
  EXPECT_EQ(load_error().code, engine::Errc::kVoiceCorrupt);
  std::ofstream(folder / "manifest.json") << "{}";
  EXPECT_THAT(load_error().message, HasSubstr("manifest.json: engine is missing"));
  fs::remove(folder / "manifest.json");
  EXPECT_EQ(load_error().code, engine::Errc::kVoiceNotFound);
}

TEST_F(KokoroTest, AManifestIsReadAsItWasWritten) {
  const auto prepared = prepare();
  ASSERT_TRUE(prepared);
  const auto again = kokoro::parse_manifest(kokoro::to_json(prepared->manifest));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, prepared->manifest);
}

}  // namespace
}  // namespace antiphon::voice_import
