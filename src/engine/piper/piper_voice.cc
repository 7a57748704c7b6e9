#include "engine/piper/piper_voice.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>

#include "engine/common/pcm.h"
#include "phonemizer/word_places.h"
#include "text/text.h"
#include "voice/grain_layout.h"

namespace antiphon::engine::piper {
namespace {

constexpr float kMinSpeed = 0.25F;
constexpr float kMaxSpeed = 4.0F;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

bool has_letter(std::u32string_view phonemes) {
  return std::ranges::any_of(phonemes, [](char32_t c) { return u_isUAlphabetic(static_cast<UChar32>(c)) != 0; });
}

/// What a voice says in a second at speed 1, with the signs of stress and the spaces.
constexpr double kPhonemesPerSecond = 15;
/// So few cost next to nothing to plan.
constexpr std::size_t kFewPhonemes = 64;

bool takes_state(GrainKind kind) { return kind == GrainKind::kMiddle || kind == GrainKind::kLast; }

std::vector<float> floats_of(std::span<const std::byte> bytes) {
  std::vector<float> floats(bytes.size() / sizeof(float));
  if (!floats.empty()) std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
  return floats;
}

VoiceInfo info_of(const voice::Manifest& manifest) {
  const auto max_samples = manifest.max_segment_seconds * manifest.sample_rate;
  return {.id = manifest.id,
          .engine = "piper",
          .sample_rate = {manifest.sample_rate},
          .language = manifest.language,
          .speakers = manifest.speakers,
          .identity = voice::identity_of(manifest),
          .max_segment = {static_cast<std::uint64_t>(max_samples)}};
}

}  // namespace

PiperVoice::PiperVoice(PiperParts parts)
    : parts_(std::move(parts)),
      info_(info_of(parts_.manifest)),
      word_sounds_(parts_.phonemizer, parts_.manifest.espeak_voice) {}

bool PiperVoice::knows(std::uint32_t speaker) const {
  return speaker < std::max<std::size_t>(1, info_.speakers.size());
}

bool PiperVoice::is_too_long(std::size_t phonemes, const PlanRequest& request) const {
  if (request.max_samples.value == 0 || phonemes <= kFewPhonemes) return false;
  const auto seconds =
      static_cast<double>(request.max_samples.value) / static_cast<double>(parts_.manifest.sample_rate);
  return static_cast<double>(phonemes) > seconds * kPhonemesPerSecond * static_cast<double>(request.speed);
}

std::uint32_t PiperVoice::max_frames(base::SampleCount wanted) const {
  auto samples = info_.max_segment.value;
  if (wanted.value != 0) samples = std::min(samples, wanted.value);
  return static_cast<std::uint32_t>(samples / parts_.manifest.geometry.hop);
}

Result<std::u32string> PiperVoice::read(std::string_view text) const {
  if (reads_characters()) return phonemizer::decomposed(text);
  const auto stretches = stretches_of(text);
  if (stretches.size() == 1 && stretches.front().as == Sounded::As::kLetters) return read_letters(text);
  std::u32string phonemes;
  for (const auto& stretch : stretches) {
    const bool letters = stretch.as == Sounded::As::kLetters;
    const auto sound = letters ? read_letters(stretch.text) : phonemizer::decomposed(stretch.text);
    if (!sound) return sound;
    append_sound(phonemes, *sound);
  }
  return phonemes;
}

Result<std::u32string> PiperVoice::read_letters(std::string_view text) const {
  const auto& manifest = parts_.manifest;
  const auto clauses = parts_.phonemizer.phonemise(text, manifest.espeak_voice);
  if (clauses) return phonemizer::join(*clauses);
  const bool blame_text = clauses.error().code == phonemizer::Errc::kTextTooLong;
  return failure(blame_text ? Errc::kSegmentTooLong : Errc::kEngineFailure, clauses.error().message);
}

std::vector<Word> PiperVoice::words_of(std::string_view text, std::u32string_view phonemes) {
  if (reads_characters()) return words_of_characters(text);
  const auto written = written_words(text);
  std::vector<std::u32string> alone;
  for (const auto& word : written) {
    const bool letters = stretches_of(word.text).size() == 1 && stretches_of(word.text).front().text == word.text;
    alone.push_back(letters ? word_sounds_.of(word.text) : read(word.text).value_or(std::u32string()));
  }
  const auto places = phonemizer::locate_words(alone, phonemes);
  std::vector<Word> words;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!places[i].heard()) continue;
    words.push_back({.text_begin = written[i].begin,
                     .text_end = written[i].begin + written[i].text.size(),
                     .phoneme_begin = places[i].begin,
                     .phoneme_end = places[i].end});
  }
  return words;
}

Result<SegmentPlan> PiperVoice::plan(const PlanRequest& request) {
  if (!(request.speed >= kMinSpeed && request.speed <= kMaxSpeed)) {
    return failure(Errc::kBadArgument, "speed is outside 0.25 to 4");
  }
  if (!knows(request.speaker)) return failure(Errc::kBadArgument, "the voice has no such speaker");
  // espeak-ng reads out the names of marks that stand alone ("asterisk asterisk"); nobody wants to hear that.
  if (!text::speakable(request.text)) return failure(Errc::kNothingToSpeak, "the text has nothing that is spoken");
  const auto phonemes = read(request.text);
  if (!phonemes) return std::unexpected(phonemes.error());
  if (!has_letter(*phonemes)) return failure(Errc::kNothingToSpeak, "the text has no phoneme");
  if (is_too_long(phonemes->size(), request)) {
    return failure(Errc::kSegmentTooLong, "the segment has too many phonemes for the audio that it may become");
  }
  std::vector<std::size_t> starts;
  const auto ids = parts_.ids.ids_of(*phonemes, &starts);
  if (!ids) return std::unexpected(ids.error());
  auto prior = parts_.planner.plan({.ids = *ids,
                                    .seed = request.seed,
                                    .segment_index = request.segment_index,
                                    .speed = request.speed,
                                    .speaker = request.speaker,
                                    .max_frames = max_frames(request.max_samples)});
  if (!prior) return std::unexpected(std::move(prior.error()));
  SegmentPlan plan;
  plan.row_bytes = parts_.manifest.prior_channels * sizeof(float);
  plan.prior = std::move(prior->rows);
  plan.grains = voice::grain_layout(parts_.manifest.geometry, prior->frames);
  // Only now, when it is known that there are not too many phonemes.
  auto words = words_of(request.text, *phonemes);
  close_gaps(words, *phonemes);
  plan.marks = marks_of(words, starts, prior->frames_of, parts_.manifest.geometry.hop);
  return plan;
}

Result<void> PiperVoice::check(const RenderRequest& request) const {
  const auto& geometry = parts_.manifest.geometry;
  const auto& grain = request.grain;
  if (!knows(request.speaker)) return failure(Errc::kBadArgument, "the voice has no such speaker");
  if (grain.kind > GrainKind::kLast || grain.row_end <= grain.row_begin || grain.row_end > max_frames({})) {
    return failure(Errc::kBadArgument, "the grain is not one of this voice");
  }
  const auto rows = grain.row_end - grain.row_begin;
  // The layout of the shortest segment that has this grain.
  const auto layout = voice::grain_layout(geometry, grain.kind == GrainKind::kFirst || grain.kind == GrainKind::kMiddle
                                                        ? grain.row_end + 1
                                                        : grain.row_end);
  const auto same = [&](const GrainSpec& spec) { return spec == grain; };
  if (std::ranges::none_of(layout, same)) return failure(Errc::kBadArgument, "the voice lays out no such grain");
  if (request.rows.size() != std::uint64_t{rows} * parts_.manifest.prior_channels * sizeof(float)) {
    return failure(Errc::kStateMismatch, "the rows have another size than the grain needs");
  }
  const auto state = takes_state(grain.kind) ? parts_.renderer->state_floats() * sizeof(float) : 0;
  if (request.state.size() != state) {
    return failure(Errc::kStateMismatch, "the state has another size than the grain needs");
  }
  return std::expected<void, Error>();
}

Result<RenderedGrain> PiperVoice::render(const RenderRequest& request) {
  if (auto ok = check(request); !ok) return std::unexpected(std::move(ok.error()));
  auto grains = render_sound(std::span(&request, 1));
  if (!grains) return std::unexpected(std::move(grains.error()));
  return std::move(grains->front());
}

Result<std::vector<RenderedGrain>> PiperVoice::render_sound(std::span<const RenderRequest> requests) {
  std::vector<std::vector<float>> values;  // of the rows and the state of each
  values.reserve(2 * requests.size());
  std::vector<GrainInput> inputs;
  for (const auto& request : requests) {
    const auto& rows = values.emplace_back(floats_of(request.rows));
    const auto& state = values.emplace_back(floats_of(request.state));
    inputs.push_back({.kind = request.grain.kind,
                      .rows = rows,
                      .state = state,
                      .speaker = request.speaker,
                      .samples = request.grain.samples});
  }
  const auto outputs = parts_.renderer->render_batch(inputs);
  if (!outputs) return std::unexpected(outputs.error());
  std::vector<RenderedGrain> grains;
  for (const auto& output : *outputs) {
    const auto state = std::as_bytes(std::span(output.state));
    grains.push_back({.pcm = to_pcm(output.wave), .state = {state.begin(), state.end()}});
  }
  return grains;
}

std::vector<Result<RenderedGrain>> PiperVoice::render_batch(std::span<const RenderRequest> requests) {
  std::vector<Result<RenderedGrain>> results;
  std::vector<RenderRequest> sound;
  std::vector<std::size_t> places;
  for (const auto& request : requests) {
    auto ok = check(request);
    if (ok && !sound.empty() && request.grain.kind != sound.front().grain.kind) {
      ok = failure(Errc::kBadArgument, "a batch is of grains of one kind");
    }
    if (ok && sound.size() == batch_size(request.grain.kind)) {
      ok = failure(Errc::kBadArgument, "more grains than a batch holds");
    }
    results.emplace_back(std::unexpected(ok ? Error{} : std::move(ok.error())));
    if (!ok) continue;
    places.push_back(results.size() - 1);
    sound.push_back(request);
  }
  if (sound.empty()) return results;
  if (auto grains = render_sound(sound)) {
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move((*grains)[i]);
    return results;
  }
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = render(sound[i]);
  return results;
}

}  // namespace antiphon::engine::piper
