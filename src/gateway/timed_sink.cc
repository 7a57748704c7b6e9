#include "gateway/timed_sink.h"

#include <limits>
#include <utility>

#include "protocol/elevenlabs/server_message.h"

namespace antiphon::gateway {

namespace elevenlabs = protocol::elevenlabs;

runtime::Awaitable<bool> TimedSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  text_.update();
  std::string text;
  if (shape_ == Shape::kLines) {
    const auto alignment = text_.take(through.value);
    text = elevenlabs::timed_speech(bytes, alignment ? &*alignment : nullptr) + "\n";
  } else {
    text = next_of_object(bytes);
  }
  co_return co_await send(std::as_bytes(std::span(text)));
}

std::string TimedSink::next_of_object(std::span<const std::byte> bytes) {
  auto alignment = text_.take(std::numeric_limits<std::uint64_t>::max());
  if (!all_) {
    all_ = std::move(alignment);
  } else if (alignment) {
    append(*all_, std::move(*alignment), 0);
  }
  return std::string(responder().started() ? "" : elevenlabs::kTimedSpeechBegin) + base64_.add(bytes);
}

runtime::Awaitable<bool> TimedSink::complete() {
  if (shape_ == Shape::kObject) {
    const auto end = std::string(responder().started() ? "" : elevenlabs::kTimedSpeechBegin) + base64_.finish() +
                     elevenlabs::timed_speech_end(all_ ? &*all_ : nullptr);
    if (!co_await send(std::as_bytes(std::span(end)))) co_return false;
  }
  co_return co_await HttpSink::complete();
}

}  // namespace antiphon::gateway
