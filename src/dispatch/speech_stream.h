#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "audio/gain.h"
#include "base/time.h"
#include "base/units.h"
#include "protocol/error.h"
#include "runtime/event.h"
#include "scheduler/degradation.h"
#include "text/utterance.h"
#include "tracing/traced_utterance.h"
#include "wire/message.h"

namespace antiphon::dispatch {

/// Whether the whole text is there when its stream is opened, or comes by Cell::add_text() while it is spoken.
enum class TextArrival : std::uint8_t { kWhole, kInPieces };

/// What a listener asked for, checked and resolved.
struct SpeechSpec {
  std::optional<base::UserId> account{};  ///< Nothing: the user is an account of its own.
  base::UserId user;
  std::string voice_id;  ///< A voice of the catalogue.
  std::uint32_t speaker = 0;
  base::SampleRate rate;  ///< The voice's own.
  std::string text;       ///< A result of text::prepare(); empty where it comes in pieces.
  TextArrival arrival = TextArrival::kWhole;
  text::Options segmentation{};  ///< With the request's speed.
  float speed = 1.0F;
  std::uint64_t seed = 0;
  audio::Gain gain{};                       ///< The voice's own and the request's volume.
  std::optional<base::Duration> backlog{};  ///< Instead of CellOptions::backlog.
  double weight = 1.0;                      ///< Share of the account against other accounts; above 0.
  std::uint32_t max_streams = 0;  ///< Most streams of the account at once, live or waiting; 0: no limit of its own.
  std::uint32_t elsewhere = 0;    ///< Streams that the account has in other cells.
  base::SampleCount unheard{};    ///< Segments that end before it are not rendered.
  base::Duration wait{};          ///< How long it may wait to be let in.
  /// The voice that it may be spoken with instead when the cell is nearly full; "" = none.
  std::string cheaper_voice_id{};
  std::uint32_t cheaper_speaker = 0;
  audio::Gain cheaper_gain{};
  std::optional<tracing::TracedUtterance> trace{};  ///< nullopt: it is not traced.
};

/// How a stream was let in.
struct Entry {
  base::TimePoint at;
  base::Duration waited{};
  /// When it was expected to be heard, from its entry on.
  base::Duration predicted_start{};
  scheduler::Degradation level = {};  ///< What had to be given up then.
  bool from_cache = false;            ///< Its audio was rendered for an earlier request.
};

/// The PCM of a whole utterance, which others may play at the same time.
using SharedPcm = std::shared_ptr<const std::vector<std::int16_t>>;

/// A segment that was planned: its words and where they lie in its audio.
struct PlannedSegment {
  std::string text;
  std::vector<wire::Mark> marks;  ///< Where words start and end; may be empty.
  base::SampleCount samples;      ///< With the silence around it; 0 where there was nothing to speak.
};

/// One utterance on its way to one listener: what is left of the text, the plans, the decoder's state, and the PCM
/// that is rendered and not yet taken. Filled by the cell, emptied by the session; both on the event loop.
class SpeechStream {
 public:
  enum class End : std::uint8_t { kNotYet, kComplete, kFailed };

  SpeechStream(const runtime::Executor& executor, base::StreamId id, SpeechSpec spec, base::TimePoint now);
  /// A stream whose audio is there, `pcm`, which is not empty. It is complete when all of it was taken.
  SpeechStream(const runtime::Executor& executor, base::StreamId id, SpeechSpec spec, SharedPcm pcm,
               base::TimePoint now);

  // The session's side.

  /// Returns when PCM is there to be taken or the stream has ended. False when the listener left or the calling task is
  /// cancelled before.
  [[nodiscard]] runtime::Awaitable<bool> wait();
  /// Returns when at most `most` of the text, in units of text::spoken_length(), is not planned yet. False when the
  /// stream has ended, the listener left or the calling task is cancelled before.
  [[nodiscard]] runtime::Awaitable<bool> wait_for_room(std::size_t most);
  /// All PCM that is there, at the voice's own rate; of a stream that is replayed, 1 s at most.
  [[nodiscard]] std::vector<std::int16_t> take();
  /// The segments planned since the last call, in the order in which they are heard. Kept only after keep_segments().
  [[nodiscard]] std::vector<PlannedSegment> take_segments() { return std::exchange(planned_, {}); }
  void keep_segments() { keeps_segments_ = true; }
  /// The listener is gone: tasks that wait for the stream stop waiting.
  void leave();
  /// `audio` was sent to the listener, which has heard all that was sent at `underrun_at`, if it plays at once.
  void delivered(base::Duration audio, std::optional<base::TimePoint> underrun_at) {
    delivered_ += audio;
    dry_at_ = underrun_at;
  }
  /// When more text last came after all there was had been rendered.
  [[nodiscard]] const std::optional<base::TimePoint>& resumed_at() const { return resumed_at_; }
  [[nodiscard]] End end() const { return end_; }
  /// Why it failed; meaningful after kFailed.
  [[nodiscard]] const protocol::Error& error() const { return error_; }

  /// Where each segment that was planned so far ends, in samples from the first on, at the voice's own rate.
  [[nodiscard]] const std::vector<std::uint64_t>& segment_ends() const { return segment_ends_; }
  /// Code points of the segments that were planned so far.
  [[nodiscard]] std::size_t planned_characters() const { return planned_characters_; }
  /// Of rendered(), what is silence in place of segments that are not heard.
  [[nodiscard]] base::SampleCount passed_over() const { return passed_over_; }
  /// All PCM that was rendered so far.
  [[nodiscard]] base::SampleCount rendered() const { return rendered_; }

  // The cell's side.

  [[nodiscard]] base::TimePoint opened_at() const { return opened_at_; }
  /// Audio that was sent to the listener.
  [[nodiscard]] base::Duration delivered() const { return delivered_; }
  /// See delivered(audio, underrun_at); nullopt before anything was sent.
  [[nodiscard]] std::optional<base::TimePoint> underrun_at() const { return dry_at_; }
  [[nodiscard]] base::StreamId id() const { return id_; }
  [[nodiscard]] runtime::Executor executor() { return news_.executor(); }
  [[nodiscard]] const SpeechSpec& spec() const { return spec_; }
  [[nodiscard]] text::Utterance& utterance() { return utterance_; }
  [[nodiscard]] const text::Utterance& utterance() const { return utterance_; }
  /// Nothing before it was let in.
  [[nodiscard]] const std::optional<Entry>& entry() const { return entry_; }
  /// It was let in, and has not ended.
  [[nodiscard]] bool is_under_way() const { return entry_ && end() == End::kNotYet; }
  void enter(const Entry& entry) { entry_ = entry; }
  /// It is spoken with the cheaper voice, whose rate is `rate`. Before anything was planned.
  void use_cheaper_voice(base::SampleRate rate);
  /// Everything that was written is rendered, and more may be written.
  [[nodiscard]] bool idle() const { return utterance_.waiting() && segments_.empty(); }
  [[nodiscard]] base::SampleCount waiting() const { return base::SampleCount{pcm_.size() + left_of_replay()}; }
  /// Whether its audio was there from the start.
  [[nodiscard]] bool is_replay() const { return replay_ != nullptr; }

  /// The job that plans the utterance's next segment.
  [[nodiscard]] wire::PlanJob plan_job(base::JobId job) const;
  /// Zero samples around a segment.
  struct Silence {
    base::SampleCount before;
    base::SampleCount behind;
  };
  /// The utterance's next segment was planned, and has silence around it. Before it is accepted.
  void add_segment(wire::Planned planned, Silence silence);
  /// Whether a next segment of so many samples ends before what is heard of the stream begins.
  [[nodiscard]] bool is_unheard(base::SampleCount samples) const { return planned_samples_ + samples <= spec_.unheard; }
  /// The utterance's next segment was planned and is not rendered: silence of the same length stands for it. Before it
  /// is accepted, and before any segment that is heard.
  void pass_over(base::SampleCount samples);
  /// The utterance's next segment has nothing to speak. Before that is told to the utterance.
  void skip_segment();
  /// The job that renders `count` grains of the current segment from `first` on.
  [[nodiscard]] wire::RenderJob render_job(base::JobId job, std::uint32_t first, std::uint32_t count) const;
  /// The next grain of the current segment. False when it is not the grain that was planned.
  [[nodiscard]] bool add_grain(wire::GrainDone grain);
  /// When it last got something, or made room for it.
  [[nodiscard]] base::TimePoint progress() const { return progress_; }
  /// True once: for its first grain.
  [[nodiscard]] bool begins() { return !std::exchange(begun_, true); }
  void progressed(base::TimePoint now) { progress_ = now; }
  /// More text came where all there was had been rendered.
  void resumed(base::TimePoint now) { resumed_at_ = progress_ = now; }
  void complete();
  void fail(protocol::Error error);

  /// Of an utterance that grows: what has come, and is in a segment, is spoken whatever comes.
  void keep();
  /// No more text comes, and what is not kept is not spoken, though it may be planned or rendered already: the stream
  /// is to be completed where kept_end_reached().
  void drop_unkept();
  /// After drop_unkept(): all that is kept is rendered, and there is something that is not.
  [[nodiscard]] bool kept_end_reached() const { return cut_ && rendered_.value >= kept_.value; }
  /// Where what is kept ends, in samples from the first on, at the voice's own rate; nothing where nothing else was
  /// planned, so that the end of the audio is that.
  [[nodiscard]] std::optional<base::SampleCount> kept_end() const { return cut_ ? std::optional(kept_) : std::nullopt; }

 private:
  struct Segment {
    std::uint32_t row_bytes = 0;
    std::vector<wire::Grain> grains;
    std::vector<std::byte> prior;
    std::uint32_t next = 0;
    Silence silence;
    audio::Gain gain;  ///< Gain of its prosody.
  };

  void add_silence(base::SampleCount samples);
  [[nodiscard]] std::size_t left_of_replay() const { return replay_ == nullptr ? 0 : replay_->size() - replayed_; }
  [[nodiscard]] std::vector<std::int16_t> take_of_replay();

  base::StreamId id_;
  SpeechSpec spec_;
  text::Utterance utterance_;
  std::deque<Segment> segments_;
  std::vector<PlannedSegment> planned_;  ///< Bounded with the audio: the segments of what waits.
  bool keeps_segments_ = false;
  std::vector<std::byte> state_;
  std::vector<std::int16_t> pcm_;
  SharedPcm replay_;          ///< Null where it is rendered.
  std::size_t replayed_ = 0;  ///< Samples of it that were taken.
  std::vector<std::uint64_t> segment_ends_;
  base::SampleCount planned_samples_{};  ///< Length of all segments so far.
  std::size_t planned_characters_ = 0;   ///< Likewise.
  base::SampleCount rendered_{};         ///< All that ever came into pcm_.
  base::SampleCount passed_over_{};      ///< Length of what was not rendered of these.
  base::SampleCount kept_{};             ///< Where the last segment that is kept ends.
  bool cut_ = false;                     ///< The stream ends there.
  End end_ = End::kNotYet;
  bool left_ = false;
  bool begun_ = false;
  base::TimePoint opened_at_;
  base::Duration delivered_{};
  std::optional<base::TimePoint> dry_at_;
  base::TimePoint progress_;
  std::optional<base::TimePoint> resumed_at_;
  std::optional<Entry> entry_;
  protocol::Error error_;
  runtime::Notifier news_;
};

}  // namespace antiphon::dispatch
