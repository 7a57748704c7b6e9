#include "gateway/egress.h"

#include <utility>
#include <vector>

#include "audio/wav.h"
#include "runtime/log.h"
#include "text/text.h"

namespace antiphon::gateway {
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
  }
  return "";
}

}  // namespace

Egress::Egress(Cell& cell, SpeechStream& stream, AudioSink& sink, runtime::Clock& clock, Probe& probe)
    : cell_(cell), stream_(stream), sink_(sink), clock_(clock), probe_(probe), arrived_(clock.now()) {}

runtime::Awaitable<Egress::Report> Egress::run(AudioOutput output, runtime::ThreadPool::Strand strand,
                                               std::string request_id) {
  std::optional<Error> error;
  // With the first audio it is settled which voice speaks, and so the rate.
  if (co_await stream_.wait()) {
    auto encoder = codec::make_encoder(output.format, stream_.spec().rate, output.rate, output.bit_rate);
    if (encoder) {
      error = co_await send(output, **encoder, std::move(strand));
    } else {
      error = Error{.code = Errc::kEngineFailed, .message = encoder.error().message};
    }
  }
  const auto early = stream_.entry() ? End::kFailed : End::kRefused;
  const Report report{.end = complete_ ? End::kComplete : (error ? early : End::kCancelled),
                      .first_audio = first_audio_,
                      .audio = base::playing_time({samples_}, stream_.spec().rate),
                      .took = clock_.now() - arrived_};
  if (const auto first = heard_.first_audio_at()) {
    probe_.heard(
        {.first_audio = *first - arrived_, .worst_gap = heard_.worst_gap(), .total_stall = heard_.total_stall()});
  }
  log(request_id, report);
  if (error) co_await sink_.fail(*error);
  co_return report;
}

runtime::Awaitable<std::optional<Error>> Egress::send(AudioOutput output, codec::Encoder& encoder,
                                                      runtime::ThreadPool::Strand strand) {
  while (co_await stream_.wait()) {
    auto pcm = cell_.take(stream_);
    const auto state = stream_.end();
    if (state == SpeechStream::End::kFailed) co_return stream_.error();
    const base::SampleCount taken{pcm.size()};
    samples_ += taken.value;
    const bool last = state == SpeechStream::End::kComplete;
    if (last && samples_ == 0)
      co_return Error{.code = Errc::kNothingToSpeak, .message = "The voice has nothing to say for this text."};
    std::vector<std::byte> bytes;
    const auto encoded = co_await runtime::run_on(strand, [&]() -> codec::Result<void> {
      if (auto done = encoder.encode(pcm, bytes); !done) return done;
      return last ? encoder.finish(bytes) : codec::Result<void>{};
    });
    if (!encoded) co_return Error{.code = Errc::kEngineFailed, .message = encoded.error().message};
    pcm = std::vector<std::int16_t>();  // a slow listener holds what is written long enough
    bytes_ += bytes.size();
    if (!bytes.empty()) {
      if (first_audio_ == base::Duration{}) {
        first_audio_ = clock_.now() - arrived_;
        sink_.entered(*stream_.entry(), first_audio_);
      }
      if (!co_await sink_.write(bytes, through(output))) co_return std::nullopt;
    }
    if (taken.value > 0) heard_.advance(base::playing_time(taken, stream_.spec().rate), clock_.now());
    if (last) {
      complete_ = co_await sink_.complete();
      co_return std::nullopt;
    }
  }
  co_return std::nullopt;
}

/// Exactly what is in the bytes where samples have a size, else what the encoder was given.
base::SampleCount Egress::through(AudioOutput output) const {
  switch (output.format) {
    case codec::Format::kPcm:
      return {bytes_ / sizeof(std::int16_t)};
    case codec::Format::kWav:
      return {(bytes_ - audio::kWavHeaderBytes) / sizeof(std::int16_t)};
    case codec::Format::kMp3:
    case codec::Format::kOpus:
    case codec::Format::kAac:
    case codec::Format::kFlac:
    case codec::Format::kMulaw:
    case codec::Format::kAlaw:
      break;
  }
  const std::uint64_t own = stream_.spec().rate.hz;
  return {(samples_ * output.rate.hz + own / 2) / own};
}

void Egress::log(const std::string& request_id, const Report& report) const {
  const auto& spec = stream_.spec();
  const auto waited = stream_.entry() ? stream_.entry()->waited : base::Duration{};
  runtime::log_info("speech", {{"request_id", request_id},
                               {"stream", stream_.id().value},
                               {"voice", spec.voice_id},
                               {"characters", text::count_code_points(spec.text)},
                               {"end", name_of(report.end)},
                               {"waited_s", base::to_seconds(waited)},
                               {"first_audio_s", base::to_seconds(report.first_audio)},
                               {"worst_gap_s", base::to_seconds(heard_.worst_gap())},
                               {"audio_s", base::to_seconds(report.audio)},
                               {"took_s", base::to_seconds(report.took)}});
}

}  // namespace antiphon::gateway
