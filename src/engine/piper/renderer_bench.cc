#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/piper/graphs.h"
#include "engine/piper/kernel_renderer.h"
#include "network/codec.h"
#include "voice/grain_layout.h"

/// A segment of random phonemes of a prepared voice, by ONNX Runtime and by our own kernels in turn, in one process and
/// on one thread: `renderer_bench FOLDER [ROUNDS [all]]`. The time of middle grains, and the distance from ONNX
/// Runtime's wave; and our kernels' decoder alone: the network from where the flow ends. With `all`, besides the
/// choices of methods that the engine makes, others.
namespace antiphon::engine::piper {
namespace {

using Clock = std::chrono::steady_clock;
using kernel::Method;
using network::Methods;

[[noreturn]] void fail(const std::string& message) { throw std::runtime_error(message); }

/// The prior of a segment of at least so many frames.
std::vector<float> prior_of(Planner& planner, const voice::Manifest& manifest, std::uint32_t least) {
  std::vector<std::int64_t> phonemes;
  for (const auto& [phoneme, ids] : manifest.phoneme_id_map) phonemes.push_back(ids.front());
  std::mt19937 random(1);
  std::vector<std::int64_t> ids;
  for (std::size_t count = 64;; count += 32) {
    while (ids.size() < count) ids.push_back(phonemes[random() % phonemes.size()]);
    const auto plan = planner.plan({.ids = ids, .max_frames = 4'096});
    if (!plan) fail(plan.error().message);
    if (plan->frames < least) continue;
    std::vector<float> rows(plan->rows.size() / sizeof(float));
    std::memcpy(rows.data(), plan->rows.data(), plan->rows.size());
    rows.resize(std::size_t{least} * manifest.prior_channels);
    return rows;
  }
}

/// Whatever renders the segment, grain by grain.
class Contest {
 public:
  Contest(std::string name, std::unique_ptr<Renderer> renderer, const voice::Manifest& manifest,
          const std::vector<float>& prior)
      : name_(std::move(name)),
        renderer_(std::move(renderer)),
        channels_(manifest.prior_channels),
        prior_(prior),
        grains_(voice::grain_layout(manifest.geometry, static_cast<std::uint32_t>(prior.size() / channels_))) {}

  /// Renders the next grain, and begins anew after the last one.
  void step(bool timed) {
    const auto& grain = grains_[next_];
    const auto rows = std::span(prior_).subspan(std::size_t{grain.row_begin} * channels_,
                                                std::size_t{grain.row_end - grain.row_begin} * channels_);
    const auto begin = Clock::now();
    auto done = renderer_->render({.kind = grain.kind, .rows = rows, .state = state_, .samples = grain.samples});
    const std::chrono::duration<double> taken = Clock::now() - begin;
    if (!done) fail(done.error().message);
    if (timed && grain.kind == GrainKind::kMiddle) seconds_.push_back(taken.count());
    if (next_ == 0) wave_.clear();
    wave_.insert(wave_.end(), done->wave.begin(), done->wave.end());
    state_ = std::move(done->state);
    next_ = (next_ + 1) % grains_.size();
  }
  [[nodiscard]] bool whole() const { return next_ == 0; }

  void print(const Contest& original, double audio_seconds) {
    double signal = 0;
    double noise = 0;
    double worst = 0;
    for (std::size_t i = 0; i < wave_.size(); ++i) {
      const double error = double{wave_[i]} - double{original.wave_[i]};
      signal += double{original.wave_[i]} * double{original.wave_[i]};
      noise += error * error;
      worst = std::max(worst, std::abs(error));
    }
    std::ranges::sort(seconds_);
    std::printf("%-44s best %6.2f  median %6.2f ms per audio-second;  SNR %6.1f dB, worst %5.2f of 32768\n",
                name_.c_str(), seconds_.front() * 1e3 / audio_seconds,
                seconds_[seconds_.size() / 2] * 1e3 / audio_seconds, 10 * std::log10(signal / noise), worst * 32'768);
  }

 private:
  std::string name_;
  std::unique_ptr<Renderer> renderer_;
  std::size_t channels_;
  const std::vector<float>& prior_;
  std::vector<GrainSpec> grains_;
  std::size_t next_ = 0;
  std::vector<float> state_;
  std::vector<float> wave_;
  std::vector<double> seconds_;
};

/// The part of a network behind the latent: what the last convolution before the first upsampling reads.
network::Network decoder_of(const network::Network& whole) {
  using namespace network;
  std::uint32_t latent = 0;
  for (const auto& stream : whole.streams) {
    if (!std::holds_alternative<FromConvTranspose>(stream.from)) continue;
    auto number = sources_of(stream).front();
    while (!std::holds_alternative<FromConv>(whole.streams[number].from))
      number = sources_of(whole.streams[number]).front();
    latent = std::get<FromConv>(whole.streams[number].from).input;
    break;
  }
  Network part{.weights = whole.weights};
  part.speaker_channels = whole.speaker_channels;
  const auto lag = whole.streams[latent].lag;
  part.streams.push_back({.from = FromPrior{}, .channels = whole.streams[latent].channels});
  for (std::uint32_t i = latent + 1; i < whole.streams.size(); ++i) {
    auto stream = whole.streams[i];
    stream.lag -= lag * stream.rate;
    const auto move = [&](std::uint32_t& number) { number -= latent; };
    if (auto* conv = std::get_if<FromConv>(&stream.from)) move(conv->input);
    if (auto* conv = std::get_if<FromConvTranspose>(&stream.from)) move(conv->input);
    if (auto* part_of = std::get_if<FromChannels>(&stream.from)) move(part_of->input);
    if (auto* join = std::get_if<FromJoin>(&stream.from)) std::ranges::for_each(join->inputs, move);
    if (auto* map = std::get_if<FromMap>(&stream.from)) {
      for (auto& operand : map->operands)
        if (operand.kind == Operand::Kind::kStream) move(operand.number);
    }
    part.streams.push_back(std::move(stream));
  }
  part.output = whole.output - latent;
  return part;
}

network::Network read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
  auto network = network::decode(std::as_bytes(std::span(bytes)));
  if (!network) fail(network.error().message);
  return std::move(*network);
}

struct Choice {
  const char* name;
  network::Preferences frames;
  network::Preferences samples;
};

std::vector<Choice> choices() {
  const network::Preferences most = {Method::kF3x2, Method::kF6x3, Method::kF6x5, Method::kF6x7, Method::kF6x6};
  const network::Preferences less = {Method::kF3x2, Method::kF4x3, Method::kF4x5, Method::kF4x7, Method::kF6x6};
  return {
      {"frames direct, samples F(6,k)", {}, most},
      {"frames F(6,5) F(6,7), samples F(6,k)", most, most},
      {"frames F(6,5), pre direct, samples F(6,k)", {Method::kF6x5}, most},
      {"frames F(4,5), pre direct, samples F(6,k)", {Method::kF4x5}, most},
      {"frames F(3,5), pre direct, samples F(6,k)", {Method::kF3x5}, most},
      {"frames direct, pre F(6,7), samples F(6,k)", {Method::kF6x7}, most},
      {"frames direct, pre F(4,7), samples F(6,k)", {Method::kF4x7}, most},
      {"frames F(3,5), pre F(4,7), samples F(4,k)", {Method::kF3x5, Method::kF4x7}, less},
      {"frames direct, samples F(4,k)", {}, less},
      {"frames direct, samples F(6,3) only", {}, {Method::kF6x3}},
      {"frames direct, samples F(6,5) only", {}, {Method::kF6x5}},
      {"frames direct, samples F(6,7) only", {}, {Method::kF6x7}},
      {"frames direct, samples F(3,2) only", {}, {Method::kF3x2}},
  };
}

int bench(const std::filesystem::path& folder, int rounds, bool all) {
  const auto runtime = ort::Runtime::open();
  if (!runtime) fail(runtime.error().message);
  const auto manifest = voice::read_manifest(folder);
  if (!manifest) fail(manifest.error().message);
  const double audio_seconds =
      double{1} * manifest->geometry.grain_frames * manifest->geometry.hop / manifest->sample_rate;
  const auto load = [&](voice::Kernel kernel) {
    auto graphs = load_graphs(*runtime, folder, *manifest, kernel);
    if (!graphs) fail(graphs.error().message);
    return std::move(*graphs);
  };
  auto ort = load(voice::Kernel::kOrt);
  constexpr std::uint32_t kFrames = 250;
  const auto prior = prior_of(ort.planner, *manifest, kFrames);
  std::vector<Contest> contests;
  contests.emplace_back("ort", std::move(ort.renderer), *manifest, prior);
  contests.emplace_back("direct", load(voice::Kernel::kDirect).renderer, *manifest, prior);
  contests.emplace_back("fast", load(voice::Kernel::kFast).renderer, *manifest, prior);
  const auto network = read(folder / voice::kNetworkFile);
  const auto decoder = decoder_of(network);
  const auto set = kernel::best_instruction_set();
  const KernelModel whole{.channels = manifest->prior_channels,
                          .state_floats = voice::state_bytes(*manifest) / sizeof(float),
                          .geometry = manifest->geometry};
  const auto program = network::Program::compile(decoder, network::options_for(set, Methods::kDirect));
  if (!program) fail(program.error().message);
  auto latent = whole;
  latent.channels = program->prior_channels();
  latent.state_floats = program->state_floats();
  latent.geometry.delay_samples = program->delay_samples();
  auto latent_manifest = *manifest;
  latent_manifest.prior_channels = latent.channels;
  latent_manifest.geometry.delay_samples = latent.geometry.delay_samples;
  const auto add = [&](const std::string& name, const network::Network& of, const KernelModel& model,
                       const voice::Manifest& as, const network::ProgramOptions& options) {
    auto renderer = make_kernel_renderer(of, std::nullopt, model, options);
    if (!renderer) fail(renderer.error().message);
    contests.emplace_back(name, std::move(*renderer), as, prior);
  };
  for (const auto& [name, frames, samples] : all ? choices() : std::vector<Choice>{})
    add(name, network, whole, *manifest, {.set = set, .frames = frames, .samples = samples});
  const auto decoders = contests.size();
  add("decoder alone, direct", decoder, latent, latent_manifest, network::options_for(set, Methods::kDirect));
  add("decoder alone, fast", decoder, latent, latent_manifest, network::options_for(set, Methods::kFast));
  for (int round = -1; round < rounds; ++round) {
    do {
      for (auto& contest : contests) contest.step(round >= 0);
    } while (!contests[0].whole());
  }
  for (std::size_t i = 0; i < contests.size(); ++i)
    contests[i].print(contests[i < decoders ? 0 : decoders], audio_seconds);
  std::printf("%s; direct convolution takes %.2f GFLOP per audio-second for the decoder\n",
              std::string(kernel::name_of(set)).c_str(),
              program->operations_per_frame() * manifest->sample_rate / manifest->geometry.hop / 1e9);
  return 0;
}

}  // namespace
}  // namespace antiphon::engine::piper

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "renderer_bench FOLDER [ROUNDS [all]]\n");
    return 1;
  }
  try {
    return antiphon::engine::piper::bench(argv[1], argc > 2 ? std::atoi(argv[2]) : 10, argc > 3);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
