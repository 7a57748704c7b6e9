#include "voice_import/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/piper/piper_engine.h"
#include "voice_import/piper_config.h"
#include "voice_import/toy_vits.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// With the upsamplings and residual blocks of Piper's voices of low quality, as narrow as the other toys.
ToyVits exported_low() {
  auto shape = toy_low();
  shape.rates = {8, 8, 4};
  shape.kernels = {16, 16, 8};
  shape.block_kernels = {3, 5, 7};
  shape.block_dilations = {{1, 2}, {2, 6}, {3, 12}};
  return shape;
}

class PreparationTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("antiphon-prepare-" + std::to_string(::getpid()) + "-" + test->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const fs::path& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] fs::path store() const { return folder_ / "store"; }

  Result<Prepared> prepare(const ToyVits& shape, const PrepareOptions& options = {.grain_frames = 5}) {
    write("toy.onnx", toy_model(shape));
    write("toy.onnx.json", toy_config(shape));
    return prepare_voice(folder_ / "toy.onnx", store(), options);
  }

  /// Every length of a segment up to some grains beyond the first one.
  void expect_faithful(const ToyVits& shape) {
    auto prepared = prepare(shape);
    ASSERT_TRUE(prepared) << prepared.error().message;
    auto manifest = prepared->manifest;
    EXPECT_TRUE(manifest.geometry.windowed) << manifest.not_windowed_because;
    EXPECT_EQ(manifest.kernel, voice::Kernel::kFast) << manifest.not_fast_because;
    const auto runtime = engine::ort::Runtime::open();
    ASSERT_TRUE(runtime);
    const auto lengths = manifest.geometry.first_frames + 4 * manifest.geometry.grain_frames;
    for (const auto kernel : {voice::Kernel::kOrt, voice::Kernel::kDirect, voice::Kernel::kFast}) {
      manifest.kernel = kernel;
      const auto found = verify_voice(*runtime, prepared->folder, manifest, toy_model(shape),
                                      {.sentences = 5, .every_length = lengths});
      ASSERT_TRUE(found) << name_of(kernel) << ": " << found.error().message;
      EXPECT_LE(found->worst, 1) << name_of(kernel);
      EXPECT_GT(found->signal_to_noise_db, 100) << name_of(kernel);
      EXPECT_GT(found->samples, 10'000U);
    }
  }

  fs::path folder_;
};

TEST_F(PreparationTest, LowQualityIsFaithfulAtEveryLength) { expect_faithful(toy_low()); }

TEST_F(PreparationTest, HighQualityIsFaithfulAtEveryLength) { expect_faithful(toy_high()); }

TEST_F(PreparationTest, SeveralSpeakersAreFaithfulAtEveryLength) {
  expect_faithful(toy_two_speakers());
  const auto voice = engine::piper::make_piper_engine()->load(store() / "toy");
  ASSERT_TRUE(voice) << voice.error().message;
  EXPECT_EQ((*voice)->info().speakers, (std::vector<std::string>{"low", "high"}));
  const auto one = (*voice)->plan({.text = "abcdefgh"});
  const auto other = (*voice)->plan({.text = "abcdefgh", .speaker = 1});
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->prior, other->prior);
}

TEST_F(PreparationTest, OtherKernelsRatesAndWidthsAreFaithful) {
  auto shape = exported_low();
  shape.channels = 10;
  shape.decoder_channels = 16;
  expect_faithful(shape);
  shape = toy_low();
  shape.couplings = 0;
  shape.rates = {5};
  shape.kernels = {11};
  shape.seed = 9;
  fs::remove_all(store());
  expect_faithful(shape);
}

/// The widths, rates and depths of Piper's smallest and largest voices; the weights are random.
TEST_F(PreparationTest, TheSizesOfExtraLowAndOfHighQualityAreRenderedByOurKernels) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "the narrow voices go the same ways";
#endif
#endif
  auto low = exported_low();
  low.channels = 96;
  low.couplings = 4;
  low.flow_layers = 4;
  low.decoder_channels = 256;
  auto high = toy_high();
  high.channels = 192;
  high.flow_layers = 4;
  high.decoder_channels = 512;
  high.rates = {8, 8, 2, 2};
  high.kernels = {16, 16, 4, 4};
  for (const auto& shape : {low, high}) {
    fs::remove_all(store());
    const auto prepared = prepare(shape, {});
    ASSERT_TRUE(prepared) << prepared.error().message;
    const auto& manifest = prepared->manifest;
    EXPECT_TRUE(manifest.geometry.windowed) << manifest.not_windowed_because;
    EXPECT_EQ(manifest.kernel, voice::Kernel::kFast) << manifest.not_fast_because;
    EXPECT_GT(prepared->verification.samples, 0U);
    EXPECT_GT(prepared->verification.signal_to_noise_db, 90);
    EXPECT_LE(prepared->verification.worst, 1);
  }
}

/// The real surgery's graphs; the weights are random.
TEST_F(PreparationTest, GrainsOfABatchAreThoseOfOneAlone) {
  constexpr std::uint32_t kBatch = 3;
  auto shape = toy_two_speakers();
  shape.channels = 16;
  shape.decoder_channels = 32;
  const auto prepared = prepare(shape);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const auto alone = engine::piper::make_piper_engine({.kernel = voice::Kernel::kOrt})->load(prepared->folder);
  const auto together = engine::piper::make_piper_engine({.batching = {.size = kBatch}})->load(prepared->folder);
  ASSERT_TRUE(alone && together);
  std::vector<engine::SegmentPlan> plans;
  std::vector<std::vector<std::byte>> states(kBatch);
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    plans.push_back((*alone)->plan({.text = "abcdefghabcdefgh", .seed = i, .speaker = i % 2}).value());
  }
  for (std::size_t step = 0; step < 3; ++step) {
    std::vector<engine::RenderRequest> requests;
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      const auto& grain = plans[i].grains.at(step);
      const auto bytes = std::size_t{grain.row_end - grain.row_begin} * plans[i].row_bytes;
      const auto rows = std::span(plans[i].prior).subspan(std::size_t{grain.row_begin} * plans[i].row_bytes, bytes);
      requests.push_back({.grain = grain, .rows = rows, .state = states[i], .speaker = i % 2});
    }
    const auto results = (*together)->render_batch(requests);
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      const auto expected = (*alone)->render(requests[i]);
      ASSERT_TRUE(results.at(i) && expected);
      EXPECT_EQ(results[i]->pcm, expected->pcm) << step << ", " << i;
      EXPECT_EQ(results[i]->state, expected->state) << step << ", " << i;
      states[i] = expected->state;
    }
  }
}

TEST_F(PreparationTest, AGainIsKeptInTheManifestAndIsNoPartOfTheVoicesIdentity) {
  const auto prepared = prepare(toy_low());
  ASSERT_TRUE(prepared) << prepared.error().message;
  auto manifest = prepared->manifest;
  EXPECT_EQ(manifest.gain_db, std::nullopt);
  manifest.gain_db = -3.25;
  ASSERT_TRUE(voice::write_manifest(prepared->folder, manifest));
  const auto read = voice::read_manifest(prepared->folder);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, manifest);
  EXPECT_EQ(voice::identity_of(*read), voice::identity_of(prepared->manifest));
  const auto again = prepare(toy_low());
  ASSERT_TRUE(again && again->already_there);
  EXPECT_EQ(again->manifest.gain_db, -3.25);
  manifest.gain_db = 40.5;
  EXPECT_THAT(voice::parse_manifest(voice::to_json(manifest)).error().message, HasSubstr("gain_db"));
}

TEST_F(PreparationTest, UnknownStructureIsRenderedWhole) {
  auto shape = toy_low();
  shape.odd_renderer = true;
  const auto prepared = prepare(shape);
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_FALSE(prepared->manifest.geometry.windowed);
  EXPECT_THAT(prepared->manifest.not_windowed_because, HasSubstr("ReduceMean"));
  const auto voice = engine::piper::make_piper_engine()->load(prepared->folder);
  ASSERT_TRUE(voice) << voice.error().message;
  const auto plan = (*voice)->plan({.text = "abcdefghabcdefgh"});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->grains.size(), 1U);
  EXPECT_TRUE((*voice)->render({.grain = plan->grains[0], .rows = plan->prior, .state = {}}));
}

TEST_F(PreparationTest, WhatOurKernelsLackIsRenderedByOnnxRuntime) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(toy_model(toy_low())));
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == "Tanh") node.set_op_type("Softsign");
  }
  write("toy.onnx", model.SerializeAsString());
  write("toy.onnx.json", toy_config(toy_low()));
  const auto prepared = prepare_voice(folder_ / "toy.onnx", store(), {.grain_frames = 5});
  ASSERT_TRUE(prepared) << prepared.error().message;
  EXPECT_TRUE(prepared->manifest.geometry.windowed);
  EXPECT_EQ(prepared->manifest.kernel, voice::Kernel::kOrt);
  EXPECT_THAT(prepared->manifest.not_fast_because, HasSubstr("Softsign"));
  EXPECT_TRUE(engine::piper::make_piper_engine()->load(prepared->folder));
  const auto asked = engine::piper::make_piper_engine({.kernel = voice::Kernel::kFast})->load(prepared->folder);
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().message, HasSubstr("Softsign"));
}

TEST_F(PreparationTest, EachKernelOfAVoiceCanBeAskedFor) {
  const auto prepared = prepare(toy_low());
  ASSERT_TRUE(prepared);
  std::vector<std::string> fingerprints;
  for (const auto kernel : {voice::Kernel::kOrt, voice::Kernel::kDirect, voice::Kernel::kFast}) {
    const auto engine = engine::piper::make_piper_engine({.kernel = kernel});
    fingerprints.push_back(engine->fingerprint());
    EXPECT_TRUE(engine->load(prepared->folder)) << name_of(kernel);
  }
  EXPECT_THAT(fingerprints[0], HasSubstr("ort"));
  EXPECT_NE(fingerprints[1], fingerprints[2]);
}

TEST_F(PreparationTest, AnotherSoundIsNoticed) {
  auto prepared = prepare(toy_low());
  ASSERT_TRUE(prepared);
  onnx::ModelProto other;
  ASSERT_TRUE(other.ParseFromString(toy_model(toy_low())));
  // The bias of the last convolution.
  auto& bias = *other.mutable_graph()->mutable_initializer(other.graph().initializer_size() - 2);
  ASSERT_EQ(bias.float_data_size(), 1);
  bias.set_float_data(0, bias.float_data(0) + 0.01F);
  const auto runtime = engine::ort::Runtime::open();
  for (const auto kernel : {voice::Kernel::kOrt, voice::Kernel::kDirect, voice::Kernel::kFast}) {
    prepared->manifest.kernel = kernel;
    const auto found = verify_voice(*runtime, prepared->folder, prepared->manifest, other.SerializeAsString());
    ASSERT_FALSE(found) << name_of(kernel);
    EXPECT_EQ(found.error().code, Errc::kVerifyFailed);
  }
}

TEST_F(PreparationTest, TheSameModelIsPreparedOnce) {
  ASSERT_TRUE(prepare(toy_low()));
  const auto again = prepare(toy_low());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already_there);
  const auto other = prepare(toy_high());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kVoiceExists);
  const auto replaced = prepare(toy_high(), {.replace = true});
  ASSERT_TRUE(replaced);
  EXPECT_FALSE(replaced->already_there);
  // Nothing but voices is left in the store, and its lock.
  EXPECT_EQ(std::distance(fs::directory_iterator(store()), {}), 2);
  EXPECT_TRUE(fs::exists(store() / ".voices.lock"));
}

TEST_F(PreparationTest, WhatAnotherPreparationMadeIsMadeAnew) {
  const auto prepared = prepare(toy_low());
  ASSERT_TRUE(prepared);
  const auto file = prepared->folder / voice::kManifestFile;
  const auto outdate = [&](const std::string& source) {
    auto text = voice::to_json(prepared->manifest);
    const auto at = text.find("\"preparation\": ");
    text.replace(at, text.find(',', at) - at, "\"preparation\": 1");
    text.replace(text.find(prepared->manifest.source_sha256), source.size(), source);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  };
  outdate(prepared->manifest.source_sha256);
  EXPECT_FALSE(voice::read_manifest(prepared->folder));
  const auto again = prepare(toy_low());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->already_there);
  EXPECT_TRUE(voice::read_manifest(again->folder));
  outdate(std::string(64, 'a'));
  const auto other = prepare(toy_low());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kVoiceExists);
}

TEST_F(PreparationTest, WhatIsNotAVoiceLeavesNothingBehind) {
  const auto expect_error = [&](const std::string& model, const std::string& config, Errc code, const char* words) {
    write("toy.onnx", model);
    write("toy.onnx.json", config);
    const auto prepared = prepare_voice(folder_ / "toy.onnx", store(), {});
    ASSERT_FALSE(prepared) << words;
    EXPECT_EQ(prepared.error().code, code) << prepared.error().message;
    EXPECT_THAT(prepared.error().message, HasSubstr(words));
    EXPECT_TRUE(!fs::exists(store()) || fs::is_empty(store()));
  };
  const auto model = toy_model(toy_low());
  const auto config = toy_config(toy_low());
  expect_error("not a model", config, Errc::kModelInvalid, "ONNX");
  expect_error(model.substr(0, model.size() / 2), config, Errc::kModelInvalid, "");
  expect_error(model, "{}", Errc::kConfigInvalid, "audio");
  expect_error(model, "[", Errc::kConfigInvalid, "toy.onnx.json");
  const auto with = [](std::string text, const std::string& old, const std::string& now) {
    return text.replace(text.find(old), old.size(), now);
  };
  expect_error(model, with(config, "\"h\": [10]", "\"\u0298\": [300]"), Errc::kConfigInvalid,
               "toy.onnx.json: phoneme_id_map[\"\u0298\"]: 300, but the model has 12 phonemes");
  expect_error(model, with(config, "\"h\": [10]", "\"h\": [10, 12]"), Errc::kConfigInvalid,
               "toy.onnx.json: phoneme_id_map[\"h\"]: 12, but");
  expect_error(model, with(config, "\"h\": [10]", "\"h\": [-1]"), Errc::kConfigInvalid,
               "toy.onnx.json: phoneme_id_map[\"h\"]: an id is not a whole number from 0 to 65535");
  expect_error(model, with(config, "\"h\": [10]", "\"h\": 10"), Errc::kConfigInvalid, "phoneme_id_map[\"h\"] is not");
  expect_error(model, with(config, "\"num_speakers\": 1", "\"num_speakers\": 2"), Errc::kConfigInvalid,
               "toy.onnx.json: num_speakers: 2, but the model has one speaker");
  const auto both = toy_config(toy_two_speakers());
  expect_error(toy_model(toy_two_speakers()), with(both, "\"num_speakers\": 2", "\"num_speakers\": 3"),
               Errc::kConfigInvalid, "toy.onnx.json: num_speakers: 3, but the model has 2 speakers");
  EXPECT_EQ(prepare_voice(folder_ / "none.onnx", store(), {}).error().code, Errc::kFileFailure);
  EXPECT_EQ(prepare_voice(folder_ / "toy.onnx", store(), {.id = "../toy"}).error().code, Errc::kBadId);
}

TEST(PiperConfigTest, ReadsWhatPiperWrites) {
  const auto config = parse_piper_config(
      R"({"audio": {"sample_rate": 16000}, "espeak": {"voice": "de"}, "num_speakers": 3, "speaker_id_map": {"b": 1},
          "inference": {"length_scale": 1.5}, "dataset": "x", "language": {"code": "de_DE"},
          "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [3, 4]}})");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->sample_rate, 16'000U);
  EXPECT_EQ(config->espeak_voice, "de");
  EXPECT_EQ(config->language, "de-DE");
  EXPECT_EQ(config->phoneme_type, "espeak");
  EXPECT_EQ(config->length_scale, 1.5F);
  EXPECT_EQ(config->noise_scale, 0.667F);
  EXPECT_EQ(config->speakers, (std::vector<std::string>{"0", "b", "2"}));
  EXPECT_EQ(config->phoneme_id_map.at("a"), (std::vector<std::int64_t>{3, 4}));
}

TEST(PiperConfigTest, SaysWhatIsWrong) {
  const auto message = [](const std::string& changed) {
    const auto config = parse_piper_config(changed);
    return config ? "accepted" : config.error().message;
  };
  const std::string ids = R"("phoneme_id_map": {"_": [0], "^": [1], "$": [2]})";
  const std::string audio = R"("audio": {"sample_rate": 16000}, )";
  const std::string espeak = R"("espeak": {"voice": "de"}, )";
  EXPECT_EQ(message("{" + audio + espeak + ids + "}"), "accepted");
  EXPECT_THAT(message("{" + espeak + ids + "}"), HasSubstr("audio"));
  EXPECT_THAT(message("{" + audio + ids + "}"), HasSubstr("espeak"));
  EXPECT_THAT(message("{" + audio + espeak + "\"phoneme_type\": \"pinyin\", " + ids + "}"), HasSubstr("pinyin"));
  EXPECT_THAT(message("{" + audio + espeak + R"("phoneme_map": {"a": ["b"]}, )" + ids + "}"), HasSubstr("phoneme_map"));
  EXPECT_THAT(message("{" + audio + espeak + R"("phoneme_id_map": {"_": [0], "^": [1]}})"), HasSubstr("lacks $"));
  EXPECT_THAT(message("{" + audio + espeak + R"("num_speakers": 2, "speaker_id_map": {"a": 2}, )" + ids + "}"),
              HasSubstr("speaker_id_map"));
  EXPECT_THAT(message("{" + audio + espeak + R"("num_speakers": 2, "speaker_id_map": {"1": 0}, )" + ids + "}"),
              HasSubstr("same name"));
}

}  // namespace
}  // namespace antiphon::voice_import
