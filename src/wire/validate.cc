#include <algorithm>
#include <span>

#include "wire/codec.h"

namespace antiphon::wire {
namespace {

/// The numbers of engine::GrainKind.
enum Kind : std::uint8_t { kSingle = 0, kFirst = 1, kMiddle = 2, kLast = 3 };

constexpr float kMinSpeed = 0.25F;
constexpr float kMaxSpeed = 4.0F;

std::unexpected<Error> invalid(std::string message) {
  return std::unexpected(Error{Errc::kInvalid, std::move(message)});
}

Result<void> ok() { return std::expected<void, Error>(); }

/// Each grain by itself, and each behind the one before it.
Result<void> check_grains(std::span<const Grain> grains) {
  if (grains.empty()) return invalid("no grains");
  for (std::size_t i = 0; i < grains.size(); ++i) {
    const auto& grain = grains[i];
    if (grain.kind > kLast) return invalid("a grain of unknown kind");
    if (grain.row_end <= grain.row_begin) return invalid("a grain without rows");
    if (grain.samples == 0 || grain.samples > Limits::kSamples) return invalid("a grain's samples are out of range");
    if (i == 0) continue;
    const auto& before = grains[i - 1];
    if (grain.row_begin != before.row_end) return invalid("grains do not follow each other");
    const bool goes_on = before.kind == kFirst || before.kind == kMiddle;
    const bool continues = grain.kind == kMiddle || grain.kind == kLast;
    if (!goes_on || !continues) return invalid("grain kinds in an impossible order");
  }
  return ok();
}

bool fits(std::size_t bytes, std::uint32_t row_bytes, std::uint32_t rows) {
  return bytes == std::uint64_t{row_bytes} * rows;
}

bool is_time(std::uint64_t us) { return us <= Limits::kJobUs; }

bool is_name(const std::string& name) { return !name.contains('\0'); }

/// Messages without relations among their fields.
struct Check {
  Result<void> operator()(const auto& /*message*/) const { return ok(); }
  Result<void> operator()(const PlanJob& job) const { return validate(job); }
  Result<void> operator()(const RenderJob& job) const { return validate(job); }
  Result<void> operator()(const Planned& planned) const { return validate(planned); }

  Result<void> operator()(const LoadVoice& load) const {
    if (load.voice_id.empty() || !is_name(load.voice_id)) return invalid("LoadVoice: voice_id is not a name");
    if (load.folder.empty() || !is_name(load.folder)) return invalid("LoadVoice: folder is not a path");
    return ok();
  }

  Result<void> operator()(const Ready& ready) const {
    if (ready.places == 0 || ready.places > Limits::kPlaces) return invalid("Ready: places is out of range");
    if (ready.voices == 0) return invalid("Ready: voices is 0");
    return ok();
  }

  Result<void> operator()(const VoiceLoaded& voice) const {
    if (voice.sample_rate == 0) return invalid("VoiceLoaded: sample_rate is 0");
    return ok();
  }

  Result<void> operator()(const Join& join) const {
    if (join.id.empty() || !is_name(join.id)) return invalid("Join: id is not a name");
    if (join.voices.size() != join.identities.size()) return invalid("Join: not one identity for each voice");
    return ok();
  }

  Result<void> operator()(const Refused& refused) const {
    if (refused.code >= kRefusals) return invalid("Refused: code is out of range");
    return ok();
  }

  Result<void> operator()(const Lost& lost) const {
    if (lost.loss >= kLosses) return invalid("Lost: loss is out of range");
    return ok();
  }

  Result<void> operator()(const GrainDone& done) const {
    if (done.index >= Limits::kGrains) return invalid("GrainDone: index is out of range");
    if (!is_time(done.cpu_us) || !is_time(done.wall_us)) return invalid("GrainDone: a time is out of range");
    if (done.share_us > done.wall_us) return invalid("GrainDone: its share is more than its time");
    return ok();
  }

  Result<void> operator()(const RenderDone& done) const {
    if (done.grains_done > Limits::kGrains) return invalid("RenderDone: grains_done is out of range");
    return ok();
  }
};

}  // namespace

Result<void> validate(const PlanJob& job) {
  if (job.voice_id.empty() || !is_name(job.voice_id)) return invalid("PlanJob: voice_id is not a name");
  if (job.text.empty()) return invalid("PlanJob: text is empty");
  if (!(job.speed >= kMinSpeed && job.speed <= kMaxSpeed)) return invalid("PlanJob: speed is outside 0.25 to 4");
  return ok();
}

Result<void> validate(const RenderJob& job) {
  if (job.voice_id.empty() || !is_name(job.voice_id)) return invalid("RenderJob: voice_id is not a name");
  if (auto grains = check_grains(job.grains); !grains) return invalid("RenderJob: " + grains.error().message);
  const auto& first = job.grains.front();
  if (!fits(job.rows.size(), job.row_bytes, job.grains.back().row_end - first.row_begin)) {
    return invalid("RenderJob: rows do not have the size that the grains say");
  }
  if ((first.kind == kSingle || first.kind == kFirst) && !job.state.empty()) {
    return invalid("RenderJob: state before the first grain of a segment");
  }
  return ok();
}

Result<void> validate(const Planned& planned) {
  if (auto grains = check_grains(planned.grains); !grains) return invalid("Planned: " + grains.error().message);
  if (!is_time(planned.cpu_us) || !is_time(planned.wall_us)) return invalid("Planned: a time is out of range");
  const auto& first = planned.grains.front();
  const auto& last = planned.grains.back();
  if (first.row_begin != 0) return invalid("Planned: the first grain does not begin at row 0");
  const bool whole = planned.grains.size() == 1 ? first.kind == kSingle : first.kind == kFirst && last.kind == kLast;
  if (!whole) return invalid("Planned: the grains are not a whole segment");
  if (!fits(planned.prior.size(), planned.row_bytes, last.row_end)) {
    return invalid("Planned: the prior does not have the size that the grains say");
  }
  const auto falls = [](const Mark& a, const Mark& b) {
    return a.text_offset > b.text_offset || a.sample_offset > b.sample_offset;
  };
  if (std::ranges::adjacent_find(planned.marks, falls) != planned.marks.end()) {
    return invalid("Planned: marks do not ascend");
  }
  return ok();
}

Result<void> validate(const Message& message) { return std::visit(Check{}, message); }

}  // namespace antiphon::wire
