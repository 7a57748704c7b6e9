#include "worker_pool/link_quality.h"

#include <algorithm>
#include <cmath>

namespace antiphon::worker_pool {
namespace {

/// When so much time was measured, what is older counts for half.
constexpr double kFadeSeconds = 2;
/// What a link adds to a job, and to an audio-second, is taken to be no more: what is worse is of no use, and must not
/// make the mean of all workers worse.
constexpr double kMostSeconds = 2;

}  // namespace

void LinkQuality::answered(base::Duration took) {
  answers_.push_back(std::max(took, base::Duration{}));
  if (answers_.size() > kSamples) answers_.pop_front();
}

void LinkQuality::carried(std::uint64_t bytes, base::Duration took) {
  if (bytes == 0 || took <= base::Duration{}) return;
  bytes_ += static_cast<double>(bytes);
  seconds_ += base::to_seconds(took);
  if (seconds_ < kFadeSeconds) return;
  bytes_ /= 2;
  seconds_ /= 2;
}

base::Duration LinkQuality::round_trip() const {
  return answers_.empty() ? base::Duration{} : *std::ranges::min_element(answers_);
}

double LinkQuality::bytes_per_second() const { return seconds_ > 0 ? bytes_ / seconds_ : 0; }

std::uint32_t LinkQuality::depth(base::Duration job) const {
  if (job <= base::Duration{}) return 1;
  const double jobs = base::to_seconds(round_trip()) / base::to_seconds(job);
  return 1 + static_cast<std::uint32_t>(std::lround(std::min(jobs, kDeepest - 1.0)));
}

LinkQuality::Cost LinkQuality::cost(base::Duration job) const {
  // While the answer to one is on its way the others are worked on.
  const auto way = std::min(round_trip(), base::from_seconds(kMostSeconds));
  Cost cost{.fixed = std::max(base::Duration{}, (job + way) / depth(job) - job), .ratio = 0};
  if (const auto rate = bytes_per_second(); rate > 0) {
    cost.fixed += base::from_seconds(std::min(kBytesPerJob / rate, kMostSeconds));
    cost.ratio = std::min(kBytesPerAudioSecond / rate, kMostSeconds);
  }
  return cost;
}

}  // namespace antiphon::worker_pool
