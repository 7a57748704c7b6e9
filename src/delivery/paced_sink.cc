#include "delivery/paced_sink.h"

#include <algorithm>
#include <utility>

namespace antiphon::delivery {
namespace {

/// Audio of a piece: about a grain of the voices that render in grains.
constexpr base::Duration kPiece = std::chrono::milliseconds(200);

}  // namespace

PacedSink::PacedSink(AudioSink& sink, const runtime::Executor& executor, runtime::Clock& clock, dispatch::Probe& probe,
                     base::SampleRate rate, base::Duration lead)
    : sink_(sink), clock_(clock), probe_(probe), rate_(rate), pacer_(lead), news_(executor) {}

runtime::Awaitable<bool> PacedSink::write(std::span<const std::byte> bytes, base::SampleCount through) {
  const auto samples = through.value - std::min(sent_, through.value);
  const auto audio = base::playing_time({samples}, rate_);
  const auto pieces = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(audio / kPiece));
  for (std::uint64_t i = 0; i < pieces; ++i) {
    const auto due = pacer_.next(clock_.now());
    if (!co_await wait_until(due)) co_return false;
    const auto now = clock_.now();
    pacer_.sent(audio / static_cast<std::int64_t>(pieces), now);
    probe_.paced(now - due);
    // Compressed audio is cut by its bytes, which follow its time closely enough.
    const auto begin = bytes.size() * i / pieces;
    const auto end = bytes.size() * (i + 1) / pieces;
    const auto place = through.value - samples + samples * (i + 1) / pieces;
    if (begin < end && !co_await sink_.write(bytes.subspan(begin, end - begin), {place})) co_return false;
    sent_ = place;
  }
  co_return true;
}

runtime::Awaitable<bool> PacedSink::wait_until(base::TimePoint when) {
  const auto begin = clock_.now();
  while (!gone_ && when > clock_.now()) {
    const auto timer = clock_.start_timer(news_.executor(), when, [this] { news_.notify_all(); });
    if (!co_await news_.wait()) co_return false;
  }
  held_back_ += clock_.now() - begin;
  co_return !gone_;
}

void PacedSink::on_gone(std::move_only_function<void()> callback) {
  sink_.on_gone([this, callback = std::move(callback)]() mutable {
    gone_ = true;
    news_.notify_all();
    callback();
  });
}

}  // namespace antiphon::delivery
