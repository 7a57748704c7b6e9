#include "voice_import/verify_hibari.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "engine/hibari/hibari_engine.h"
#include "engine/hibari/row.h"
#include "engine/hibari/synthesizer.h"
#include "engine/ort/session.h"

namespace antiphon::voice_import {
namespace {

namespace ort = engine::ort;
namespace hibari = engine::hibari;

const std::vector<std::string> kParts = {"lh", "theta", "ln", "lr", "phi"};
constexpr std::array<std::size_t, 4> kSentences = {3, 24, 70, 130};  ///< Phonemes.

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}

/// A part of the spectra is given for each frequency, frame by frame; ours frame by frame, with all parts of each.
float original_at(const std::vector<ort::Tensor>& parts, std::size_t frame, std::size_t place, std::size_t frames) {
  return parts[place / hibari::kBins].values[(place % hibari::kBins) * frames + frame];
}

class Verifier {
 public:
  Verifier(const hibari::Manifest& manifest, hibari::Planner planner, ort::Session head, ort::Session whole)
      : manifest_(manifest), planner_(std::move(planner)), head_(std::move(head)), whole_(std::move(whole)) {}

  Result<void> compare(std::span<const std::int64_t> ids);
  [[nodiscard]] const HibariVerification& found() const { return found_; }

 private:
  /// The spectra of `count` frames from `begin` on.
  Result<std::vector<float>> spectra(const hibari::Prior& prior, std::size_t begin, std::size_t count);

  const hibari::Manifest& manifest_;
  hibari::Planner planner_;
  ort::Session head_;
  ort::Session whole_;
  HibariVerification found_;
};

Result<std::vector<float>> Verifier::spectra(const hibari::Prior& prior, std::size_t begin, std::size_t count) {
  const auto bytes = hibari::row_bytes(manifest_.features);
  const auto first = hibari::head_of(std::span(prior.rows).subspan(begin * bytes));
  std::vector<float> features;
  for (std::size_t row = begin; row < begin + count; ++row) {
    for (const auto value : std::span(prior.rows).subspan(row * bytes + sizeof(hibari::RowHead), manifest_.features)) {
      features.push_back(static_cast<float>(value));
    }
  }
  const std::array<float, 1> scale = {first.scale};
  const std::array<float, 1> zero = {first.zero_point};
  const std::array<ort::Input, 3> inputs = {
      {{.name = "features",
        .shape = {1, static_cast<std::int64_t>(count), manifest_.features},
        .values = std::span<const float>(features)},
       {.name = "scale", .shape = {}, .values = std::span<const float>(scale)},
       {.name = "zero_point", .shape = {}, .values = std::span<const float>(zero)}}};
  const std::array<std::string, 1> outputs = {"spectrum"};
  auto results = head_.run(inputs, outputs);
  if (!results) return failure(Errc::kRunFailed, std::move(results.error().message));
  if (results->front().values.size() != count * hibari::kSpectrumFloats) {
    return failure(Errc::kVerifyFailed,
                   fmt::format("the last layer gives other spectra than {} values a frame", hibari::kSpectrumFloats));
  }
  return std::move(results->front().values);
}

Result<void> Verifier::compare(std::span<const std::int64_t> ids) {
  constexpr std::uint32_t kMostFrames = 4'000;
  constexpr double kMostDifference = 1e-3;
  const std::array<float, 1> speed = {1};
  const std::array<ort::Input, 2> inputs = {
      {{.name = "ids", .shape = {1, static_cast<std::int64_t>(ids.size())}, .values = ids},
       {.name = "speed", .shape = {1}, .values = std::span<const float>(speed)}}};
  const auto original = whole_.run(inputs, kParts);
  if (!original) return failure(Errc::kRunFailed, original.error().message);
  const auto prior = planner_.plan({.ids = ids, .max_frames = kMostFrames});
  if (!prior) return failure(Errc::kRunFailed, prior.error().message);
  const std::size_t frames = prior->frames;
  for (const auto& part : *original) {
    if (part.values.size() == frames * hibari::kBins) continue;
    return failure(Errc::kVerifyFailed, "the prepared plan has another length than the original");
  }
  for (std::size_t begin = 0; begin < frames; begin += hibari::geometry().grain_frames) {
    const auto count = std::min<std::size_t>(hibari::geometry().grain_frames, frames - begin);
    const auto ours = spectra(*prior, begin, count);
    if (!ours) return std::unexpected(ours.error());
    for (std::size_t i = 0; i < ours->size(); ++i) {
      const auto frame = begin + i / hibari::kSpectrumFloats;
      const double other = original_at(*original, frame, i % hibari::kSpectrumFloats, frames);
      found_.worst = std::max(found_.worst, std::abs(static_cast<double>((*ours)[i]) - other));
    }
  }
  found_.frames += frames;
  if (!(found_.worst <= kMostDifference)) {
    return failure(Errc::kVerifyFailed, fmt::format("a spectrum differs by {} from the original's", found_.worst));
  }
  return {};
}

Result<ort::Session> load(const ort::Runtime& runtime, const std::filesystem::path& file) {
  auto session = ort::Session::load(runtime, file, {}, ort::Optimisation::kExact);
  if (!session) return failure(Errc::kModelInvalid, std::move(session.error().message));
  return std::move(*session);
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
  constexpr std::string_view kText = "The old man with the long grey coat walked slowly across the square.";
  constexpr int kRounds = 3;
  double plan_ms = 0;
  double render_ms = 0;
  double seconds = 0;
  for (int round = 0; round < kRounds; ++round) {
    engine::Result<engine::SegmentPlan> plan = std::unexpected(engine::Error{});
    plan_ms += cost_of([&] { plan = voice.plan({.text = kText}); });
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
    seconds += static_cast<double>(plan->samples().value) / hibari::kSampleRate;
  }
  return voice::Costs{.plan_ms_per_audio_second = plan_ms / seconds, .render_ms_per_audio_second = render_ms / seconds};
}

}  // namespace

Result<HibariVerification> verify_hibari(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                         const hibari::Manifest& manifest, std::string_view original) {
  auto whole = ort::Session::load(runtime, std::as_bytes(std::span(original)), {}, ort::Optimisation::kExact);
  if (!whole) return failure(Errc::kModelInvalid, std::move(whole.error().message));
  auto plan = load(runtime, folder / hibari::kPlanFile);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto head = load(runtime, folder / hibari::kHeadFile);
  if (!head) return std::unexpected(std::move(head.error()));
  auto planner = hibari::Planner::make(std::move(*plan), manifest.features);
  if (!planner) return failure(Errc::kModelInvalid, std::move(planner.error().message));
  Verifier verifier(manifest, std::move(*planner), std::move(*head), std::move(*whole));
  std::vector<std::int64_t> known;
  for (const auto& [phoneme, id] : manifest.phonemes) known.push_back(id);
  std::minstd_rand random(1);  // Any numbers will do, the same each time.
  for (const auto length : kSentences) {
    std::vector<std::int64_t> ids = {0};
    for (std::size_t i = 0; i < length; ++i) ids.push_back(known[random() % known.size()]);
    ids.push_back(0);
    if (auto same = verifier.compare(ids); !same) return std::unexpected(std::move(same.error()));
  }
  auto voice = hibari::load_voice(runtime, folder, manifest);
  if (!voice) return failure(Errc::kModelInvalid, std::move(voice.error().message));
  const auto costs = measure_costs(**voice);
  if (!costs) return std::unexpected(costs.error());
  auto found = verifier.found();
  found.costs = *costs;
  return found;
}

}  // namespace antiphon::voice_import
