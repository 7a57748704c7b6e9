#include "gateway/wyoming_sink.h"

#include <algorithm>
#include <utility>

#include "protocol/wyoming/server_event.h"

namespace antiphon::gateway {
namespace {

namespace wyoming = protocol::wyoming;

/// Of one audio-chunk: two seconds at 16 kHz.
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

wyoming::Errc code_of(Errc code) {
  switch (code) {
    case Errc::kUnknownVoice:
    case Errc::kNoVoice:
      return wyoming::Errc::kUnknownVoice;
    case Errc::kInvalidText:
      return wyoming::Errc::kInvalidValue;
    case Errc::kBusy:
    case Errc::kRevoked:
    case Errc::kUserLimit:
    case Errc::kShed:
      return wyoming::Errc::kServerBusy;
    case Errc::kNothingToSpeak:
      return wyoming::Errc::kNothingToSpeak;
    case Errc::kTextNotSpeakable:
      return wyoming::Errc::kTextNotSpeakable;
    case Errc::kWorkerLost:
    case Errc::kStalled:
      return wyoming::Errc::kWorkerLost;
    case Errc::kEngineFailed:
    case Errc::kCannotListen:
      return wyoming::Errc::kEngineFailed;
  }
  return wyoming::Errc::kEngineFailed;
}

}  // namespace

wyoming::Error to_wyoming(const Error& error) {
  const auto code = code_of(error.code);
  const bool ours = code == wyoming::Errc::kEngineFailed;
  return {.code = code,
          .message = ours ? "The speech could not be rendered; the server's log has the reason." : error.message,
          .param = {}};
}

unsigned status_of(wyoming::Errc code) {
  constexpr unsigned kBadRequest = 400;
  constexpr unsigned kTooLarge = 413;
  constexpr unsigned kFailed = 500;
  constexpr unsigned kBusy = 503;
  switch (code) {
    case wyoming::Errc::kTooLarge:
    case wyoming::Errc::kInputTooLong:
      return kTooLarge;
    case wyoming::Errc::kMalformed:
    case wyoming::Errc::kMissingParameter:
    case wyoming::Errc::kInvalidType:
    case wyoming::Errc::kInvalidValue:
    case wyoming::Errc::kOutOfTurn:
    case wyoming::Errc::kUnsupported:
    case wyoming::Errc::kUnknownVoice:
    case wyoming::Errc::kNothingToSpeak:
    case wyoming::Errc::kTextNotSpeakable:
      return kBadRequest;
    case wyoming::Errc::kServerBusy:
      return kBusy;
    case wyoming::Errc::kEngineFailed:
    case wyoming::Errc::kWorkerLost:
      return kFailed;
  }
  return kFailed;
}

void WyomingSink::start(std::string& out) {
  if (!std::exchange(started_, true)) wyoming::append_audio_start(rate_, {}, out);
}

runtime::Awaitable<bool> WyomingSink::write(std::span<const std::byte> bytes, base::SampleCount /*through*/) {
  std::string out;
  start(out);
  while (!bytes.empty()) {
    const auto chunk = bytes.first(std::min(bytes.size(), kChunkBytes));
    wyoming::append_audio_chunk(rate_, at(), chunk, out);
    sent_ += base::SampleCount{chunk.size() / sizeof(std::int16_t)};
    bytes = bytes.subspan(chunk.size());
  }
  co_return co_await link_.send(out);
}

runtime::Awaitable<bool> WyomingSink::complete() {
  std::string out;
  start(out);
  wyoming::append_audio_stop(at(), out);
  if (answer_ == WyomingAnswer::kStreamed) wyoming::append_synthesize_stopped(out);
  co_return co_await link_.send(out);
}

runtime::Awaitable<> WyomingSink::fail(const Error& error) {
  // A stream of text may well turn out to have nothing to say, such as a model's empty answer.
  if (error.code == Errc::kNothingToSpeak && answer_ == WyomingAnswer::kStreamed) {
    co_await complete();
    co_return;
  }
  std::string out;
  wyoming::append_error(to_wyoming(error), out);
  co_await link_.send(out);
  link_.end();
}

}  // namespace antiphon::gateway
