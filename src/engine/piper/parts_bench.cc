#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/common/noise.h"
#include "engine/common/pcm.h"
#include "engine/piper/graphs.h"
#include "engine/piper/piper_engine.h"
#include "wire/codec.h"

/// What a second of audio costs besides the renderer, part by part, on one thread: `parts_bench FOLDER [ROUNDS]` with
/// the folder of a prepared voice. Best and median of ROUNDS (20) in ms per audio-second, for sentences of several
/// lengths.
namespace antiphon::engine::piper {
namespace {

[[noreturn]] void fail(const std::string& message) { throw std::runtime_error(message); }

struct Sample {
  double best = 0;
  double median = 0;
};

Sample time_of(int rounds, const std::function<void()>& act) {
  std::vector<double> seconds;
  act();
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    act();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(seconds);
  return {.best = seconds.front(), .median = seconds[seconds.size() / 2]};
}

/// The frames of a chunk of middle grains, there and back.
void send_and_receive(const wire::Message& message) {
  std::vector<std::byte> bytes;
  if (!wire::encode(message, bytes)) fail("a message is too large");
  wire::Decoder decoder;
  decoder.feed(bytes);
  if (!decoder.next()) fail("a message was not understood");
}

void measure(Voice& voice, const std::string& text, int rounds) {
  const auto plan = voice.plan({.text = text});
  if (!plan) fail(plan.error().message);
  const auto rate = voice.info().sample_rate.hz;
  const double audio = static_cast<double>(plan->samples().value) / rate;
  const auto print = [&](const char* what, const Sample& sample, double seconds) {
    std::printf("  %-32s best %7.3f  median %7.3f\n", what, sample.best * 1e3 / seconds, sample.median * 1e3 / seconds);
  };
  std::printf("%.1f s of audio, %zu frames:\n", audio, plan->prior.size() / plan->row_bytes);
  print("plan, all of it", time_of(rounds, [&] { static_cast<void>(voice.plan({.text = text})); }), audio);

  const auto frames = static_cast<std::uint32_t>(plan->prior.size() / plan->row_bytes);
  std::vector<float> row(plan->row_bytes / sizeof(float));
  print("  of it: noise of the prior",
        time_of(rounds,
                [&] {
                  const NoiseSource source{.seed = 1, .segment_index = 0};
                  for (std::uint32_t i = 0; i < frames; ++i) {
                    source.fill(NoiseUse::kPrior, i, row);
                  }
                }),
        audio);
  const std::vector<float> wave(plan->samples().value, 0.25F);
  print("floats to PCM", time_of(rounds, [&] { static_cast<void>(to_pcm(wave)); }), audio);

  if (plan->grains.size() < 3) return;
  const auto first = voice.render({.grain = plan->grains[0],
                                   .rows = std::span(plan->prior).first(plan->grains[0].row_end * plan->row_bytes),
                                   .state = {}});
  if (!first) fail(first.error().message);
  const auto& middle = plan->grains[1];
  const auto rows = std::span(plan->prior)
                        .subspan(std::size_t{middle.row_begin} * plan->row_bytes,
                                 std::size_t{middle.row_end - middle.row_begin} * plan->row_bytes);
  const double grain_audio = static_cast<double>(middle.samples) / rate;
  const wire::RenderJob job{
      .job = 1,
      .voice_id = voice.info().id,
      .row_bytes = plan->row_bytes,
      .grains = {{.kind = 2, .row_begin = 0, .row_end = middle.row_end - middle.row_begin, .samples = middle.samples}},
      .rows = {rows.begin(), rows.end()},
      .state = first->state};
  const wire::GrainDone done{.job = 1, .pcm = std::vector<std::int16_t>(middle.samples), .state = first->state};
  print("wire: a job of one grain", time_of(rounds, [&] { send_and_receive(job); }), grain_audio);
  print("wire: its answer", time_of(rounds, [&] { send_and_receive(done); }), grain_audio);
  print(
      "a middle grain, for comparison",
      time_of(rounds, [&] { static_cast<void>(voice.render({.grain = middle, .rows = rows, .state = first->state})); }),
      grain_audio);
}

int bench(const std::filesystem::path& folder, int rounds) {
  const auto voice = make_piper_engine()->load(folder);
  if (!voice) fail(voice.error().message);
  for (const auto* const text :
       {"Good morning to you.", "Each listener hears the first words at once, and then there is no gap.",
        "When a worker dies in the middle of a word, another one goes on where it stopped, and nobody can tell that it "
        "was ever so, be it long or short."}) {
    measure(**voice, text, rounds);
  }
  return 0;
}

}  // namespace
}  // namespace antiphon::engine::piper

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "parts_bench FOLDER [ROUNDS]\n");
    return 1;
  }
  constexpr int kRounds = 20;
  return antiphon::engine::piper::bench(argv[1], argc > 2 ? std::atoi(argv[2]) : kRounds);
}
