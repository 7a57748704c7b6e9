#include "api/elevenlabs/sink.h"

#include <algorithm>
#include <utility>

#include "api/elevenlabs/door.h"

namespace antiphon::api::elevenlabs {
namespace elevenlabs = protocol::elevenlabs;

ElevenLabsSink::ElevenLabsSink(http::WebSocket& socket, runtime::Clock& clock, const runtime::Executor& executor,
                               Options options)
    : socket_(socket),
      clock_(clock),
      options_(std::move(options)),
      text_(options_.output.rate, SpokenText::Origin::kSegment),
      stop_(executor) {
  if (options_.lead) pacer_.emplace(*options_.lead);
}

void ElevenLabsSink::stop() {
  stopped_ = true;
  stop_.notify_all();
}

void ElevenLabsSink::stop_at(base::SampleCount end) {
  end_ = end.value;
  if (sent_ >= end.value) stop();
}

void ElevenLabsSink::refuse(elevenlabs::Error error) {
  if (!error_) error_ = std::move(error);
  stop();
}

std::size_t ElevenLabsSink::bytes_per_sample() const {
  switch (options_.output.format) {
    case codec::Format::kPcm:
      return sizeof(std::int16_t);
    case codec::Format::kMulaw:
    case codec::Format::kAlaw:
      return 1;
    case codec::Format::kWav:
    case codec::Format::kMp3:
    case codec::Format::kOpus:
    case codec::Format::kAac:
    case codec::Format::kFlac:
      break;
  }
  return 0;
}

runtime::Awaitable<bool> ElevenLabsSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  text_.update();
  const auto size = bytes_per_sample();
  // Where samples have a size, each segment begins a message.
  while (size != 0) {
    const auto next = text_.next_begin(sent_);
    if (!next || *next >= through.value) break;
    const auto samples = *next - sent_;
    if (samples * size >= bytes.size()) break;
    if (!co_await send(bytes.first(samples * size), {samples})) co_return false;
    bytes = bytes.subspan(samples * size);
  }
  co_return co_await send(bytes, {through.value - sent_});
}

runtime::Awaitable<bool> ElevenLabsSink::send(std::span<const std::byte> bytes, base::SampleCount samples) {
  if (end_ && sent_ >= *end_) co_return false;
  const auto audio = base::playing_time(samples, options_.output.rate);
  if (!co_await pace(audio)) co_return false;
  const auto alignments = text_.take(sent_ + std::max<std::uint64_t>(samples.value, 1));
  sent_ += samples.value;
  const auto message = elevenlabs::audio_message(address(), bytes, alignments ? &*alignments : nullptr);
  if (co_await socket_.write(message)) co_return !stopped_;
  if (auto callback = std::exchange(on_gone_, nullptr)) callback();
  co_return false;
}

runtime::Awaitable<bool> ElevenLabsSink::pace(base::Duration audio) {
  if (!pacer_) co_return !stopped_;
  const auto begin = clock_.now();
  for (auto when = pacer_->next(begin); when > clock_.now() && !stopped_;) {
    const auto timer = clock_.start_timer(stop_.executor(), when, [this] { stop_.notify_all(); });
    if (!co_await stop_.wait()) co_return false;
  }
  held_back_ += clock_.now() - begin;
  pacer_->sent(audio, clock_.now());
  co_return !stopped_;
}

runtime::Awaitable<bool> ElevenLabsSink::complete() { co_return !stopped_; }

runtime::Awaitable<> ElevenLabsSink::fail(const protocol::Error& error) {
  if (!stopped_) error_ = elevenlabs::speech_error(error);
  co_return;
}

runtime::Awaitable<bool> ElevenLabsSink::finish() {
  const auto message = error_ ? elevenlabs::error_message(address(), *error_) : elevenlabs::final_message(address());
  co_return co_await socket_.write(message);
}

}  // namespace antiphon::api::elevenlabs
