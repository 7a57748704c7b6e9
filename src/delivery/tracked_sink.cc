#include "delivery/tracked_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace antiphon::delivery {
namespace {

/// Between two writes of the progress of one stream.
constexpr auto kTellEvery = std::chrono::milliseconds(250);
/// For how long the store is asked whether the stream is still its owner's, and how often while it cannot be reached.
constexpr auto kConfirm = std::chrono::seconds(5);
constexpr auto kAskAgain = std::chrono::milliseconds(100);

}  // namespace

TrackedSink::TrackedSink(StreamBook& book, HttpSink& next, progress::Request request, AudioPart& part)
    : book_(book),
      next_(next),
      part_(part),
      record_{.request = std::move(request), .token = {1}},
      confirmed_(book.absences()),
      kept_(false),
      entry_(book.live_.insert(book.live_.end(), this)) {
  open();
}

TrackedSink::TrackedSink(StreamBook& book, HttpSink& next, progress::Record record, AudioPart& part,
                         std::uint64_t absences)
    : book_(book),
      next_(next),
      part_(part),
      record_(std::move(record)),
      confirmed_(absences),
      kept_(true),
      entry_(book.live_.insert(book.live_.end(), this)) {
  open();
}

void TrackedSink::open() {
  next_.add_header("Antiphon-Stream", progress::to_text(name()));
  next_.guard_writes([this] { return may_write(); });
}

TrackedSink::~TrackedSink() {
  next_.guard_writes({});
  book_.live_.erase(entry_);
  book_.ended_.notify_all();
  if (!kept_ || lost_ || record_.progress.state != progress::State::kLive) return;
  record_.progress.state = progress::State::kInterrupted;
  stream_ = nullptr;  // it is gone by now
  tell();
}

void TrackedSink::lose() {
  if (!std::exchange(lost_, true)) book_.probe().taken_over();
  next_.cut();
}

void TrackedSink::opened(dispatch::SpeechStream& stream) {
  stream_ = &stream;
  next_.opened(stream);
}

void TrackedSink::entered(const dispatch::Entry& entry, base::Duration first_audio) {
  next_.entered(entry, first_audio);
  if (!kept_) return begin();
  if (has_changed()) lose();
}

bool TrackedSink::has_changed() const {
  const auto* const voice = book_.voice_of(stream_->spec());
  return voice == nullptr || voice->identity != record_.request.voice_identity ||
         book_.fingerprint(record_.request, *voice) != record_.request.fingerprint;
}

void TrackedSink::begin() {
  const auto* const voice = book_.voice_of(stream_->spec());
  if (voice == nullptr) return;  // a reload took it away meanwhile: this stream is spoken, and is not to be resumed
  auto& request = record_.request;
  request.voice = voice->speakers.empty() ? voice->id : fmt::format("{}#{}", voice->id, stream_->spec().speaker);
  request.voice_identity = voice->identity;
  request.fingerprint = book_.fingerprint(request, *voice);
  kept_ = true;
  book_.store().put(record_);
  told_ = book_.clock().now();
}

runtime::Awaitable<bool> TrackedSink::may_write() {
  const auto deadline = book_.clock().now() + kConfirm;
  while (!lost_ && kept_ && confirmed_ != book_.absences()) {
    const auto absences = book_.absences();
    const auto owns = co_await book_.store().owns(name(), record_.token);
    if (owns && *owns) {
      confirmed_ = absences;
    } else if (owns || book_.clock().now() >= deadline || !co_await runtime::sleep_for(book_.clock(), kAskAgain)) {
      lose();
    }
  }
  co_return !lost_;
}

std::span<const std::byte> TrackedSink::wanted(std::span<const std::byte> bytes) const {
  const auto before = part_.bytes.first > place_ ? part_.bytes.first - place_ : 0;
  auto left = bytes.subspan(std::min<std::uint64_t>(before, bytes.size()));
  if (!part_.bytes.last) return left;
  const auto end = place_ + bytes.size();
  const auto behind = end > *part_.bytes.last + 1 ? end - (*part_.bytes.last + 1) : 0;
  return left.first(left.size() - std::min<std::uint64_t>(behind, left.size()));
}

runtime::Awaitable<bool> TrackedSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  if (!co_await may_write()) co_return false;
  const auto part = wanted(bytes);
  if (!part.empty() && (!co_await next_.write(part, through) || lost_)) co_return false;
  place_ += bytes.size();
  record_.progress.samples_written = through.value;
  note_progress();
  if (!part_.bytes.last || place_ <= *part_.bytes.last) co_return true;
  // All that was asked for: what follows is not rendered.
  (void)co_await next_.complete();
  co_return false;
}

void TrackedSink::note_progress() {
  auto& progress = record_.progress;
  progress.bytes_written = place_;
  if (stream_ != nullptr) progress.samples_rendered = stream_->rendered().value;
  if (book_.clock().now() - told_ >= kTellEvery) tell();
}

void TrackedSink::tell() {
  told_ = book_.clock().now();
  if (!kept_) return;
  if (stream_ != nullptr) record_.progress.segment_ends = stream_->segment_ends();
  book_.store().update(name(), record_.token, record_.progress);
}

runtime::Awaitable<bool> TrackedSink::complete() {
  if (!co_await may_write()) co_return false;
  part_.length = record_.progress.length = place_;
  if (part_.beyond == AudioPart::Beyond::kRefused && place_ <= part_.bytes.first) {
    record_.progress.state = progress::State::kComplete;
    tell();
    co_await next_.fail(
        {.code = protocol::Errc::kRangeBeyondEnd, .message = "The audio ends before the first byte of the range."});
    co_return false;
  }
  const bool taken = co_await next_.complete();
  record_.progress.state = taken ? progress::State::kComplete : progress::State::kInterrupted;
  tell();
  co_return taken;
}

runtime::Awaitable<> TrackedSink::fail(const protocol::Error& error) {
  if (!lost_) {
    record_.progress.state = progress::State::kFailed;
    tell();
  }
  co_await next_.fail(error);
}

std::unique_ptr<TrackedSink> track(StreamBook& book, const NewStream& stream, const SpeechOrder& order,
                                   const identity::Caller& caller, HttpSink& next, AudioPart& part) {
  auto described = book.describe(order, caller);
  described.name = stream.name;
  described.as_events = stream.shape == AnswerShape::kEvents;
  return std::make_unique<TrackedSink>(book, next, std::move(described), part);
}

}  // namespace antiphon::delivery
