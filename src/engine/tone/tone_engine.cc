#include "engine/tone/tone_engine.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/tone/layout.h"
#include "engine/tone/oscillator.h"
#include "engine/tone/spend.h"

namespace antiphon::engine::tone {
namespace {

constexpr std::string_view kVersion = "tone-1";
constexpr float kMinSpeed = 0.25F;
constexpr float kMaxSpeed = 4.0F;
constexpr std::size_t kMaxMarks = 4096;

std::unexpected<Error> error(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

struct Character {
  std::uint32_t offset = 0;  ///< Of its first byte.
  UChar32 value = 0;
};

/// The code points; a malformed sequence is one U+FFFD.
std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t i = 0; i < length;) {
    const auto offset = static_cast<std::uint32_t>(i);
    UChar32 c = 0;
    U8_NEXT(text, i, length, c);
    characters.push_back({offset, c < 0 ? 0xFFFD : c});
  }
  return characters;
}

bool speaks(const Character& c) { return u_isUAlphabetic(c.value) != 0 || u_isdigit(c.value) != 0; }

/// State after a grain: this header, then the samples held back. The sum covers both.
struct StateHeader {
  std::uint64_t sum = 0;
  std::uint64_t hash = 0;
  std::uint32_t next_row = 0;
  std::uint32_t phase = 0;
};
static_assert(sizeof(StateHeader) == 24);

std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0xCBF29CE484222325ULL;
  for (const auto byte : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3ULL;
  return sum;
}

std::vector<std::byte> pack_state(const Running& running, std::uint32_t next_row, std::span<const std::int16_t> held) {
  std::vector<std::byte> state(sizeof(StateHeader) + held.size_bytes());
  StateHeader header{.hash = running.hash, .next_row = next_row, .phase = running.phase};
  if (!held.empty()) std::memcpy(state.data() + sizeof header, held.data(), held.size_bytes());
  std::memcpy(state.data(), &header, sizeof header);
  header.sum = checksum(std::span(state).subspan(sizeof header.sum));
  std::memcpy(state.data(), &header.sum, sizeof header.sum);
  return state;
}

class ToneVoice final : public Voice {
 public:
  ToneVoice(ToneManifest manifest, std::uint32_t batch) : manifest_(std::move(manifest)), batch_(batch) {
    const auto max_samples = manifest_.max_segment_seconds * manifest_.sample_rate;
    info_ = {.id = manifest_.id,
             .engine = "tone",
             .sample_rate = {manifest_.sample_rate},
             .language = manifest_.language,
             .speakers = manifest_.speakers,
             .identity = identity_of(manifest_),
             .max_segment = {static_cast<std::uint64_t>(max_samples)}};
  }

  [[nodiscard]] const VoiceInfo& info() const override { return info_; }
  [[nodiscard]] Result<SegmentPlan> plan(const PlanRequest& request) override;
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request) override;
  [[nodiscard]] std::size_t batch_size(GrainKind kind) const override {
    return kind == GrainKind::kFirst || kind == GrainKind::kMiddle ? batch_ : 1;
  }
  [[nodiscard]] std::vector<Result<RenderedGrain>> render_batch(std::span<const RenderRequest> requests) override;

 private:
  [[nodiscard]] Result<RenderedGrain> sound_of(const RenderRequest& request) const;
  [[nodiscard]] bool knows(std::uint32_t speaker) const {
    return speaker < std::max<std::size_t>(1, info_.speakers.size());
  }
  [[nodiscard]] Result<std::uint32_t> frames_of(std::size_t characters, const PlanRequest& request) const;
  [[nodiscard]] std::vector<std::byte> prior_of(const PlanRequest& request, std::span<const Character> characters,
                                                std::uint32_t frames) const;
  [[nodiscard]] Result<void> check(const RenderRequest& request) const;
  /// Takes the carried values out of the state; `held` receives the samples held back.
  [[nodiscard]] Result<Running> resume(const RenderRequest& request, std::vector<std::int16_t>& held) const;
  void spend_for(double ms_per_audio_second, double ms, std::uint64_t samples) const;

  ToneManifest manifest_;
  std::uint32_t batch_;
  VoiceInfo info_;
};

Result<std::uint32_t> ToneVoice::frames_of(std::size_t characters, const PlanRequest& request) const {
  const double seconds =
      static_cast<double>(characters) * manifest_.seconds_per_character / static_cast<double>(request.speed);
  const double frames = std::max(1.0, std::ceil(seconds * manifest_.sample_rate / manifest_.hop));
  auto limit = info_.max_segment.value;
  if (request.max_samples.value != 0) limit = std::min(limit, request.max_samples.value);
  if (frames * manifest_.hop > static_cast<double>(limit)) {
    return error(Errc::kSegmentTooLong, "the segment would take more than " + std::to_string(limit) + " samples");
  }
  return static_cast<std::uint32_t>(frames);
}

std::vector<std::byte> ToneVoice::prior_of(const PlanRequest& request, std::span<const Character> characters,
                                           std::uint32_t frames) const {
  auto key = scramble(request.seed);
  key = scramble(key ^ request.segment_index);
  key = scramble(key ^ request.speaker);
  std::vector<std::byte> prior(frames * sizeof(Row));
  for (std::uint32_t t = 0; t < frames; ++t) {
    const auto& c = characters[std::uint64_t{t} * characters.size() / frames];
    const auto letter = static_cast<std::uint64_t>(c.value);
    const std::uint64_t hertz = 90 + 40 * (request.speaker % 4) + scramble(letter) % 160;
    const Row row{.index = t,
                  .step = static_cast<std::uint32_t>((hertz << 32U) / manifest_.sample_rate),
                  .key = scramble(key ^ (letter << 32U) ^ t)};
    std::memcpy(prior.data() + t * sizeof row, &row, sizeof row);
  }
  return prior;
}

Result<SegmentPlan> ToneVoice::plan(const PlanRequest& request) {
  if (!(request.speed >= kMinSpeed && request.speed <= kMaxSpeed)) {
    return error(Errc::kBadArgument, "speed is outside 0.25 to 4");
  }
  if (!knows(request.speaker)) return error(Errc::kBadArgument, "the voice has no such speaker");
  const auto characters = characters_of(request.text);
  if (std::ranges::none_of(characters, speaks)) {
    return error(Errc::kNothingToSpeak, "the text has no letter and no digit");
  }
  const auto frames = frames_of(characters.size(), request);
  if (!frames) return std::unexpected(frames.error());

  SegmentPlan plan;
  plan.row_bytes = sizeof(Row);
  plan.prior = prior_of(request, characters, *frames);
  plan.grains = layout(manifest_, *frames);
  const auto samples = plan.samples().value;
  bool between = true;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const bool inside = speaks(characters[i]);
    if (inside && between && plan.marks.size() < kMaxMarks) {
      plan.marks.push_back({characters[i].offset, static_cast<std::uint32_t>(samples * i / characters.size())});
    }
    between = !inside;
  }
  spend_for(manifest_.cost.plan_ms_per_audio_second, 0, samples);
  return plan;
}

Result<void> ToneVoice::check(const RenderRequest& request) const {
  const auto& grain = request.grain;
  if (!knows(request.speaker)) return error(Errc::kBadArgument, "the voice has no such speaker");
  if (grain.kind > GrainKind::kLast || grain.row_end <= grain.row_begin) {
    return error(Errc::kBadArgument, "the grain is not one of this voice");
  }
  const auto rows = grain.row_end - grain.row_begin;
  const auto samples = samples_of(manifest_, grain.kind, rows);
  if (samples == 0 || samples != grain.samples || samples > info_.max_segment.value) {
    return error(Errc::kBadArgument, "the grain's samples do not match its rows");
  }
  if (request.rows.size() != std::uint64_t{rows} * sizeof(Row)) {
    return error(Errc::kStateMismatch, "the rows have another size than the grain needs");
  }
  return std::expected<void, Error>();
}

Result<Running> ToneVoice::resume(const RenderRequest& request, std::vector<std::int16_t>& held) const {
  const auto& grain = request.grain;
  const bool begins = grain.kind == GrainKind::kSingle || grain.kind == GrainKind::kFirst;
  const auto expected = begins ? 0 : sizeof(StateHeader) + manifest_.delay_samples * sizeof(std::int16_t);
  if (request.state.size() != expected || (begins && grain.row_begin != 0)) {
    return error(Errc::kStateMismatch, "the state has another size than the grain needs");
  }
  if (begins) return Running{};
  StateHeader header;
  std::memcpy(&header, request.state.data(), sizeof header);
  if (header.sum != checksum(request.state.subspan(sizeof header.sum)) || header.next_row != grain.row_begin) {
    return error(Errc::kStateMismatch, "the state is damaged or of another grain");
  }
  held.resize(manifest_.delay_samples);
  if (!held.empty()) {
    std::memcpy(held.data(), request.state.data() + sizeof header, held.size() * sizeof(std::int16_t));
  }
  return Running{.phase = header.phase, .hash = header.hash};
}

Result<RenderedGrain> ToneVoice::render(const RenderRequest& request) {
  return std::move(render_batch(std::span(&request, 1)).front());
}

std::vector<Result<RenderedGrain>> ToneVoice::render_batch(std::span<const RenderRequest> requests) {
  std::vector<Result<RenderedGrain>> results;
  std::uint64_t longest = 0;
  for (const auto& request : requests) {
    auto& result = results.emplace_back(sound_of(request));
    if (result) longest = std::max<std::uint64_t>(longest, request.grain.samples);
  }
  if (longest > 0) spend_for(manifest_.cost.per_audio_second_ms, manifest_.cost.per_call_ms, longest);
  return results;
}

Result<RenderedGrain> ToneVoice::sound_of(const RenderRequest& request) const {
  if (auto ok = check(request); !ok) return std::unexpected(ok.error());
  const auto& grain = request.grain;
  std::vector<Row> rows(grain.row_end - grain.row_begin);
  std::memcpy(rows.data(), request.rows.data(), request.rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i].index != grain.row_begin + i) return error(Errc::kStateMismatch, "the rows are of another grain");
  }
  RenderedGrain done;
  auto running = resume(request, done.pcm);
  if (!running) return std::unexpected(running.error());
  sound(rows, manifest_.hop, *running, done.pcm);
  if (grain.kind == GrainKind::kFirst || grain.kind == GrainKind::kMiddle) {
    done.state = pack_state(*running, grain.row_end, std::span(done.pcm).subspan(grain.samples));
    done.pcm.resize(grain.samples);
  }
  return done;
}

void ToneVoice::spend_for(double ms_per_audio_second, double ms, std::uint64_t samples) const {
  const auto audio = static_cast<double>(samples) / manifest_.sample_rate;
  spend(manifest_.cost.mode, base::from_seconds((ms + ms_per_audio_second * audio) / 1000));
}

class ToneEngine final : public Engine {
 public:
  explicit ToneEngine(std::uint32_t batch) : batch_(batch) {}
  [[nodiscard]] std::string_view name() const override { return "tone"; }
  [[nodiscard]] std::string fingerprint() const override { return std::string(kVersion); }
  [[nodiscard]] Result<std::unique_ptr<Voice>> load(const std::filesystem::path& folder) override {
    auto manifest = read_manifest(folder);
    if (!manifest) return std::unexpected(std::move(manifest.error()));
    return std::make_unique<ToneVoice>(std::move(*manifest), batch_);
  }

 private:
  std::uint32_t batch_;
};

}  // namespace

std::unique_ptr<Engine> make_tone_engine(std::uint32_t batch) { return std::make_unique<ToneEngine>(batch); }

}  // namespace antiphon::engine::tone
