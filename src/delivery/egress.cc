#include "delivery/egress.h"

#include <algorithm>
#include <utility>

#include "audio/wav.h"
#include "runtime/cpu_time.h"
#include "runtime/log.h"
#include "text/text.h"
#include "tracing/tracer.h"

namespace antiphon::delivery {
namespace {

std::string_view name_of(Egress::End end) {
  switch (end) {
    case Egress::End::kComplete:
      return "complete";
    case Egress::End::kRefused:
      return "refused";
    case Egress::End::kFailed:
      return "failed";
    case Egress::End::kCancelled:
      return "cancelled";
    case Egress::End::kDropped:
      return "dropped";
    case Egress::End::kRevoked:
      return "revoked";
  }
  return "";
}

protocol::Error revocation() { return {.code = protocol::Errc::kRevoked, .message = "The API key was revoked."}; }

/// Of audio, in a piece at most: what a listener has taken is known of whole pieces only.
constexpr std::size_t kPieceSeconds = 1;

/// Whether to resample so many samples and to write them as they are takes less than about 0.1 ms, which the event loop
/// has.
bool is_little(codec::Format format, std::size_t samples, base::SampleRate rate) {
  constexpr auto kLittle = std::chrono::milliseconds(300);
  return codec::bytes_per_sample(format) && base::playing_time({samples}, rate) <= kLittle;
}

}  // namespace

Egress::Egress(dispatch::Cell& cell, dispatch::SpeechStream& stream, AudioSink& sink, runtime::Clock& clock,
               dispatch::Probe& probe, base::Duration lag_limit)
    : cell_(cell),
      stream_(stream),
      sink_(sink),
      clock_(clock),
      probe_(probe),
      arrived_(clock.now()),
      listener_(sink, cell.executor(), clock, lag_limit) {}

runtime::Awaitable<Egress::Report> Egress::run(AudioOutput output, runtime::ThreadPool::Strand strand,
                                               std::string request_id) {
  std::optional<protocol::Error> error;
  // With the first audio it is settled which voice speaks, and so the rate and the gain.
  if (co_await stream_.wait()) {
    auto encoder =
        codec::make_encoder(output.format, stream_.spec().rate, output.rate, output.bit_rate, stream_.spec().gain);
    if (encoder) {
      error = co_await send(output, **encoder, std::move(strand));
    } else {
      error = protocol::Error{.code = protocol::Errc::kEngineFailed, .message = encoder.error().message};
    }
  }
  const auto told = report(error);
  if (const auto first = heard_.first_audio_at()) {
    probe_.heard({.first_audio = *first - arrived_,
                  .worst_gap = heard_.worst_gap(),
                  .total_stall = heard_.total_stall(),
                  .lag = listener_.worst()});
  }
  probe_.speech().spoken({.voice = stream_.spec().voice_id,
                          .format = output.format,
                          .characters = stream_.planned_characters(),
                          .audio = told.audio,
                          .encoder_cpu = encoder_cpu_});
  log(request_id, told);
  trace(request_id, output, told);
  if (error) {
    listener_.begin();
    co_await sink_.fail(*error);
    listener_.end({});
  }
  if (listener_.dropped()) {
    probe_.dropped_listener();
    runtime::log_warn("listener_dropped", {{"request_id", request_id}, {"lag_s", base::to_seconds(listener_.worst())}});
  }
  co_return told;
}

void Egress::revoke() {
  revoked_ = true;
  cell_.give_up(stream_, revocation());
  if (bytes_ > 0) sink_.cut();
}

Egress::Report Egress::report(const std::optional<protocol::Error>& error) const {
  auto end = listener_.dropped() ? End::kDropped : End::kCancelled;
  if (error) end = stream_.entry() ? End::kFailed : End::kRefused;
  if (revoked_) end = End::kRevoked;
  if (complete_) end = End::kComplete;
  return {
      .end = end,
      .first_audio = first_audio_,
      .audio = base::playing_time({samples_ - std::min(samples_, stream_.passed_over().value)}, stream_.spec().rate),
      .took = clock_.now() - arrived_,
      .error = error ? std::optional(error->code) : std::nullopt};
}

runtime::Awaitable<std::optional<protocol::Error>> Egress::send(AudioOutput output, codec::Encoder& encoder,
                                                                runtime::ThreadPool::Strand strand) {
  while (co_await stream_.wait()) {
    auto pcm = cell_.take(stream_);
    const auto state = stream_.end();
    if (state == dispatch::SpeechStream::End::kFailed) co_return stream_.error();
    samples_ += pcm.size();
    const bool last = state == dispatch::SpeechStream::End::kComplete;
    if (recorder_ != nullptr) recorder_->add(pcm);
    if (recorder_ != nullptr && last) recorder_->finish();
    if (last && samples_ == 0) {
      if (output.wordless == Wordless::kRefused) {
        co_return protocol::Error{.code = protocol::Errc::kNothingToSpeak,
                                  .message = "The voice has nothing to say for this text."};
      }
      pcm = wordless_audio(output.wordless, stream_.spec().rate);
    }
    const auto most = kPieceSeconds * stream_.spec().rate.hz;
    // To hand little work to another thread costs more than to do it. Of a text that grows nothing is taken faster than
    // that, since what is taken is heard though it may be dropped.
    const bool grows = stream_.spec().arrival == dispatch::TextArrival::kInPieces;
    const auto encoded = !grows && is_little(output.format, pcm.size(), stream_.spec().rate)
                             ? encode(encoder, pcm, last, most)
                             : co_await runtime::run_on(strand, [&] { return encode(encoder, pcm, last, most); });
    if (!encoded) co_return protocol::Error{.code = protocol::Errc::kEngineFailed, .message = encoded.error().message};
    encoder_cpu_ += encoded->cpu;
    if (revoked_) co_return revocation();  // where all was rendered before, the stream does not know
    pcm = std::vector<std::int16_t>();     // a slow listener holds what is written long enough
    if (!co_await write(*encoded, output)) co_return std::nullopt;
    if (last) {
      listener_.begin();
      complete_ = co_await sink_.complete();
      listener_.end({});
      co_return std::nullopt;
    }
  }
  co_return std::nullopt;
}

codec::Result<Egress::Encoded> Egress::encode(codec::Encoder& encoder, std::span<const std::int16_t> pcm, bool last,
                                              std::size_t most) {
  Encoded encoded;
  const auto began = runtime::thread_cpu_time();
  do {
    const auto piece = pcm.first(std::min(pcm.size(), most));
    pcm = pcm.subspan(piece.size());
    const auto before = encoded.bytes.size();
    auto done = encoder.encode(piece, encoded.bytes);
    if (done && last && pcm.empty()) done = encoder.finish(encoded.bytes);
    if (!done) return std::unexpected(std::move(done.error()));
    encoded.pieces.push_back({.samples = {piece.size()}, .bytes = encoded.bytes.size() - before});
  } while (!pcm.empty());
  encoded.cpu = runtime::thread_cpu_time() - began;
  return encoded;
}

runtime::Awaitable<bool> Egress::write(const Encoded& encoded, AudioOutput output) {
  std::span<const std::byte> left = encoded.bytes;
  for (const auto& piece : encoded.pieces) {
    const bool heard = written_ >= stream_.passed_over().value;
    const auto audio = heard ? base::playing_time(piece.samples, stream_.spec().rate) : base::Duration{};
    written_ += piece.samples.value;
    bytes_ += piece.bytes;
    if (piece.bytes > 0 && first_audio_ == base::Duration{}) {
      first_audio_ = clock_.now() - arrived_;
      sink_.entered(*stream_.entry(), first_audio_);
    }
    note_offered(audio);
    if (piece.bytes > 0 && !co_await sink_.write(left.first(piece.bytes), through(output))) {
      listener_.end({});
      co_return false;
    }
    note_taken(audio);
    left = left.subspan(piece.bytes);
  }
  co_return true;
}

void Egress::note_offered(base::Duration audio) {
  const auto now = clock_.now();
  // Who had heard everything when more text came waited for the text, not for us.
  const auto underrun_at = heard_.underrun_at();
  const auto& resumed_at = stream_.resumed_at();
  if (underrun_at && resumed_at && *underrun_at <= *resumed_at + cell_.scheduler().options().guard)
    heard_.excuse_until(now);
  if (audio > base::Duration{}) heard_.advance(audio, now);
  listener_.begin();
}

void Egress::note_taken(base::Duration audio) {
  heard_.excuse_until(clock_.now() + audio);
  stream_.delivered(audio, heard_.underrun_at());
  listener_.end(audio);
}

/// Exactly what is in the bytes where samples have a size, else what the encoder was given.
base::SampleCount Egress::through(AudioOutput output) const {
  if (const auto sample = codec::bytes_per_sample(output.format)) {
    return {(bytes_ - (output.format == codec::Format::kWav ? audio::kWavHeaderBytes : 0)) / *sample};
  }
  const std::uint64_t own = stream_.spec().rate.hz;
  return {(written_ * output.rate.hz + own / 2) / own};
}

void Egress::trace(const std::string& request_id, const AudioOutput& output, const Report& report) const {
  auto* const tracer = cell_.tracer();
  const auto& spec = stream_.spec();
  if (tracer == nullptr || !spec.trace) return;
  const auto now = clock_.now();
  const auto record = [&](tracing::Span span) {
    span.stream = stream_.id();
    tracer->record(*spec.trace, std::move(span));
  };
  const auto& entry = stream_.entry();
  record({.kind = tracing::SpanKind::kWait,
          .begin = arrived_,
          .end = entry ? entry->at : now,
          .outcome = entry ? tracing::Outcome::kOk : tracing::Outcome::kFailed});
  if (report.first_audio > base::Duration{}) {
    record({.kind = tracing::SpanKind::kFirstAudio, .begin = arrived_, .end = arrived_ + report.first_audio});
    record({.kind = tracing::SpanKind::kEgress,
            .begin = arrived_ + report.first_audio,
            .end = now,
            .attributes = {{"antiphon.format", std::string(codec::name_of(output.format))},
                           {"antiphon.bytes", static_cast<std::int64_t>(bytes_)},
                           {"antiphon.encoder_cpu_s", base::to_seconds(encoder_cpu_)}}});
  }
  std::vector<tracing::Attribute> attributes = {
      {"antiphon.request_id", request_id},
      {"antiphon.voice", spec.voice_id},
      {"antiphon.end", std::string(name_of(report.end))},
      {"antiphon.characters", static_cast<std::int64_t>(stream_.planned_characters())},
      {"antiphon.audio_s", base::to_seconds(report.audio)},
      {"antiphon.worst_gap_s", base::to_seconds(heard_.worst_gap())}};
  if (report.error) attributes.push_back({"antiphon.error", std::string(protocol::row_of(*report.error).name)});
  record({.kind = tracing::SpanKind::kRequest,
          .begin = arrived_,
          .end = now,
          .outcome = report.error ? tracing::Outcome::kFailed : tracing::Outcome::kOk,
          .attributes = std::move(attributes)});
}

void Egress::log(const std::string& request_id, const Report& report) const {
  const auto& spec = stream_.spec();
  const auto waited = stream_.entry() ? stream_.entry()->waited : base::Duration{};
  runtime::log_info("speech", {{"request_id", request_id},
                               {"stream", stream_.id().value},
                               {"voice", spec.voice_id},
                               {"cached", stream_.is_replay()},
                               {"characters", text::count_code_points(spec.text)},
                               {"end", name_of(report.end)},
                               {"waited_s", base::to_seconds(waited)},
                               {"first_audio_s", base::to_seconds(report.first_audio)},
                               {"worst_gap_s", base::to_seconds(heard_.worst_gap())},
                               {"lag_s", base::to_seconds(listener_.worst())},
                               {"audio_s", base::to_seconds(report.audio)},
                               {"took_s", base::to_seconds(report.took)}});
}

}  // namespace antiphon::delivery
