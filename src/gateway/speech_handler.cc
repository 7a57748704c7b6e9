#include "gateway/speech_handler.h"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/answer.h"
#include "gateway/identity.h"
#include "protocol/openai/speech.h"
#include "runtime/log.h"
#include "text/text.h"

namespace antiphon::gateway {
namespace {

namespace openai = protocol::openai;

/// What every door answers in (contracts of the clients).
constexpr base::SampleRate kOutputRate{24'000};

std::unexpected<openai::Error> refusal(openai::Errc code, std::string param, std::string message) {
  return std::unexpected(openai::Error{.code = code, .message = std::move(message), .param = std::move(param)});
}

openai::Error to_openai(const Error& error) {
  switch (error.code) {
    case Errc::kNothingToSpeak:
      return {.code = openai::Errc::kNothingToSpeak,
              .message = "The voice has nothing to say for this input.",
              .param = "input"};
    case Errc::kWorkerLost:
    case Errc::kStalled:
      return {.code = openai::Errc::kWorkerLost, .message = "The speech could not be rendered: " + error.message + "."};
    case Errc::kEngineFailed:
    case Errc::kCannotListen:
    case Errc::kNoVoice:
      return {.code = openai::Errc::kEngineFailed,
              .message = "The speech could not be rendered; the server's log has the reason."};
  }
  return {};
}

/// One stream on its way to one client.
class Session {
 public:
  Session(Cell& cell, SpeechStream& stream, http::Responder& responder, runtime::Clock& clock, std::string request_id)
      : cell_(cell),
        stream_(stream),
        responder_(responder),
        clock_(clock),
        request_id_(std::move(request_id)),
        arrived_(clock.now()) {}

  [[nodiscard]] runtime::Awaitable<> run(codec::Format format, runtime::ThreadPool::Strand strand) {
    auto encoder = codec::make_encoder(format, stream_.spec().rate, kOutputRate);
    if (!encoder) {
      stream_.fail({Errc::kEngineFailed, encoder.error().message});
    } else {
      co_await send(format, **encoder, std::move(strand));
    }
    co_await end();
  }

 private:
  [[nodiscard]] runtime::Awaitable<> send(codec::Format format, codec::Encoder& encoder,
                                          runtime::ThreadPool::Strand strand) {
    while (co_await stream_.wait()) {
      const auto pcm = cell_.take(stream_);
      const auto state = stream_.end();
      if (state == SpeechStream::End::kFailed) {
        error_ = stream_.error();
        co_return;
      }
      samples_ += pcm.size();
      const bool last = state == SpeechStream::End::kComplete;
      if (last && samples_ == 0) {
        error_ = Error{Errc::kNothingToSpeak, "no segment has a phoneme"};
        co_return;
      }
      std::vector<std::byte> bytes;
      const auto encoded = co_await runtime::run_on(strand, [&]() -> codec::Result<void> {
        if (auto done = encoder.encode(pcm, bytes); !done) return done;
        return last ? encoder.finish(bytes) : codec::Result<void>{};
      });
      if (!encoded) {
        error_ = Error{Errc::kEngineFailed, encoded.error().message};
        co_return;
      }
      if (!bytes.empty() && !co_await write(format, bytes)) co_return;
      if (last) {
        complete_ = co_await responder_.finish();
        co_return;
      }
    }
  }

  [[nodiscard]] runtime::Awaitable<bool> write(codec::Format format, const std::vector<std::byte>& bytes) {
    if (!responder_.started()) {
      first_audio_ = clock_.now() - arrived_;
      if (!co_await responder_.start({.status = 200,
                                      .headers = {{"Content-Type", std::string(codec::content_type(format))},
                                                  {"Cache-Control", "no-store"},
                                                  {"X-Accel-Buffering", "no"},
                                                  {"x-request-id", request_id_}},
                                      .body = {}})) {
        co_return false;
      }
    }
    co_return co_await responder_.write(bytes);
  }

  [[nodiscard]] runtime::Awaitable<> end() {
    const auto& spec = stream_.spec();
    runtime::log_info("speech", {{"request_id", request_id_},
                                 {"stream", stream_.id().value},
                                 {"voice", spec.voice_id},
                                 {"characters", text::count_code_points(spec.text)},
                                 {"end", complete_ ? "complete"
                                         : error_  ? "failed"
                                                   : "cancelled"},
                                 {"first_audio_s", base::to_seconds(first_audio_)},
                                 {"audio_s", base::to_seconds(base::playing_time({samples_}, spec.rate))},
                                 {"took_s", base::to_seconds(clock_.now() - arrived_)}});
    if (complete_) co_return;
    if (responder_.started()) {
      responder_.abort();
    } else if (error_) {
      co_await responder_.respond(error_answer(to_openai(*error_), request_id_));
    }
  }

  Cell& cell_;
  SpeechStream& stream_;
  http::Responder& responder_;
  runtime::Clock& clock_;
  std::string request_id_;
  base::TimePoint arrived_;
  base::Duration first_audio_{};
  std::uint64_t samples_ = 0;
  bool complete_ = false;
  std::optional<Error> error_;  ///< Why it ended early, when the listener did not just leave.
};

}  // namespace

SpeechHandler::SpeechHandler(Cell& cell, const VoiceDirectory& voices, runtime::ThreadPool& encoders,
                             runtime::Clock& clock, SpeechHandlerOptions options)
    : cell_(cell), voices_(voices), encoders_(encoders), clock_(clock), options_(std::move(options)) {}

runtime::Awaitable<> SpeechHandler::handle(const http::Request& request, const std::string& request_id,
                                           http::Responder& responder) {
  auto asked = order(request);
  if (!asked) {
    co_await responder.respond(error_answer(asked.error(), request_id));
    co_return;
  }
  if (cell_.streams() >= options_.max_streams || cell_.ready_workers() == 0) {
    const auto* const reason = cell_.ready_workers() == 0 ? "No worker is ready yet." : "The server is full.";
    co_await responder.respond(
        error_answer({.code = openai::Errc::kServerBusy, .message = reason, .param = {}}, request_id));
    co_return;
  }
  const auto stream = cell_.open(std::move(asked->spec));
  responder.on_gone([&stream] { stream->leave(); });
  Session session(cell_, *stream, responder, clock_, request_id);
  co_await session.run(asked->format, encoders_.make_strand());
}

std::expected<SpeechHandler::Order, openai::Error> SpeechHandler::order(const http::Request& request) const {
  auto parsed = openai::parse_speech_request(request.body);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const auto format = codec::parse_format(openai::name_of(parsed->response_format));
  if (!format) {
    return refusal(openai::Errc::kUnsupportedFormat, "response_format", "This server does not write that format.");
  }
  const auto found = voices_.find(parsed->voice);
  if (!found) return refusal(openai::Errc::kUnknownVoice, "voice", unknown_voice(voices_, parsed->voice));
  auto text = text::normalise(parsed->input);
  if (!text) return refusal(openai::Errc::kInvalidValue, "input", text.error().message);
  if (!text::speakable(*text)) {
    return refusal(openai::Errc::kNothingToSpeak, "input", "The input has nothing that can be spoken.");
  }
  auto segmentation = options_.segmentation;
  segmentation.speed = parsed->speed;
  return Order{.spec = {.user = user_of(request),
                        .voice_id = found->voice->id,
                        .speaker = found->speaker,
                        .rate = found->voice->rate,
                        .text = std::move(*text),
                        .segmentation = segmentation,
                        .speed = static_cast<float>(parsed->speed),
                        .seed = parsed->seed},
               .format = *format};
}

}  // namespace antiphon::gateway
