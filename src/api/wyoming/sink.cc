#include "api/wyoming/sink.h"

#include <algorithm>
#include <utility>

#include "protocol/wyoming/error.h"
#include "protocol/wyoming/server_event.h"

namespace antiphon::api::wyoming {
namespace {

namespace wyoming = protocol::wyoming;

/// Of one audio-chunk: two seconds at 16 kHz.
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

}  // namespace

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

runtime::Awaitable<> WyomingSink::fail(const protocol::Error& error) {
  std::string out;
  wyoming::append_error(wyoming::speech_error(error), out);
  co_await link_.send(out);
  link_.end();
}

}  // namespace antiphon::api::wyoming
