#include "voice_import/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "engine/common/noise.h"
#include "engine/common/pcm.h"
#include "engine/ort/session.h"
#include "engine/piper/graphs.h"
#include "voice_import/operate.h"

namespace antiphon::voice_import {
namespace {

namespace ort = engine::ort;
namespace piper = engine::piper;
using engine::GrainKind;

constexpr std::int64_t kDurationLanes = 2;
constexpr double kMilliseconds = 1e3;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}
std::unexpected<Error> run_failed(std::string message) { return failure(Errc::kRunFailed, std::move(message)); }

/// What the original is told for one segment.
struct Segment {
  std::vector<std::int64_t> ids;
  std::int64_t speaker = 0;
  std::vector<float> noise_dp;   ///< [2, phonemes]
  std::vector<float> durations;  ///< [phonemes]; whole frames.
  std::vector<float> noise;      ///< [channels, frames]
  std::vector<float> rows;       ///< [frames, channels]: the prior that our planner or we made of it.
  std::uint32_t frames = 0;
};

class Timer {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class Verifier {
 public:
  Verifier(const voice::Manifest& manifest, piper::Graphs graphs, ort::Session plan, ort::Session whole,
           ort::Session given_durations)
      : manifest_(manifest),
        graphs_(std::move(graphs)),
        plan_(std::move(plan)),
        whole_(std::move(whole)),
        given_durations_(std::move(given_durations)) {
    for (const auto& [phoneme, ids] : manifest_.phoneme_id_map) {
      if (phoneme != "_" && phoneme != "^" && phoneme != "$") phonemes_.push_back(ids.front());
    }
    if (phonemes_.empty()) phonemes_.push_back(0);
  }

  Result<Verification> run(const VerifyOptions& options) {
    constexpr std::uint32_t kPhonemesMore = 37;
    for (std::uint32_t i = 0; i < options.sentences; ++i) {
      if (auto done = compare_sentence(i, (i + 1) * kPhonemesMore); !done) return std::unexpected(done.error());
    }
    for (const auto frames : lengths(options)) {
      if (auto done = compare_length(frames); !done) return std::unexpected(done.error());
    }
    return judged();
  }

 private:
  [[nodiscard]] std::set<std::uint32_t> lengths(const VerifyOptions& options) const {
    std::set<std::uint32_t> lengths{1, 2, 3};
    for (std::uint32_t i = 1; i <= options.every_length; ++i) lengths.insert(i);
    const auto& g = manifest_.geometry;
    if (!g.windowed) return lengths;
    for (const auto grains : {0U, 1U, 2U}) {
      const auto edge = g.first_frames + (grains * g.grain_frames);
      lengths.insert({edge - 1, edge, edge + 1, edge + (g.grain_frames / 2)});
    }
    lengths.erase(0);
    return lengths;
  }

  /// ^ phoneme _ phoneme _ ... $, like text.
  [[nodiscard]] Segment random_segment(std::uint32_t number, std::uint32_t phonemes) {
    Segment segment;
    const auto& map = manifest_.phoneme_id_map;
    const auto append = [&](const std::vector<std::int64_t>& ids) {
      segment.ids.insert(segment.ids.end(), ids.begin(), ids.end());
    };
    append(map.at("^"));
    for (std::uint32_t i = 0; i < phonemes; ++i) {
      segment.ids.push_back(phonemes_[random_() % phonemes_.size()]);
      append(map.at("_"));
    }
    append(map.at("$"));
    segment.speaker = manifest_.speakers.empty() ? 0 : static_cast<std::int64_t>(number % manifest_.speakers.size());
    return segment;
  }

  [[nodiscard]] std::vector<float> noise_of(const engine::NoiseSource& source, engine::NoiseUse use, std::uint32_t rows,
                                            std::size_t lanes) const {
    std::vector<float> noise(rows * lanes);
    std::vector<float> row(lanes);
    for (std::uint32_t r = 0; r < rows; ++r) {
      source.fill(use, r, row);
      for (std::size_t lane = 0; lane < lanes; ++lane) noise[(lane * rows) + r] = row[lane];
    }
    return noise;
  }

  /// A segment from end to end: our plan and grains against the whole original.
  Result<void> compare_sentence(std::uint32_t number, std::uint32_t phonemes) {
    auto segment = random_segment(number, phonemes);
    const engine::NoiseSource source{.seed = number, .segment_index = 0};
    const Timer timer;
    auto prior = graphs_.planner.plan({.ids = segment.ids,
                                       .seed = source.seed,
                                       .segment_index = source.segment_index,
                                       .speed = 1,
                                       .speaker = static_cast<std::uint32_t>(segment.speaker),
                                       .max_frames = std::numeric_limits<std::uint32_t>::max()});
    if (!prior) {
      // Random phonemes may take longer than a segment may: then fewer of them.
      const bool too_long = prior.error().code == engine::Errc::kSegmentTooLong && phonemes > 1;
      return too_long ? compare_sentence(number, phonemes / 2) : run_failed(prior.error().message);
    }
    if (number > 0) plan_seconds_ += timer.seconds();  // The first run also makes room for the later ones.
    segment.frames = prior->frames;
    if (number > 0) planned_frames_ += prior->frames;
    segment.rows.resize(prior->rows.size() / sizeof(float));
    std::memcpy(segment.rows.data(), prior->rows.data(), prior->rows.size());
    segment.noise_dp =
        noise_of(source, engine::NoiseUse::kDuration, static_cast<std::uint32_t>(segment.ids.size()), kDurationLanes);
    segment.noise = noise_of(source, engine::NoiseUse::kPrior, segment.frames, manifest_.prior_channels);
    return compare(segment, whole_);
  }

  /// A segment of exactly so many frames: the last phoneme takes all but a few.
  Result<void> compare_length(std::uint32_t frames) {
    constexpr std::uint32_t kPhonemes = 5;
    auto segment = random_segment(frames, kPhonemes);
    const auto count = segment.ids.size();
    segment.frames = frames;
    segment.durations.assign(count, 0);
    for (std::uint32_t i = 0; i < frames; ++i) segment.durations[i % count] += 1;
    const engine::NoiseSource source{.seed = frames, .segment_index = 1};
    segment.noise_dp.assign(kDurationLanes * count, 0);
    segment.noise = noise_of(source, engine::NoiseUse::kPrior, frames, manifest_.prior_channels);
    auto planned = plan_.run(inputs_of(segment, {"noise_dp"}), kPlanOutputs);
    if (!planned) return run_failed(planned.error().message);
    if (auto made = expand(segment, (*planned)[0].values, (*planned)[1].values); !made) return made;
    return compare(segment, given_durations_);
  }

  Result<void> expand(Segment& segment, std::span<const float> means, std::span<const float> deviations) const {
    const std::size_t channels = manifest_.prior_channels;
    const auto count = segment.ids.size();
    if (means.size() != count * channels || deviations.size() != means.size()) {
      return run_failed("the plan has another size than the manifest says");
    }
    segment.rows.resize(segment.frames * channels);
    std::size_t frame = 0;
    for (std::size_t p = 0; p < count; ++p) {
      for (int i = 0; i < static_cast<int>(segment.durations[p]); ++i, ++frame) {
        for (std::size_t c = 0; c < channels; ++c) {
          const auto at = (c * count) + p;
          segment.rows[(frame * channels) + c] =
              (segment.noise[(c * segment.frames) + frame] * deviations[at] * manifest_.noise_scale) + means[at];
        }
      }
    }
    return {};
  }

  [[nodiscard]] std::vector<ort::Input> inputs_of(const Segment& segment, const std::set<std::string>& noises) {
    const auto phonemes = static_cast<std::int64_t>(segment.ids.size());
    length_ = {phonemes};
    scales_ = {manifest_.noise_scale, manifest_.length_scale, manifest_.noise_w};
    std::vector<ort::Input> inputs = {
        {.name = "input", .shape = {1, phonemes}, .values = std::span<const std::int64_t>(segment.ids)},
        {.name = "input_lengths", .shape = {1}, .values = std::span<const std::int64_t>(length_)},
        {.name = "scales", .shape = {3}, .values = std::span<const float>(scales_)}};
    if (manifest_.speaker_input) {
      inputs.push_back({.name = "sid", .shape = {1}, .values = std::span(&segment.speaker, 1)});
    }
    if (noises.contains("noise_dp")) {
      inputs.push_back({.name = "noise_dp",
                        .shape = {1, kDurationLanes, phonemes},
                        .values = std::span<const float>(segment.noise_dp)});
    }
    if (noises.contains("noise")) {
      inputs.push_back({.name = "noise",
                        .shape = {1, manifest_.prior_channels, segment.frames},
                        .values = std::span<const float>(segment.noise)});
    }
    if (noises.contains("durations")) {
      inputs.push_back(
          {.name = "durations", .shape = {1, 1, phonemes}, .values = std::span<const float>(segment.durations)});
    }
    return inputs;
  }

  Result<void> compare(const Segment& segment, ort::Session& reference) {
    const bool given = !segment.durations.empty();
    auto original = reference.run(inputs_of(segment, {given ? "durations" : "noise_dp", "noise"}), kReferenceOutputs);
    if (!original) return run_failed(original.error().message);
    auto ours = render(segment);
    if (!ours) return std::unexpected(ours.error());
    return judge((*original)[0].values, *ours, segment.frames);
  }

  Result<std::vector<float>> render(const Segment& segment) {
    std::vector<float> wave;
    std::vector<float> state;
    const std::size_t channels = manifest_.prior_channels;
    for (const auto& grain : voice::grain_layout(manifest_.geometry, segment.frames)) {
      const Timer timer;
      auto done = graphs_.renderer->render(
          {.kind = grain.kind,
           .rows = std::span(segment.rows)
                       .subspan(grain.row_begin * channels, (grain.row_end - grain.row_begin) * channels),
           .state = state,
           .speaker = static_cast<std::uint32_t>(segment.speaker),
           .samples = grain.samples});
      if (!done) return run_failed(done.error().message);
      if (grain.kind == GrainKind::kMiddle || !manifest_.geometry.windowed) {
        rendered_.push_back(timer.seconds() / grain.samples);
      }
      wave.insert(wave.end(), done->wave.begin(), done->wave.end());
      state = std::move(done->state);
    }
    return wave;
  }

  Result<void> judge(const std::vector<float>& original, const std::vector<float>& ours, std::uint32_t frames) {
    if (original.size() != ours.size()) {
      return failure(Errc::kVerifyFailed, fmt::format("a segment of {} frames has {} samples where the original has {}",
                                                      frames, ours.size(), original.size()));
    }
    const auto original_pcm = engine::to_pcm(original);
    const auto pcm = engine::to_pcm(ours);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const int difference = std::abs(int{pcm[i]} - int{original_pcm[i]});
      const double error = double{ours[i]} - double{original[i]};
      verification_.different += difference > 0 ? 1 : 0;
      verification_.beyond += difference > kMostDifference ? 1 : 0;
      signal_ += double{original[i]} * double{original[i]};
      noise_ += error * error;
      verification_.worst = std::max(verification_.worst, difference);
      if (difference > kMostDifference && manifest_.kernel == voice::Kernel::kOrt) {
        return failure(Errc::kVerifyFailed,
                       fmt::format("sample {} of a segment of {} frames differs by {} from the original's", i, frames,
                                   difference));
      }
    }
    verification_.samples += ours.size();
    return {};
  }

  /// NaN is a sound of no decibels.
  Result<Verification> judged() {
    const auto found = result();
    const auto allowed = static_cast<double>(found.samples) * kMostBeyondShare;
    if (static_cast<double>(found.beyond) <= allowed && found.signal_to_noise_db >= kLeastSignalToNoiseDb) return found;
    return failure(Errc::kVerifyFailed,
                   fmt::format("{} of {} samples differ by more than {} from the original's; SNR {:.1f} dB",
                               found.beyond, found.samples, kMostDifference, found.signal_to_noise_db));
  }

  Verification result() {
    constexpr double kDecibels = 10;
    verification_.signal_to_noise_db =
        noise_ > 0 ? kDecibels * std::log10(signal_ / noise_) : std::numeric_limits<double>::infinity();
    const double rate = manifest_.sample_rate;
    if (planned_frames_ > 0) {
      verification_.costs.plan_ms_per_audio_second =
          plan_seconds_ * kMilliseconds / (planned_frames_ * manifest_.geometry.hop / rate);
    }
    if (!rendered_.empty()) {
      // Others share the machine: what most grains took tells more than the mean.
      const auto middle = rendered_.begin() + std::ssize(rendered_) / 2;
      std::ranges::nth_element(rendered_, middle);
      verification_.costs.render_ms_per_audio_second = *middle * rate * kMilliseconds;
    }
    return verification_;
  }

  inline static const std::vector<std::string> kPlanOutputs{"m_p", "std_p"};
  inline static const std::vector<std::string> kReferenceOutputs{"output"};

  const voice::Manifest& manifest_;
  piper::Graphs graphs_;
  ort::Session plan_;
  ort::Session whole_;
  ort::Session given_durations_;
  std::vector<std::int64_t> phonemes_;
  std::mt19937 random_;  // Always the same phonemes.
  std::array<std::int64_t, 1> length_{};
  std::array<float, 3> scales_{};
  Verification verification_;
  double signal_ = 0;
  double noise_ = 0;
  double plan_seconds_ = 0;
  double planned_frames_ = 0;
  std::vector<double> rendered_;  ///< Seconds per sample of each middle grain.
};

Result<ort::Session> reference(const ort::Runtime& runtime, std::string_view original, Reference kind) {
  auto model = reference_model(original, kind);
  if (!model) return std::unexpected(std::move(model.error()));
  auto session = ort::Session::load(runtime, std::as_bytes(std::span(*model)));
  if (!session) return run_failed(std::move(session.error().message));
  return std::move(*session);
}

}  // namespace

Result<Verification> verify_voice(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                  const voice::Manifest& manifest, std::string_view original,
                                  const VerifyOptions& options) {
  if (auto sound = voice::check_files(folder, manifest); !sound) return std::unexpected(sound.error());
  auto graphs = piper::load_graphs(runtime, folder, manifest, manifest.kernel);
  if (!graphs) return failure(Errc::kRunFailed, std::move(graphs.error().message));
  auto plan = ort::Session::load(runtime, folder / voice::kPlanFile);
  if (!plan) return run_failed(std::move(plan.error().message));
  auto whole = reference(runtime, original, Reference::kWhole);
  if (!whole) return std::unexpected(whole.error());
  auto given_durations = reference(runtime, original, Reference::kGivenDurations);
  if (!given_durations) return std::unexpected(given_durations.error());
  Verifier verifier(manifest, std::move(*graphs), std::move(*plan), std::move(*whole), std::move(*given_durations));
  return verifier.run(options);
}

}  // namespace antiphon::voice_import
