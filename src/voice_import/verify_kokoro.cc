#include "voice_import/verify_kokoro.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/common/pcm.h"
#include "engine/kokoro/kokoro_engine.h"
#include "engine/kokoro/model.h"
#include "engine/ort/session.h"

namespace antiphon::voice_import {
namespace {

namespace ort = engine::ort;
namespace kokoro = engine::kokoro;

constexpr std::array<std::string_view, 3> kTexts = {
    "Yes.", "The old man with the long grey coat walked slowly across the square.",
    "She said that it would rain, and so it did."};
constexpr std::uint32_t kMostFrames = 4'000;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}

/// Sums over all samples that were compared.
struct Compared {
  Verification found;
  double signal = 0;
  double noise = 0;

  void add(std::span<const float> original, std::span<const float> prepared) {
    const auto was = engine::to_pcm(original);
    const auto is = engine::to_pcm(prepared);
    for (std::size_t i = 0; i < was.size(); ++i) {
      const int difference = std::abs(was[i] - is[i]);
      found.different += difference > 0 ? 1 : 0;
      found.beyond += difference > kMostDifference ? 1 : 0;
      found.worst = std::max(found.worst, difference);
      const double other = static_cast<double>(original[i]) - static_cast<double>(prepared[i]);
      signal += static_cast<double>(original[i]) * static_cast<double>(original[i]);
      noise += other * other;
    }
    found.samples += was.size();
    constexpr double kBest = 200;
    found.signal_to_noise_db = noise > 0 ? std::min(kBest, 10 * std::log10(signal / noise)) : kBest;
  }
};

/// The prepared graphs and the original, to be run on the same.
struct Both {
  ort::Session whole;
  kokoro::Planner planner;
  kokoro::Renderer renderer;
};

Result<void> compare(Both& both, const kokoro::Spoken& spoken, Compared& compared) {
  const std::span<const float, kokoro::kStyleFloats> style(spoken.style);
  const std::array<float, 1> speed = {1};
  const std::array<ort::Input, 3> inputs = {{{.name = "tokens",
                                              .shape = {1, static_cast<std::int64_t>(spoken.tokens.size())},
                                              .values = std::span<const std::int64_t>(spoken.tokens)},
                                             {.name = "style",
                                              .shape = {1, static_cast<std::int64_t>(kokoro::kStyleFloats)},
                                              .values = std::span<const float>(spoken.style)},
                                             {.name = "speed", .shape = {1}, .values = std::span<const float>(speed)}}};
  const std::array<std::string, 1> outputs = {"audio"};
  const auto original = both.whole.run(inputs, outputs);
  if (!original) return failure(Errc::kRunFailed, original.error().message);
  const auto plan = both.planner.plan({.tokens = spoken.tokens, .style = style, .max_frames = kMostFrames});
  if (!plan) return failure(Errc::kRunFailed, plan.error().message);
  const auto wave = both.renderer.decode(
      {.features = plan->features, .pitch = plan->pitch, .loudness = plan->loudness, .style = style});
  if (!wave) return failure(Errc::kRunFailed, wave.error().message);
  if (wave->size() != original->front().values.size()) {
    return failure(Errc::kVerifyFailed, "what was prepared speaks for another time than the original");
  }
  compared.add(original->front().values, *wave);
  return {};
}

/// Milliseconds of this thread's own time that `work` takes.
template <class Work>
double cost_of(Work work) {
  constexpr double kMs = 1e3;
  const auto begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC * kMs;
}

Result<voice::Costs> measure_costs(engine::Voice& voice) {
  double plan_ms = 0;
  double render_ms = 0;
  double seconds = 0;
  for (const auto text : kTexts) {
    engine::Result<engine::SegmentPlan> plan = std::unexpected(engine::Error{});
    plan_ms += cost_of([&] { plan = voice.plan({.text = text}); });
    if (!plan) return failure(Errc::kRunFailed, plan.error().message);
    std::vector<std::byte> state;
    for (const auto& grain : plan->grains) {
      const auto rows = std::span(plan->prior)
                            .subspan(std::size_t{grain.row_begin} * plan->row_bytes,
                                     std::size_t{grain.row_end - grain.row_begin} * plan->row_bytes);
      engine::Result<engine::RenderedGrain> done = std::unexpected(engine::Error{});
      render_ms += cost_of([&] { done = voice.render({.grain = grain, .rows = rows, .state = state}); });
      if (!done) return failure(Errc::kRunFailed, done.error().message);
      state = std::move(done->state);
    }
    seconds += static_cast<double>(plan->samples().value) / kokoro::kSampleRate;
  }
  return voice::Costs{.plan_ms_per_audio_second = plan_ms / seconds, .render_ms_per_audio_second = render_ms / seconds};
}

Result<Both> load_both(const ort::Runtime& runtime, const std::filesystem::path& folder,
                       const kokoro::Manifest& manifest, std::string_view original) {
  auto whole = ort::Session::load(runtime, std::as_bytes(std::span(original)));
  if (!whole) return failure(Errc::kModelInvalid, std::move(whole.error().message));
  auto plan = ort::Session::load(runtime, folder / kokoro::kPlanFile);
  if (!plan) return failure(Errc::kModelInvalid, std::move(plan.error().message));
  auto render = ort::Session::load(runtime, folder / kokoro::kRenderFile);
  if (!render) return failure(Errc::kModelInvalid, std::move(render.error().message));
  auto planner = kokoro::Planner::make(std::move(*plan), manifest.channels);
  if (!planner) return failure(Errc::kModelInvalid, std::move(planner.error().message));
  auto renderer = kokoro::Renderer::make(std::move(*render), manifest.channels);
  if (!renderer) return failure(Errc::kModelInvalid, std::move(renderer.error().message));
  return Both{.whole = std::move(*whole), .planner = std::move(*planner), .renderer = std::move(*renderer)};
}

}  // namespace

Result<Verification> verify_kokoro(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                   const kokoro::Manifest& manifest, std::string_view original,
                                   std::unique_ptr<kokoro::Reader> reader) {
  Compared compared;
  {
    auto both = load_both(runtime, folder, manifest, original);
    if (!both) return std::unexpected(std::move(both.error()));
    for (const auto text : kTexts) {
      const auto spoken = reader->read(text, 0);
      if (!spoken) return failure(Errc::kRunFailed, spoken.error().message);
      if (auto same = compare(*both, *spoken, compared); !same) return std::unexpected(std::move(same.error()));
    }
  }
  auto found = compared.found;
  if (found.beyond > 0) {
    return failure(
        Errc::kVerifyFailed,
        fmt::format("{} of {} samples differ from the original's, by up to {} steps of 16 bits; SNR {:.1f} dB",
                    found.different, found.samples, found.worst, found.signal_to_noise_db));
  }
  auto voice = kokoro::load_voice(runtime, folder, manifest, std::move(reader));
  if (!voice) return failure(Errc::kModelInvalid, std::move(voice.error().message));
  const auto costs = measure_costs(**voice);
  if (!costs) return std::unexpected(costs.error());
  found.costs = *costs;
  return found;
}

}  // namespace antiphon::voice_import
