#pragma once

#include <concepts>
#include <type_traits>

#include "wire/message.h"

/// The fields of every message in wire order, written once for reading and for writing. An archive offers
/// number, flag, name, text, blob, pcm and list; each takes the limit of what it may hold.
namespace antiphon::wire::fields {

/// `M` is `T` or `const T`: an archive that writes visits constant messages.
template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

void visit(auto& a, Is<Grain> auto& m) {
  a.number(m.kind);
  a.number(m.row_begin);
  a.number(m.row_end);
  a.number(m.samples);
}

void visit(auto& a, Is<Mark> auto& m) {
  a.number(m.text_offset);
  a.number(m.sample_offset);
}

void visit(auto& a, Is<Hello> auto& m) {
  a.number(m.protocol_version);
  a.number(m.worker_id);
  a.number(m.epoch);
}

void visit(auto& a, Is<LoadVoice> auto& m) {
  a.number(m.job);
  a.name(m.voice_id);
  a.name(m.folder);
}

void visit(auto& a, Is<UnloadVoice> auto& m) { a.name(m.voice_id); }

void visit(auto& a, Is<PlanJob> auto& m) {
  a.number(m.job);
  a.name(m.voice_id);
  a.text(m.text);
  a.number(m.segment_index);
  a.number(m.seed);
  a.number(m.speed);
  a.number(m.speaker);
  a.number(m.max_samples);
  a.number(m.max_delay_us);
  a.number(m.wall_p95_us);
  a.number(m.cpu_p95_us);
}

void visit(auto& a, Is<RenderJob> auto& m) {
  a.number(m.job);
  a.name(m.voice_id);
  a.number(m.speaker);
  a.number(m.row_bytes);
  a.list(m.grains, Limits::kGrains);
  a.blob(m.rows, Limits::kPriorBytes);
  a.blob(m.state, Limits::kStateBytes);
  a.number(m.max_delay_us);
  a.number(m.batch_hint);
  a.flag(m.exclusive);
  a.number(m.wall_p95_us);
  a.number(m.cpu_p95_us);
}

void visit(auto& a, Is<Cancel> auto& m) { a.number(m.job); }

void visit(auto&, Is<StatsRequest> auto&) {}

void visit(auto& a, Is<Ready> auto& m) {
  a.number(m.protocol_version);
  a.number(m.epoch);
  a.number(m.pid);
  a.name(m.fingerprint);
  a.number(m.places);
  a.number(m.voices);
}

void visit(auto& a, Is<VoiceLoaded> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
  a.name(m.voice_id);
  a.name(m.engine);
  a.number(m.sample_rate);
  a.name(m.language);
  a.names(m.speakers, Limits::kSpeakers);
  a.name(m.identity);
  a.number(m.max_segment);
  a.number(m.load_us);
}

void visit(auto& a, Is<Started> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
}

void visit(auto& a, Is<Planned> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
  a.number(m.row_bytes);
  a.list(m.grains, Limits::kGrains);
  a.list(m.marks, Limits::kMarks);
  a.blob(m.prior, Limits::kPriorBytes);
  a.number(m.cpu_us);
  a.number(m.wall_us);
}

void visit(auto& a, Is<GrainDone> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
  a.number(m.index);
  a.pcm(m.pcm);
  a.blob(m.state, Limits::kStateBytes);
  a.number(m.cpu_us);
  a.number(m.wall_us);
  a.number(m.share_us);
}

void visit(auto& a, Is<RenderDone> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
  a.number(m.grains_done);
  a.flag(m.cancelled);
}

void visit(auto& a, Is<Failed> auto& m) {
  a.number(m.job);
  a.number(m.epoch);
  a.number(m.code);
  a.name(m.message);
}

void visit(auto& a, Is<Stats> auto& m) {
  a.number(m.epoch);
  a.number(m.resident_bytes);
  a.number(m.cpu_us);
  a.number(m.jobs);
  a.number(m.queued);
}

void visit(auto& a, Is<Join> auto& m) {
  a.number(m.protocol_version);
  a.name(m.token);
  a.name(m.id);
  a.number(m.incarnation);
  a.flag(m.returning);
  a.names(m.voices, Limits::kVoices);
  a.names(m.identities, Limits::kVoices);
}

void visit(auto& a, Is<Welcome> auto& m) {
  a.number(m.protocol_version);
  a.name(m.kernel);
  a.number(m.incarnation);
}

void visit(auto& a, Is<Refused> auto& m) {
  a.number(m.code);
  a.name(m.reason);
}

void visit(auto& a, Is<Ping> auto& m) { a.number(m.stamp); }

void visit(auto& a, Is<Pong> auto& m) {
  a.number(m.stamp);
  a.number(m.resident_bytes);
  a.number(m.bulk_bytes);
  a.number(m.bulk_us);
}

void visit(auto&, Is<Leave> auto&) {}

void visit(auto& a, Is<Lost> auto& m) {
  a.number(m.loss);
  a.name(m.reason);
}

}  // namespace antiphon::wire::fields
