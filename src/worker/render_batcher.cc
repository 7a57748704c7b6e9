#include "worker/render_batcher.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::worker {
namespace {

/// How much of a new measurement goes into what is expected: one in so many.
constexpr int kMemory = 8;
/// Longer than any stream; sums with it do not overflow.
constexpr std::uint64_t kMostDelayUs = 3'600'000'000;

Clock::duration playing_time(const wire::Grain& grain, base::SampleRate rate) {
  if (rate.hz == 0) return {};
  return std::chrono::nanoseconds(std::uint64_t{grain.samples} * 1'000'000'000U / rate.hz);
}

}  // namespace

Clock::time_point latest_begin(Clock::time_point received, std::uint64_t max_delay_us) {
  return received + std::chrono::microseconds(std::min(max_delay_us, kMostDelayUs));
}

std::span<const std::byte> Rendering::rows() const {
  const auto offset = std::size_t{grain().row_begin - job.grains.front().row_begin} * job.row_bytes;
  return std::span(job.rows).subspan(offset, std::size_t{grain().row_end - grain().row_begin} * job.row_bytes);
}

void Rendering::advance(std::vector<std::byte> next_state, Clock::time_point now) {
  latest += playing_time(grain(), rate);
  state = std::move(next_state);
  ready = now;
  ++done;
}

bool RenderBatcher::fits(const wire::RenderJob& job) const {
  return room() > 0 && (under_way_.empty() || !job.exclusive);
}

void RenderBatcher::begin(wire::RenderJob job, base::SampleRate rate, Clock::time_point received,
                          Clock::time_point now) {
  ANTIPHON_CHECK(fits(job), "a job that is begun fits");
  batch_hint_ = job.batch_hint;
  const auto latest = latest_begin(received, job.max_delay_us);
  auto state = std::move(job.state);
  under_way_.push_back(
      {.job = std::move(job), .rate = rate, .done = 0, .state = std::move(state), .ready = now, .latest = latest});
}

void RenderBatcher::erase(const Rendering& rendering) {
  under_way_.remove_if([&](const Rendering& each) { return &each == &rendering; });
}

RenderBatcher::Batch RenderBatcher::next(const BatchSize& size_of, Clock::time_point now) {
  ANTIPHON_CHECK(!under_way_.empty(), "there is a job");
  std::vector<Rendering*> order;
  for (auto& rendering : under_way_) order.push_back(&rendering);
  std::ranges::sort(order, {}, [](const Rendering* each) { return std::pair(each->latest, each->job.job); });
  const Shape shape(order.front()->job.voice_id, kind_of(order.front()->grain()));
  const auto size = size_of(shape.first, shape.second);
  Batch batch{.grains = {}, .begin = now};
  for (auto* rendering : order) {
    if (batch.grains.size() == size) break;
    if (rendering->job.voice_id == shape.first && kind_of(rendering->grain()) == shape.second) {
      batch.grains.push_back(rendering);
    }
  }
  const bool no_more = under_way_.size() >= std::min(places_, batch_hint_) || !interruptible();
  if (batch.grains.size() < size && !no_more) batch.begin = std::max(now, closing(batch, shape));
  return batch;
}

Clock::time_point RenderBatcher::closing(const Batch& batch, const Shape& shape) const {
  const auto known = expected_.find(shape);
  // Of what is not known, nothing can be risked.
  if (known == expected_.end()) return Clock::time_point::min();
  const auto ready = std::ranges::min(batch.grains, {}, &Rendering::ready)->ready;
  const auto longest = std::min<Clock::duration>(known->second / kWaitShare, kLongestWait);
  return std::min(ready + longest, batch.grains.front()->latest - known->second);
}

void RenderBatcher::took(const std::string& voice_id, engine::GrainKind kind, Clock::duration took) {
  const auto [entry, is_new] = expected_.try_emplace({voice_id, kind}, took);
  if (!is_new) entry->second += (took - entry->second) / kMemory;
}

}  // namespace antiphon::worker
