#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <span>

#include "engine/hibari/hibari_engine.h"
#include "voice_import/hibari_assets.h"
#include "voice_import/hibari_package.h"
#include "voice_import/prepare_hibari.h"
#include "voice_import/toy_hibari.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace hibari = engine::hibari;
using engine::GrainKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Whole sentences that are heard as long as several grains.
constexpr const char* kText = "abc abc, abcabc abc abcabc cab bca (abc) abc bac.";

class HibariTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::temp_directory_path() / ("antiphon-hibari-" + std::to_string(::getpid()) + "-" + test->name());
    package_ = root_ / "package";
    store_ = root_ / "store";
    fs::create_directories(package_);
    fs::create_directories(store_);
    write("hibari.onnx", toy_hibari_model());
    write("oov.onnx", toy_spelling_model());
    write("oov.json", R"({"in":["x","y"],"out":["a","b"],"maxlen":24})");
    write("vocab.json", R"-({"a":3,"b":4,"c":5," ":1,",":2,".":6,"(":7,")":8})-");
    write("lexicon_us_gold.json", R"({"abc":"abc","cab":"cab","bca":{"DEFAULT":"bca","NOUN":"bac"}})");
    write("lexicon_us_silver.json", R"({"bac":"bac","abcabc":"abcabc"})");
    write("tagger.json",
          R"-({"tags":[",",".","-LRB-","-RRB-","VB"],"tagdict":{",":",",".":".","(":"-LRB-",")":"-RRB-"},)-"
          R"-("vocab":["abc"],"weights":{"b":{"VB":1.5}}})-");
    write("tokenizer_exceptions.json", R"({"can't":["ca","n't"]})");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(package_ / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] Result<PreparedHibari> prepare(const PrepareOptions& options = {}) const {
    return prepare_hibari(package_, store_, options);
  }
  [[nodiscard]] std::string prepare_error() const {
    const auto prepared = prepare();
    return prepared ? "it was prepared" : prepared.error().message;
  }
  [[nodiscard]] std::unique_ptr<engine::Voice> voice() const {
    if (const auto prepared = prepare(); !prepared) throw std::runtime_error(prepared.error().message);
    auto loaded = hibari::make_hibari_engine()->load(store_ / "package");
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

TEST_F(HibariTest, APreparedVoiceGivesExactlyTheOriginalsSpectra) {
  const auto prepared = prepare();
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_EQ(prepared->verification.worst, 0);
  EXPECT_GT(prepared->verification.frames, 500U);
  EXPECT_EQ(prepared->manifest.features, 8U);
  EXPECT_EQ(prepared->manifest.costs, prepared->verification.costs);
}

TEST_F(HibariTest, SaysWhatItIs) {
  const auto loaded = voice();
  EXPECT_EQ(loaded->info().id, "package");
  EXPECT_EQ(loaded->info().engine, "hibari");
  EXPECT_EQ(loaded->info().sample_rate.hz, 24'000U);
  EXPECT_EQ(loaded->info().language, "en-US");
  EXPECT_THAT(hibari::make_hibari_engine()->fingerprint(),
              AllOf(HasSubstr("hibari-1/onnxruntime-1."), HasSubstr("glibc-")));
}

TEST_F(HibariTest, SameRequestSameBytesWhoeverRendersItsGrains) {
  const auto first = voice();
  const auto second = voice();
  const auto plan = plan_of(*first, {.text = kText, .segment_index = 2, .seed = 3});
  ASSERT_GT(plan.grains.size(), 3U);
  const auto again = plan_of(*second, {.text = kText, .segment_index = 2, .seed = 3});
  EXPECT_EQ(plan.prior, again.prior);
  engine::Voice* const alone[] = {first.get()};
  engine::Voice* const both[] = {first.get(), second.get()};
  const auto pcm = render_all(alone, plan);
  EXPECT_EQ(pcm.size(), plan.samples().value);
  EXPECT_EQ(pcm, render_all(both, plan));
  EXPECT_NE(pcm, render_all(alone, plan_of(*first, {.text = kText, .segment_index = 2, .seed = 4})));
  EXPECT_NE(pcm, render_all(alone, plan_of(*first, {.text = kText, .segment_index = 1, .seed = 3})));
}

TEST_F(HibariTest, ASegmentOfAnyLengthYieldsWhatItsPlanSays) {
  const auto loaded = voice();
  engine::Voice* const alone[] = {loaded.get()};
  std::set<std::size_t> lengths;
  std::string text;
  while (text.size() < 24) {
    text += text.size() % 2 == 0 ? 'x' : 'y';
    const auto plan = plan_of(*loaded, {.text = text});
    lengths.insert(plan.grains.size());
    EXPECT_EQ(render_all(alone, plan).size(), plan.samples().value) << text;
  }
  EXPECT_GT(lengths.size(), 2U);
}

TEST_F(HibariTest, MarksSayWhereWordsStartAndEnd) {
  const auto loaded = voice();
  const auto plan = plan_of(*loaded, {.text = "abc (bca)  xy, bac."});
  std::vector<std::uint32_t> offsets;
  for (const auto& mark : plan.marks) offsets.push_back(mark.text_offset);
  EXPECT_THAT(offsets, ElementsAre(0, 3, 4, 9, 11, 14, 15, 19));
  EXPECT_TRUE(std::ranges::is_sorted(plan.marks, {}, &engine::SegmentPlan::Mark::sample_offset));
  EXPECT_LE(plan.marks.back().sample_offset, plan.samples().value);
}

TEST_F(HibariTest, RefusesWhatItCannotSpeak) {
  const auto loaded = voice();
  const auto error = [&](const engine::PlanRequest& request) {
    const auto plan = loaded->plan(request);
    return plan ? std::nullopt : std::optional(plan.error().code);
  };
  EXPECT_EQ(error({.text = kText, .speed = 5}), engine::Errc::kBadArgument);
  EXPECT_EQ(error({.text = kText, .speaker = 1}), engine::Errc::kBadArgument);
  EXPECT_EQ(error({.text = "..."}), engine::Errc::kNothingToSpeak);
  EXPECT_EQ(error({.text = "\U0001F600"}), engine::Errc::kNothingToSpeak);
  EXPECT_EQ(error({.text = kText, .max_samples = {3'000}}), engine::Errc::kSegmentTooLong);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "abc ";
  EXPECT_EQ(error({.text = many}), engine::Errc::kSegmentTooLong);
  EXPECT_EQ(error({.text = std::string(hibari::Reader::kMostBytes + 1, 'a')}), engine::Errc::kSegmentTooLong);
}

TEST_F(HibariTest, RefusesRowsAndStateThatAreNotTheGrains) {
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
  request.state = first->state;
  request.rows = std::span(plan.prior).first(request.rows.size());
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch) << "rows of another place";
  request.rows = request.rows.first(8);
  EXPECT_EQ(error(request), engine::Errc::kStateMismatch);
  request = request_for(plan, plan.grains[1], first->state);
  request.grain.samples += 1;
  EXPECT_EQ(error(request), engine::Errc::kBadArgument);
  request.grain.kind = GrainKind::kSingle;
  EXPECT_EQ(error(request), engine::Errc::kBadArgument);
}

TEST_F(HibariTest, TheSamePackageIsPreparedOnce) {
  ASSERT_TRUE(prepare());
  const auto again = prepare();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->already_there);
  write("vocab.json", R"({"a":3})");
  EXPECT_EQ(prepare().error().code, Errc::kVoiceExists);
  EXPECT_TRUE(prepare({.replace = true}));
}

TEST_F(HibariTest, APackageMayBePackedByGzip) {
  const auto digest = digest_of_package(package_);
  ASSERT_TRUE(digest);
  const auto path = package_ / "tagger.json";
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto* const packed = gzopen((path.string() + ".gz").c_str(), "wb");
  ASSERT_NE(packed, nullptr);
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  fs::remove(path);
  EXPECT_EQ(digest_of_package(package_).value(), *digest);
  fs::resize_file(path.string() + ".gz", fs::file_size(path.string() + ".gz") - 9);
  EXPECT_THAT(prepare_error(), HasSubstr("tagger.json.gz"));
}

TEST_F(HibariTest, SaysWhichFileAndKeyIsWrong) {
  const auto refused = [&](const char* file, std::string_view bytes) {
    std::ifstream in(package_ / file, std::ios::binary);
    const std::string kept{std::istreambuf_iterator<char>(in), {}};
    write(file, bytes);
    auto message = prepare_error();
    write(file, kept);
    EXPECT_TRUE(fs::is_empty(store_)) << "nothing is left of what failed";
    return message;
  };
  EXPECT_THAT(refused("lexicon_us_gold.json", R"({"ab":3})"), HasSubstr("lexicon_us_gold.json: \"ab\": is not a text"));
  EXPECT_THAT(refused("lexicon_us_silver.json", R"({"ab":{"NOUN":"a"}})"),
              HasSubstr("lexicon_us_silver.json: \"ab\": has no DEFAULT"));
  EXPECT_THAT(refused("vocab.json", R"({"a":70000})"), HasSubstr("vocab.json: \"a\" is not a whole number"));
  EXPECT_THAT(refused("tokenizer_exceptions.json", R"({"ab":["a","c"]})"),
              HasSubstr("tokenizer_exceptions.json: \"ab\": is not what its parts make"));
  EXPECT_THAT(refused("tagger.json", R"({"tags":["A"],"tagdict":{},"vocab":["a"],"weights":{"b":{"B":1}}})"),
              HasSubstr("tagger.json: \"b\": has a weight for a part of speech"));
  EXPECT_THAT(refused("oov.json", "[]"), HasSubstr("oov.json: is not an object"));
  EXPECT_THAT(refused("hibari.onnx", toy_spelling_model()), HasSubstr("hibari.onnx: lh and phi"));
  EXPECT_THAT(refused("hibari.onnx", "x"), HasSubstr("hibari.onnx: "));
  fs::remove(package_ / "oov.onnx");
  EXPECT_THAT(prepare_error(), HasSubstr("oov.onnx: cannot be read"));
}

TEST_F(HibariTest, AVoiceWhoseFilesWereTouchedIsNotLoaded) {
  ASSERT_TRUE(prepare());
  const auto folder = store_ / "package";
  const auto load_error = [&] { return hibari::make_hibari_engine()->load(folder).error(); };
  std::ofstream(folder / hibari::kWordsFile, std::ios::app) << "z\tz\n";
  EXPECT_THAT(load_error().message, HasSubstr("words.txt"));
  EXPECT_EQ(load_error().code, engine::Errc::kVoiceCorrupt);
  std::ofstream(folder / "manifest.json") << "{}";
  EXPECT_THAT(load_error().message, HasSubstr("manifest.json: engine is missing"));
  fs::remove(folder / "manifest.json");
  EXPECT_EQ(load_error().code, engine::Errc::kVoiceNotFound);
}

}  // namespace
}  // namespace antiphon::voice_import
