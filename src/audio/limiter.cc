#include "audio/limiter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "base/check.h"

namespace antiphon::audio {
namespace {

constexpr unsigned kFractionBits = 20;
constexpr std::int64_t kUnity = std::int64_t{1} << kFractionBits;
constexpr std::int64_t kMostProduct = std::int64_t{kCeiling} << kFractionBits;
constexpr std::int64_t kLoudest = 32'768;
/// The gain comes back with a time constant of eight windows.
constexpr unsigned kReleaseBits = 3;

/// 4 to 8 ms.
std::size_t window_at(base::SampleRate rate) {
  constexpr std::uint32_t kLeastPerSecond = 250;
  return std::bit_ceil(std::size_t{std::max(rate.hz / kLeastPerSecond, 1U)});
}

std::int64_t fixed(Gain gain) { return std::llround(std::clamp(gain.factor, 0.0, Limiter::kMostFactor) * kUnity); }

unsigned bits_of(std::size_t power_of_two) { return static_cast<unsigned>(std::countr_zero(power_of_two)); }

/// A factor that keeps the product within kMostProduct keeps the result within kCeiling.
std::int16_t scaled(std::int16_t sample, std::int64_t factor) {
  return static_cast<std::int16_t>((sample * factor + kUnity / 2) >> kFractionBits);
}

}  // namespace

Limiter::Limiter(Gain gain, base::SampleRate rate)
    : gain_(fixed(gain)),
      quiet_(gain_ == 0 ? kLoudest : std::min(kLoudest, kMostProduct / gain_)),
      window_(window_at(rate)),
      envelope_(window_, gain_),
      level_(gain_),
      sum_(gain_ << bits_of(window_)) {}

bool Limiter::idle() const { return peaks_.empty() && sum_ == gain_ << bits_of(window_); }

std::int64_t Limiter::advance(std::int16_t sample) {
  if (const auto magnitude = std::abs(std::int64_t{sample}); magnitude > quiet_) {
    const auto factor = kMostProduct / magnitude;
    while (!peaks_.empty() && peaks_.back().factor >= factor) peaks_.pop_back();
    peaks_.push_back({.at = position_, .factor = factor});
  }
  if (!peaks_.empty() && peaks_.front().at + window_ <= position_) peaks_.pop_front();
  const auto bound = peaks_.empty() ? gain_ : peaks_.front().factor;
  const auto risen = level_ + std::max<std::int64_t>(1, (gain_ - level_) >> (bits_of(window_) + kReleaseBits));
  level_ = std::min(bound, risen);
  // Each value within the envelope is at most what the sample at its beginning needs, and so is their mean: a ramp.
  auto& oldest = envelope_[position_ & (window_ - 1)];
  sum_ += level_ - oldest;
  oldest = level_;
  ++position_;
  return sum_ >> bits_of(window_);
}

void Limiter::push(std::span<const std::int16_t> pcm, std::vector<std::int16_t>& out) {
  ANTIPHON_CHECK(!finished_, "samples after the end");
  if (gain_ == kUnity) {
    out.insert(out.end(), pcm.begin(), pcm.end());
  } else {
    push_samples(pcm, out);
  }
}

void Limiter::push_samples(std::span<const std::int16_t> pcm, std::vector<std::int16_t>& out) {
  const auto delay = window_ - 1;
  auto at = held_.size();
  held_.insert(held_.end(), pcm.begin(), pcm.end());
  out.reserve(out.size() + pcm.size());
  const auto is_loud = [this](std::int16_t sample) { return std::abs(std::int64_t{sample}) > quiet_; };
  while (at < held_.size()) {
    if (idle()) {
      const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(at);
      const auto run = static_cast<std::size_t>(std::find_if(begin, held_.end(), is_loud) - begin);
      for (std::size_t i = std::max(at, delay); i < at + run; ++i) out.push_back(scaled(held_[i - delay], gain_));
      at += run;
      position_ += run;
      if (at == held_.size()) break;
    }
    const auto factor = advance(held_[at]);
    if (at >= delay) out.push_back(scaled(held_[at - delay], factor));
    ++at;
  }
  if (at > delay) held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at - delay));
}

void Limiter::finish(std::vector<std::int16_t>& out) {
  ANTIPHON_CHECK(!finished_, "a second end");
  finished_ = true;
  if (gain_ != kUnity) push_samples(std::vector<std::int16_t>(window_ - 1), out);
}

}  // namespace antiphon::audio
