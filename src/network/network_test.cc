#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "network/codec.h"
#include "network/execution.h"
#include "network/test_network.h"

namespace antiphon::network {
namespace {

std::vector<float> noise(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (auto& value : values) value = normal(random);
  return values;
}

/// A program with what it needs to run.
class Player {
 public:
  Player(const Network& network, const ProgramOptions& options)
      : program_(compiled(network, options)), workspace_(program_) {
    for (const auto channels : network.speaker_channels) speaker_values_.push_back(noise(channels, channels));
    for (const auto& values : speaker_values_) speaker_.emplace_back(values);
  }

  /// The wave of grains of so many frames, which must sum up to the prior's.
  std::vector<float> play(std::span<const float> prior, const std::vector<std::uint32_t>& grains) {
    std::vector<float> wave;
    std::vector<float> state;
    std::size_t at = 0;
    for (std::size_t i = 0; i < grains.size(); ++i) {
      Grain grain{.begins = i == 0, .ends = i + 1 == grains.size()};
      grain.prior = prior.subspan(at, std::size_t{grains[i]} * program_.prior_channels());
      grain.state = state;
      grain.speaker = speaker_;
      at += grain.prior.size();
      std::vector<float> samples(samples_of(program_, grain));
      std::vector<float> next(grain.ends ? 0 : program_.state_floats());
      grain.wave = samples;
      grain.next_state = next;
      run(program_, workspace_, grain);
      wave.insert(wave.end(), samples.begin(), samples.end());
      state = std::move(next);
    }
    return wave;
  }

  [[nodiscard]] std::span<const std::span<const float>> speaker() const { return speaker_; }

 private:
  static Program compiled(const Network& network, const ProgramOptions& options) {
    auto program = Program::compile(network, options);
    EXPECT_TRUE(program) << program.error().message;
    return std::move(*program);
  }

  Program program_;
  Workspace workspace_;
  std::vector<std::vector<float>> speaker_values_;
  std::vector<std::span<const float>> speaker_;
};

class EachProgram : public testing::TestWithParam<std::tuple<kernel::InstructionSet, Methods>> {
 protected:
  void SetUp() override {
    if (!kernel::runs_here(std::get<0>(GetParam())))
      GTEST_SKIP() << "this CPU lacks " << name_of(std::get<0>(GetParam()));
  }
  static ProgramOptions options() { return options_for(std::get<0>(GetParam()), std::get<1>(GetParam())); }
};

INSTANTIATE_TEST_SUITE_P(Network, EachProgram,
                         testing::Combine(testing::ValuesIn(kernel::kInstructionSets),
                                          testing::Values(Methods::kDirect, Methods::kFast)),
                         [](const auto& param) {
                           return std::string(kernel::name_of(std::get<0>(param.param))) +
                                  (std::get<1>(param.param) == Methods::kFast ? "_fast" : "_direct");
                         });

void expect_near(const std::vector<float>& wave, const std::vector<double>& wanted, const std::string& words) {
  ASSERT_EQ(wave.size(), wanted.size()) << words;
  double worst = 0;
  for (std::size_t i = 0; i < wave.size(); ++i) worst = std::max(worst, std::abs(wave[i] - wanted[i]));
  EXPECT_LT(worst, 3e-5) << words;
}

TEST_P(EachProgram, RendersRandomNetworksInGrainsOfAnyLength) {
  for (std::uint32_t seed = 0; seed < 24; ++seed) {
    const auto network = random_network(seed, {.speakers = seed % 3 == 0, .wide = seed % 6 == 5});
    ASSERT_TRUE(check(network)) << seed;
    Player player(network, options());
    const auto first = first_frames(network) + seed % 4;
    for (const auto& grains : std::vector<std::vector<std::uint32_t>>{
             {1}, {5}, {first}, {first, 1}, {first, 7}, {first, 6, 3}, {first, 1, 9, 1, 2}, {first + 80, 1}}) {
      std::size_t frames = 0;
      for (const auto count : grains) frames += count;
      const auto prior = noise(seed + 100, frames * network.streams[0].channels);
      const auto wanted = reference(network, prior, player.speaker());
      expect_near(player.play(prior, grains), wanted,
                  "seed " + std::to_string(seed) + ", " + std::to_string(grains.size()) + " grains");
    }
  }
}

TEST_P(EachProgram, KeepsNothingBetweenRuns) {
  const auto network = random_network(7);
  Player player(network, options());
  const auto first = first_frames(network);
  const std::vector<std::uint32_t> grains{first, 6, 6, 2};
  auto prior = noise(1, (first + 14) * network.streams[0].channels);
  const auto wave = player.play(prior, grains);
  auto poisoned = prior;
  for (auto& value : poisoned) value = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(player.play(poisoned, grains).back()));
  EXPECT_EQ(player.play(prior, grains), wave);
  Player other(network, options());
  EXPECT_EQ(other.play(prior, grains), wave);
}

TEST(Program, Avx2AndAvx512AgreeToTheBit) {
  if (!kernel::runs_here(kernel::InstructionSet::kAvx512)) GTEST_SKIP() << "this CPU lacks AVX-512";
  const auto network = random_network(5, {.wide = true});
  const auto first = first_frames(network);
  const auto prior = noise(2, (first + 20) * network.streams[0].channels);
  const auto played = [&](kernel::InstructionSet set) {
    return Player(network, options_for(set, Methods::kFast)).play(prior, {first, 18, 2});
  };
  EXPECT_EQ(played(kernel::InstructionSet::kAvx2), played(kernel::InstructionSet::kAvx512));
}

TEST(Program, RefusesStreamsOfOneChannelBeforeTheWave) {
  Builder builder(1);
  const auto narrow = builder.conv(builder.prior(4), 1, 3);
  const auto network = builder.build(builder.conv(builder.conv(narrow, 4, 3), 1, 3));
  ASSERT_TRUE(check(network));
  const auto program = Program::compile(network, options_for(kernel::InstructionSet::kPortable, Methods::kFast));
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, Errc::kUnsupported);
}

TEST(Check, RefusesWhatContradictsItself) {
  const auto refused = [](void (*change)(Network&)) {
    auto network = random_network(1);
    change(network);
    return !check(network);
  };
  EXPECT_FALSE(refused([](Network&) {}));
  EXPECT_TRUE(refused([](Network& n) { n.streams.clear(); }));
  EXPECT_TRUE(refused([](Network& n) { n.output = 0; }));
  EXPECT_TRUE(refused([](Network& n) { n.output = 1'000; }));
  EXPECT_TRUE(refused([](Network& n) { n.streams.back().lag -= 1; }));
  EXPECT_TRUE(refused([](Network& n) { n.streams.back().rate += 1; }));
  EXPECT_TRUE(refused([](Network& n) { n.streams.back().channels = 2; }));
  EXPECT_TRUE(refused([](Network& n) { n.streams[1].from = FromPrior{}; }));
  EXPECT_TRUE(refused([](Network& n) { std::get<FromMap>(n.streams.back().from).operands[0].number = 4'000; }));
  EXPECT_TRUE(refused([](Network& n) {
    for (auto& stream : n.streams) {
      if (auto* conv = std::get_if<FromConv>(&stream.from)) conv->bias = {.offset = n.weights.size() + 1, .count = 0};
    }
  }));
  EXPECT_TRUE(refused([](Network& n) { n.weights.resize(n.weights.size() / 2); }));
}

TEST(Codec, ReadsBackWhatItWrote) {
  for (std::uint32_t seed = 0; seed < 8; ++seed) {
    const auto network = random_network(seed, {.speakers = seed % 2 == 0});
    const auto bytes = encode(network);
    const auto decoded = decode(std::as_bytes(std::span(bytes)));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, network);
  }
}

TEST(Codec, DamageIsRefusedOrHarmless) {
  const auto whole = encode(random_network(3, {.speakers = true}));
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 50)
    EXPECT_FALSE(decode(std::as_bytes(std::span(whole).first(length)))) << length;
  std::mt19937 random(5);
  for (int round = 0; round < 3'000; ++round) {
    auto bytes = whole;
    const auto head = std::min<std::size_t>(bytes.size(), 4'000);
    for (int i = 0; i < 2; ++i) bytes[random() % head] = static_cast<char>(random());
    const auto network = decode(std::as_bytes(std::span(bytes)));
    if (!network) continue;
    auto program = Program::compile(*network, options_for(kernel::InstructionSet::kPortable, Methods::kFast));
    if (!program) continue;
    Workspace workspace(*program);
    const std::vector<float> prior(program->prior_channels());
    std::vector<std::vector<float>> values;
    std::vector<std::span<const float>> speaker;
    for (const auto channels : program->speaker_channels()) values.emplace_back(channels);
    for (const auto& value : values) speaker.emplace_back(value);
    Grain grain{.prior = prior, .speaker = speaker};
    std::vector<float> wave(samples_of(*program, grain));
    grain.wave = wave;
    run(*program, workspace, grain);
  }
}

}  // namespace
}  // namespace antiphon::network
