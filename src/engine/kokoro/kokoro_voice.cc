#include "engine/kokoro/kokoro_voice.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "engine/common/reading.h"
#include "engine/kokoro/layout.h"
#include "engine/kokoro/row.h"

namespace antiphon::engine::kokoro {
namespace {

constexpr float kMinSpeed = 0.25F;
constexpr float kMaxSpeed = 4.0F;
/// Faster than any style speaks at speed 1, with the signs of stress and the spaces.
constexpr double kTokensPerSecond = 24;
/// So few cost little to plan.
constexpr std::size_t kFewTokens = 64;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

VoiceInfo info_of(const Manifest& manifest) {
  return {.id = manifest.id,
          .engine = "kokoro",
          .sample_rate = {kSampleRate},
          .language = manifest.language,
          .speakers = manifest.speakers,
          .identity = identity_of(manifest),
          .max_segment = {static_cast<std::uint64_t>(manifest.max_segment_seconds * kSampleRate)}};
}

bool is_too_long(std::size_t tokens, const PlanRequest& request) {
  if (tokens > kMostTokens + 2) return true;
  if (request.max_samples.value == 0 || tokens <= kFewTokens) return false;
  const auto seconds = static_cast<double>(request.max_samples.value) / kSampleRate;
  return static_cast<double>(tokens) > seconds * kTokensPerSecond * static_cast<double>(request.speed);
}

/// The frames of each token that are heard: of the silence at the ends only what lies within `whole`.
std::vector<std::uint32_t> heard_frames(const Stretch& whole, std::vector<std::uint32_t> frames_of) {
  const auto all = std::accumulate(frames_of.begin(), frames_of.end(), std::uint32_t{0});
  frames_of.front() -= std::min(frames_of.front(), whole.begin);
  frames_of.back() -= std::min(frames_of.back(), all - whole.end);
  return frames_of;
}

}  // namespace

KokoroVoice::KokoroVoice(KokoroParts parts) : parts_(std::move(parts)), info_(info_of(parts_.manifest)) {}

std::uint32_t KokoroVoice::max_frames(base::SampleCount wanted) const {
  auto samples = info_.max_segment.value;
  if (wanted.value != 0) samples = std::min(samples, wanted.value);
  return static_cast<std::uint32_t>(samples / kHop);
}

Result<SegmentPlan> KokoroVoice::plan(const PlanRequest& request) {
  if (!(request.speed >= kMinSpeed && request.speed <= kMaxSpeed)) {
    return failure(Errc::kBadArgument, "speed is outside 0.25 to 4");
  }
  auto spoken = parts_.reader->read(request.text, request.speaker);
  if (!spoken) return std::unexpected(std::move(spoken.error()));
  if (spoken->tokens.size() < 2) return failure(Errc::kEngineFailure, "the reader gave no silence at the ends");
  if (is_too_long(spoken->tokens.size(), request)) {
    return failure(Errc::kSegmentTooLong, "the segment has too many phonemes for the audio that it may become");
  }
  const std::span<const float, kStyleFloats> style(spoken->style);
  auto planned = parts_.planner.plan({.tokens = spoken->tokens,
                                      .style = style,
                                      .speed = request.speed,
                                      .max_frames = max_frames(request.max_samples)});
  if (!planned) return std::unexpected(std::move(planned.error()));
  const auto whole = heard(planned->frames_of);
  const auto start = request.segment_index == 0 ? Start::kOfSpeech : Start::kWithin;
  const auto stretches = cut_into_grains(whole, loudness_of_frames(*planned), start);
  const auto channels = parts_.manifest.channels;
  return SegmentPlan{
      .row_bytes = static_cast<std::uint32_t>(row_bytes(channels)),
      .prior = rows_of(*planned, channels, stretches, style),
      .grains = grains_of(stretches),
      .marks = marks_of(spoken->words, spoken->starts, heard_frames(whole, std::move(planned->frames_of)), kHop)};
}

Result<void> KokoroVoice::check(const RenderRequest& request) const {
  const auto& grain = request.grain;
  if (grain.kind > GrainKind::kLast || grain.row_end <= grain.row_begin) {
    return failure(Errc::kBadArgument, "the grain is not one of this voice");
  }
  const auto rows = grain.row_end - grain.row_begin;
  const auto frames = frames_of(grain.kind, rows);
  if (frames == 0 || grain.samples != samples_of(grain.kind, frames)) {
    return failure(Errc::kBadArgument, "the voice lays out no such grain");
  }
  if (request.rows.size() != rows * row_bytes(parts_.manifest.channels)) {
    return failure(Errc::kStateMismatch, "the rows have another size than the grain needs");
  }
  if (request.state.size() != (takes_state(grain.kind) ? sizeof(Carried) : 0)) {
    return failure(Errc::kStateMismatch, "the state has another size than the grain needs");
  }
  return {};
}

Result<RenderedGrain> KokoroVoice::render(const RenderRequest& request) {
  if (auto sound = check(request); !sound) return std::unexpected(std::move(sound.error()));
  return parts_.renderer.render(request);
}

}  // namespace antiphon::engine::kokoro
