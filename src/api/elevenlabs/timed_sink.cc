#include "api/elevenlabs/timed_sink.h"

#include <limits>
#include <utility>

#include "protocol/elevenlabs/server_message.h"

namespace antiphon::api::elevenlabs {

namespace elevenlabs = protocol::elevenlabs;

runtime::Awaitable<bool> TimedSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  text_.update();
  std::string text;
  if (shape_ == Shape::kLines) {
    const auto alignments = text_.take(through.value);
    text = elevenlabs::timed_speech(bytes, alignments ? &*alignments : nullptr) + "\n";
  } else {
    text = next_of_object(bytes);
  }
  co_return co_await send(std::as_bytes(std::span(text)));
}

std::string TimedSink::next_of_object(std::span<const std::byte> bytes) {
  add(text_.take(std::numeric_limits<std::uint64_t>::max()));
  return std::string(responder().started() ? "" : elevenlabs::kTimedSpeechBegin) + base64_.add(bytes);
}

void TimedSink::add(std::optional<elevenlabs::Alignments> alignments) {
  if (!alignments) return;
  if (all_) return append(*all_, std::move(*alignments), 0);
  all_ = std::move(alignments);
}

runtime::Awaitable<bool> TimedSink::complete() {
  // Text behind the last words is told with them; where there are none, there is nothing to be timed.
  auto rest = responder().started() ? text_.take_rest() : std::nullopt;
  std::string end;
  if (shape_ == Shape::kObject) {
    add(std::move(rest));
    end = std::string(responder().started() ? "" : elevenlabs::kTimedSpeechBegin) + base64_.finish() +
          elevenlabs::timed_speech_end(all_ ? &*all_ : nullptr);
  } else if (rest) {
    end = elevenlabs::timed_speech({}, &*rest) + "\n";
  }
  if (!end.empty() && !co_await send(std::as_bytes(std::span(end)))) co_return false;
  co_return co_await delivery::HttpSink::complete();
}

}  // namespace antiphon::api::elevenlabs
