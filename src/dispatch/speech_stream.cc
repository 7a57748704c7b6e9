#include "dispatch/speech_stream.h"

#include <algorithm>
#include <utility>

#include "audio/pcm.h"
#include "base/check.h"
#include "text/segmenter.h"
#include "text/text.h"

namespace antiphon::dispatch {
namespace {

/// The marks of what is said, behind `silence`, as marks of what was written.
std::vector<wire::Mark> written_marks(const std::vector<wire::Mark>& spoken, const text::reading::Reading& reading,
                                      std::string_view written, base::SampleCount silence) {
  std::vector<wire::Mark> marks;
  for (const auto& mark : spoken) {
    const auto place = reading.written_place(mark.text_offset, written);
    const auto before = static_cast<std::uint32_t>(silence.value);  // 10 s at most
    if (place) marks.push_back({.text_offset = *place, .sample_offset = before + mark.sample_offset});
  }
  return marks;
}

}  // namespace

SpeechStream::SpeechStream(const runtime::Executor& executor, base::StreamId id, SpeechSpec spec, base::TimePoint now)
    : id_(id),
      spec_(std::move(spec)),
      utterance_(spec_.arrival == TextArrival::kWhole ? text::Utterance(spec_.text, spec_.segmentation)
                                                      : text::Utterance(spec_.segmentation)),
      opened_at_(now),
      progress_(now),
      news_(executor) {}

SpeechStream::SpeechStream(const runtime::Executor& executor, base::StreamId id, SpeechSpec spec, SharedPcm pcm,
                           base::TimePoint now)
    : id_(id),
      spec_(std::move(spec)),
      utterance_(std::string(), spec_.segmentation),
      replay_(std::move(pcm)),
      rendered_{replay_->size()},
      passed_over_(std::min(spec_.unheard, rendered_)),
      opened_at_(now),
      progress_(now),
      news_(executor) {}

runtime::Awaitable<bool> SpeechStream::wait() {
  while (waiting().value == 0 && end_ == End::kNotYet) {
    if (left_ || !co_await news_.wait()) co_return false;
  }
  co_return true;
}

runtime::Awaitable<bool> SpeechStream::wait_for_room(std::size_t most) {
  while (end_ == End::kNotYet && !left_ && utterance_.unplanned() > most) {
    if (!co_await news_.wait()) co_return false;
  }
  co_return end_ == End::kNotYet && !left_;
}

std::vector<std::int16_t> SpeechStream::take() { return is_replay() ? take_of_replay() : std::exchange(pcm_, {}); }

std::vector<std::int16_t> SpeechStream::take_of_replay() {
  const auto piece = std::span(*replay_).subspan(replayed_, std::min<std::size_t>(left_of_replay(), spec_.rate.hz));
  replayed_ += piece.size();
  if (left_of_replay() == 0) complete();
  return {piece.begin(), piece.end()};
}

void SpeechStream::leave() {
  left_ = true;
  news_.notify_all();
}

wire::PlanJob SpeechStream::plan_job(base::JobId job) const {
  const auto& prosody = utterance_.next()->prosody;
  return {.job = job.value,
          .voice_id = spec_.voice_id,
          .text = utterance_.reading()->spoken(),
          .segment_index = utterance_.index(),
          .seed = spec_.seed,
          .speed = static_cast<float>(text::speed_in(prosody, static_cast<double>(spec_.speed))),
          .speaker = spec_.speaker,
          .max_samples = audio::samples_in(text::longest_audio(spec_.segmentation, prosody), spec_.rate).value};
}

void SpeechStream::add_segment(wire::Planned planned, Silence silence) {
  const auto& segment = *utterance_.next();
  auto samples = silence.before;
  samples += silence.behind;
  for (const auto& grain : planned.grains) samples += base::SampleCount{grain.samples};
  planned_samples_ += samples;
  planned_characters_ += text::count_code_points(segment.text);
  segment_ends_.push_back(planned_samples_.value);
  if (utterance_.keeps_next()) kept_ = planned_samples_;
  if (keeps_segments_) {
    planned_.push_back({.text = segment.text,
                        .marks = written_marks(planned.marks, *utterance_.reading(), segment.text, silence.before),
                        .samples = samples});
  }
  segments_.push_back({.row_bytes = planned.row_bytes,
                       .grains = std::move(planned.grains),
                       .prior = std::move(planned.prior),
                       .next = 0,
                       .silence = silence,
                       .gain = audio::from_volume(segment.prosody.volume)});
  news_.notify_all();
}

void SpeechStream::pass_over(base::SampleCount samples) {
  ANTIPHON_CHECK(segments_.empty(), "what is not heard comes first");
  planned_samples_ += samples;
  rendered_ += samples;
  passed_over_ += samples;
  segment_ends_.push_back(planned_samples_.value);
  pcm_.resize(pcm_.size() + samples.value);
  news_.notify_all();
}

void SpeechStream::skip_segment() {
  if (keeps_segments_) planned_.push_back({.text = utterance_.next()->text, .marks = {}, .samples = {}});
}

wire::RenderJob SpeechStream::render_job(base::JobId job, std::uint32_t first, std::uint32_t count) const {
  const Segment& segment = segments_.front();
  ANTIPHON_CHECK(first == segment.next && count >= 1 && count <= segment.grains.size() - first,
                 "the scheduler and the stream agree on the next grain");
  const auto grains = std::span(segment.grains).subspan(first, count);
  const auto begin = std::size_t{grains.front().row_begin} * segment.row_bytes;
  const auto end = std::size_t{grains.back().row_end} * segment.row_bytes;
  const auto rows = std::span(segment.prior).subspan(begin, end - begin);
  return {.job = job.value,
          .voice_id = spec_.voice_id,
          .speaker = spec_.speaker,
          .row_bytes = segment.row_bytes,
          .grains = {grains.begin(), grains.end()},
          .rows = {rows.begin(), rows.end()},
          .state = first == 0 ? std::vector<std::byte>{} : state_};
}

bool SpeechStream::add_grain(wire::GrainDone grain) {
  if (segments_.empty()) return false;
  Segment& segment = segments_.front();
  if (grain.pcm.size() != segment.grains[segment.next].samples) return false;
  audio::apply(segment.gain, grain.pcm);
  if (segment.next == 0) add_silence(segment.silence.before);
  pcm_.insert(pcm_.end(), grain.pcm.begin(), grain.pcm.end());
  rendered_ += base::SampleCount{grain.pcm.size()};
  state_ = std::move(grain.state);
  if (++segment.next == segment.grains.size()) {
    add_silence(segment.silence.behind);
    segments_.pop_front();
  }
  news_.notify_all();
  return true;
}

void SpeechStream::add_silence(base::SampleCount samples) {
  pcm_.resize(pcm_.size() + samples.value);
  rendered_ += samples;
}

void SpeechStream::use_cheaper_voice(base::SampleRate rate) {
  spec_.voice_id = spec_.cheaper_voice_id;
  spec_.speaker = spec_.cheaper_speaker;
  spec_.gain = spec_.cheaper_gain;
  spec_.rate = rate;
}

void SpeechStream::keep() {
  utterance_.keep();
  kept_ = planned_samples_;
}

void SpeechStream::drop_unkept() {
  utterance_.drop();
  cut_ = !utterance_.keeps_next() && (utterance_.next() != nullptr || planned_samples_ > kept_);
}

void SpeechStream::complete() {
  if (end_ != End::kNotYet) return;
  if (cut_ && rendered_ > kept_) {
    pcm_.resize(pcm_.size() - std::min<std::size_t>(pcm_.size(), rendered_.value - kept_.value));
  }
  end_ = End::kComplete;
  news_.notify_all();
}

void SpeechStream::fail(protocol::Error error) {
  if (end_ != End::kNotYet) return;
  end_ = End::kFailed;
  error_ = std::move(error);
  news_.notify_all();
}

}  // namespace antiphon::dispatch
