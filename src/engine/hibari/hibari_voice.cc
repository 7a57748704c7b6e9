#include "engine/hibari/hibari_voice.h"

#include <algorithm>
#include <utility>

#include "engine/common/reading.h"
#include "engine/hibari/characters.h"
#include "engine/hibari/row.h"
#include "voice/grain_layout.h"

namespace antiphon::engine::hibari {
namespace {

constexpr float kMinSpeed = 0.25F;
constexpr float kMaxSpeed = 4.0F;
/// As the model was trained; it can be asked for more, and speaks them ever worse.
constexpr std::size_t kMostPhonemes = 400;
/// Faster than the voice speaks at speed 1, with the signs of stress and the spaces.
constexpr double kPhonemesPerSecond = 24;
/// So few cost next to nothing to plan.
constexpr std::size_t kFewPhonemes = 64;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

bool takes_state(GrainKind kind) { return kind == GrainKind::kMiddle || kind == GrainKind::kLast; }

VoiceInfo info_of(const Manifest& manifest) {
  return {.id = manifest.id,
          .engine = "hibari",
          .sample_rate = {kSampleRate},
          .language = manifest.language,
          .speakers = {},
          .identity = identity_of(manifest),
          .max_segment = {static_cast<std::uint64_t>(manifest.max_segment_seconds * kSampleRate)}};
}

std::unordered_map<char32_t, std::int64_t> ids_of(const Manifest& manifest) {
  std::unordered_map<char32_t, std::int64_t> ids;
  for (const auto& [phoneme, id] : manifest.phonemes) {
    const auto characters = to_utf32(phoneme);
    if (characters.size() == 1) ids.emplace(characters.front(), id);
  }
  return ids;
}

/// Whether it is a sound, and not a mark that shapes those around it.
bool is_heard(char32_t phoneme) {
  constexpr std::u32string_view kMarks = U";:,.!?\u2014\u2026\"()\u201C\u201D \u02C8\u02CC";
  return !kMarks.contains(phoneme);
}

bool is_too_long(std::size_t phonemes, const PlanRequest& request) {
  if (phonemes > kMostPhonemes) return true;
  if (request.max_samples.value == 0 || phonemes <= kFewPhonemes) return false;
  const auto seconds = static_cast<double>(request.max_samples.value) / kSampleRate;
  return static_cast<double>(phonemes) > seconds * kPhonemesPerSecond * static_cast<double>(request.speed);
}

}  // namespace

HibariVoice::HibariVoice(HibariParts parts)
    : parts_(std::move(parts)), info_(info_of(parts_.manifest)), ids_(ids_of(parts_.manifest)) {}

std::uint32_t HibariVoice::max_frames(base::SampleCount wanted) const {
  auto samples = info_.max_segment.value;
  if (wanted.value != 0) samples = std::min(samples, wanted.value);
  return static_cast<std::uint32_t>(samples / kHop);
}

Result<SegmentPlan> HibariVoice::plan(const PlanRequest& request) {
  if (!(request.speed >= kMinSpeed && request.speed <= kMaxSpeed)) {
    return failure(Errc::kBadArgument, "speed is outside 0.25 to 4");
  }
  if (request.speaker != 0) return failure(Errc::kBadArgument, "the voice has no such speaker");
  auto reading = parts_.reader.read(request.text);
  if (!reading) return std::unexpected(std::move(reading.error()));
  if (std::ranges::none_of(reading->phonemes, is_heard)) {
    return failure(Errc::kNothingToSpeak, "the text has nothing that can be read");
  }
  if (is_too_long(reading->phonemes.size(), request)) {
    return failure(Errc::kSegmentTooLong, "the segment has too many phonemes for the audio that it may become");
  }
  std::vector<std::int64_t> ids = {0};  // Silence before and after it.
  std::vector<std::size_t> starts;
  for (const auto phoneme : reading->phonemes) {
    starts.push_back(ids.size());
    if (const auto id = ids_.find(phoneme); id != ids_.end()) ids.push_back(id->second);
  }
  ids.push_back(0);
  auto prior = parts_.planner.plan({.ids = ids,
                                    .seed = request.seed,
                                    .segment_index = request.segment_index,
                                    .speed = request.speed,
                                    .max_frames = max_frames(request.max_samples)});
  if (!prior) return std::unexpected(std::move(prior.error()));
  close_gaps(reading->words, reading->phonemes);
  return SegmentPlan{.row_bytes = static_cast<std::uint32_t>(row_bytes(parts_.manifest.features)),
                     .prior = std::move(prior->rows),
                     .grains = voice::grain_layout(geometry(), prior->frames),
                     .marks = marks_of(reading->words, starts, prior->frames_of, kHop)};
}

Result<void> HibariVoice::check(const RenderRequest& request) const {
  const auto& grain = request.grain;
  if (request.speaker != 0) return failure(Errc::kBadArgument, "the voice has no such speaker");
  if (grain.kind > GrainKind::kLast || grain.row_end <= grain.row_begin || grain.row_end > max_frames({})) {
    return failure(Errc::kBadArgument, "the grain is not one of this voice");
  }
  // The layout of the shortest segment that has this grain.
  const bool goes_on = grain.kind == GrainKind::kFirst || grain.kind == GrainKind::kMiddle;
  const auto layout = voice::grain_layout(geometry(), goes_on ? grain.row_end + 1 : grain.row_end);
  if (std::ranges::find(layout, grain) == layout.end()) {
    return failure(Errc::kBadArgument, "the voice lays out no such grain");
  }
  if (request.rows.size() != (grain.row_end - grain.row_begin) * row_bytes(parts_.manifest.features)) {
    return failure(Errc::kStateMismatch, "the rows have another size than the grain needs");
  }
  if (request.state.size() != (takes_state(grain.kind) ? Renderer::state_bytes() : 0)) {
    return failure(Errc::kStateMismatch, "the state has another size than the grain needs");
  }
  return {};
}

Result<RenderedGrain> HibariVoice::render(const RenderRequest& request) {
  if (auto sound = check(request); !sound) return std::unexpected(std::move(sound.error()));
  return parts_.renderer.render(request);
}

}  // namespace antiphon::engine::hibari
