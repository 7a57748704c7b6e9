#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>

#include "delivery/http_sink.h"
#include "delivery/stream_book.h"
#include "http/byte_range.h"

namespace antiphon::delivery {

/// How an answer wraps its audio: as the body itself, or in server-sent events.
enum class AnswerShape : std::uint8_t { kAudio, kEvents };

/// The part of a stream's audio that its listener is given.
struct AudioPart {
  http::ByteRange bytes{};
  /// Whether a part that begins behind the last byte is an error; else it is empty.
  enum class Beyond : std::uint8_t { kRefused, kEmpty } beyond = Beyond::kEmpty;
  /// Bytes of the whole audio, once they are known.
  std::optional<std::uint64_t> length{};
};

/// Before the sink of a stream that can be resumed: keeps its record, and leaves out what the listener has already.
/// Once another connection or gateway owns the stream, nothing more is written; a process that was away finds out
/// before it writes. On the event loop.
class TrackedSink final : public AudioSink {
 public:
  /// A stream that begins. Its name goes out in the header Antiphon-Stream.
  TrackedSink(StreamBook& book, HttpSink& next, progress::Request request, AudioPart& part);
  /// One that goes on, after its record was claimed. `absences` is StreamBook::absences() from before the claim.
  TrackedSink(StreamBook& book, HttpSink& next, progress::Record record, AudioPart& part, std::uint64_t absences);
  ~TrackedSink() override;

  [[nodiscard]] const progress::StreamName& name() const { return record_.request.name; }
  [[nodiscard]] progress::FencingToken token() const { return record_.token; }
  [[nodiscard]] bool lost() const { return lost_; }
  /// Another one owns the stream: the connection is cut, and the work ends.
  void lose();

  void opened(dispatch::SpeechStream& stream) override;
  void entered(const dispatch::Entry& entry, base::Duration first_audio) override;
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;
  runtime::Awaitable<> fail(const protocol::Error& error) override;
  void on_gone(std::move_only_function<void()> callback) override { next_.on_gone(std::move(callback)); }
  void cut() override { next_.cut(); }

 private:
  /// What both constructors do.
  void open();
  /// What keeps it from going on with the bytes that the record is about.
  [[nodiscard]] bool has_changed() const;
  void begin();
  /// Whether another byte may be sent. After a time in which the process was away, the store is asked, for 5 s at most;
  /// a stream that it does not vouch for by then is lost.
  [[nodiscard]] runtime::Awaitable<bool> may_write();
  void note_progress();
  void tell();
  /// Returns the part of `bytes` that the listener is to have.
  [[nodiscard]] std::span<const std::byte> wanted(std::span<const std::byte> bytes) const;

  StreamBook& book_;
  HttpSink& next_;
  AudioPart& part_;
  progress::Record record_;
  dispatch::SpeechStream* stream_ = nullptr;  ///< While it is spoken: it ends before the sink does.
  std::uint64_t place_ = 0;                   ///< Bytes of the audio so far, whether the listener wants them or not.
  base::TimePoint told_;
  std::uint64_t confirmed_;  ///< StreamBook::absences() at which it was known to own the stream.
  bool kept_;                ///< The store has the record.
  bool lost_ = false;
  std::list<TrackedSink*>::iterator entry_;
};

/// What a new stream is called, and how its audio is wrapped.
struct NewStream {
  progress::StreamName name = progress::draw_name();
  AnswerShape shape = AnswerShape::kAudio;
};

/// Returns the sink of a new stream of `order` for `caller`. `book`, `next` and `part` outlive it.
[[nodiscard]] std::unique_ptr<TrackedSink> track(StreamBook& book, const NewStream& stream, const SpeechOrder& order,
                                                 const identity::Caller& caller, HttpSink& next, AudioPart& part);

}  // namespace antiphon::delivery
