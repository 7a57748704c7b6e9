#include "dispatch/growing_speech.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace antiphon::dispatch {
namespace {

/// Text is taken so much at a time: cutting it into segments must not hold up the event loop.
constexpr std::size_t kSliceBytes = 1024;

/// The first kSliceBytes of `utf8`, or a little more, so that no code point is cut.
std::string_view slice_of(std::string_view utf8) {
  auto size = std::min(utf8.size(), kSliceBytes);
  while (size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0U) == 0x80U) ++size;
  return utf8.substr(0, size);
}

}  // namespace

GrowingSpeech::GrowingSpeech(Cell& cell, runtime::Clock& clock, Cell::Handle stream, base::Duration silence)
    : cell_(cell), clock_(clock), stream_(std::move(stream)), silence_(silence) {}

runtime::Awaitable<bool> GrowingSpeech::add(std::string text) {
  timer_.reset();
  for (std::string_view left = text; !left.empty();) {
    if (!co_await stream_->wait_for_room(kMostUnplanned) || !stream_->utterance().growing()) co_return false;
    const auto slice = slice_of(left);
    if (!cell_.add_text(*stream_, slice)) co_return false;
    left.remove_prefix(slice.size());
  }
  await_silence();
  co_return stream_->end() == SpeechStream::End::kNotYet;
}

bool GrowingSpeech::offer(std::string_view text) {
  if (stream_->utterance().unplanned() > kMostOffered || !stream_->utterance().growing()) return false;
  if (!cell_.add_text(*stream_, text)) return false;
  await_silence();
  return true;
}

void GrowingSpeech::flush(text::Flush how) {
  timer_.reset();
  if (stream_->utterance().growing()) cell_.flush_text(*stream_, how);
}

void GrowingSpeech::keep() {
  timer_.reset();
  if (stream_->utterance().growing()) cell_.keep_text(*stream_);
}

void GrowingSpeech::drop() {
  timer_.reset();
  if (stream_->utterance().growing()) cell_.drop_text(*stream_);
}

void GrowingSpeech::finish() {
  timer_.reset();
  if (stream_->utterance().growing()) cell_.end_text(*stream_);
}

void GrowingSpeech::await_silence() {
  const auto now = clock_.now();
  timer_ = clock_.start_timer(cell_.executor(), now + silence_, [this, now] {
    flush(text::Flush::kWords);
    if (stream_->utterance().pending() > 0) await_word(now);
  });
}

void GrowingSpeech::await_word(base::TimePoint since) {
  timer_ = clock_.start_timer(cell_.executor(), since + kUnfinishedWord * silence_, [this] { flush(); });
}

}  // namespace antiphon::dispatch
