// What always holds, on random events. A failure prints its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "coordinator/coordinator.h"

namespace antiphon::coordinator {
namespace {

using namespace std::chrono_literals;

/// A performer that does anything at any time: workers answer, stall and die as drawn, clients come and leave. It
/// checks each command against what it knows.
class RandomPerformer {
 public:
  explicit RandomPerformer(std::uint32_t seed) : random_(seed), coordinator_(options()) {
    coordinator_.set_prior(scheduler::VoiceId{1}, {.fixed = 2ms, .ratio = 0.1, .plan_ratio = 0.01});
    tell(Started{});
  }

  void step() {
    pass(any(0, 20) * 1ms);
    switch (any(0, 15)) {
      case 0:
      case 1:
        return arrive();
      case 2:
        return leave();
      case 3:
        return spawn_ends();
      case 4:
        return any(0, 9) == 0 ? die() : spawn_ends();
      default:
        return answer();
    }
  }

  /// Answers all jobs until no request is open.
  void finish() {
    for (int i = 0; i < 100'000 && !open_.empty(); ++i) {
      pass(5ms);
      while (!starting_.empty()) spawn_ends();
      answer();
    }
    EXPECT_TRUE(open_.empty());
    EXPECT_EQ(coordinator_.open_requests(), 0U);
    EXPECT_EQ(coordinator_.scheduler().streams(), 0U);
    EXPECT_EQ(coordinator_.admission().waiting(), 0U);
    EXPECT_EQ(came_, done_ + failed_ + refused_ + left_);
  }

  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] std::uint64_t left() const { return left_; }
  [[nodiscard]] std::uint64_t kills() const { return kills_; }
  [[nodiscard]] std::uint64_t blames() const { return blames_; }

 private:
  struct Job {
    scheduler::Dispatch dispatch;
    std::uint32_t grains_left = 0;
    bool hangs = false;
  };

  Options options() {
    Options options;
    options.scheduling.policy = static_cast<scheduler::Policy>(any(0, 4));
    options.scheduling.admission = static_cast<scheduler::Admission>(any(0, 3) > 0 ? 1 : 0);
    options.scheduling.streams_per_user = 8;
    options.scheduling.waiting_max = 8;
    options.pool.least = static_cast<std::uint32_t>(any(1, 3));
    options.pool.most = options.pool.least + static_cast<std::uint32_t>(any(0, 2));
    options.pool.deaths_per_minute = 1000;
    options.estimates = any(0, 1) == 0 ? Estimates::kLearnt : Estimates::kAll;
    options.takeover = any(0, 1) * 50ms;
    return options;
  }

  int any(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  void tell(Event event) {
    coordinator_.post(std::move(event));
    settle();
  }
  void settle() {
    for (auto commands = coordinator_.run(now_); !commands.empty(); commands = coordinator_.run(now_)) {
      for (const auto& command : commands) std::visit([this](const auto& body) { perform(body); }, command);
    }
  }
  void pass(base::Duration duration) {
    const auto end = now_ + duration;
    for (auto next = coordinator_.next_wakeup(); next && *next <= end; next = coordinator_.next_wakeup()) {
      now_ = std::max(now_, *next);
      Tick tick;
      for (const auto& [worker, slot] : workers_)
        tick.readings.push_back({.worker = worker, .runnable = any(0, 3) > 0});
      tell(std::move(tick));
    }
    now_ = end;
  }

  void arrive() {
    scheduler::StreamSpec spec{.id = base::StreamId{++came_},
                               .user = base::UserId{static_cast<std::uint64_t>(any(1, 4))},
                               .voice = scheduler::VoiceId{1},
                               .expected = any(100, 8000) * 1ms};
    open_.emplace(spec.id, any(0, 3));
    coordinator_.post(RequestArrived{.stream = spec, .wait = any(0, 2000) * 1ms});
    if (any(0, 20) == 0) return leave(spec.id);  // at once
    settle();
  }
  void leave() {
    if (open_.empty()) return;
    leave(std::next(open_.begin(), any(0, static_cast<int>(open_.size()) - 1))->first);
  }
  void leave(base::StreamId stream) {
    open_.erase(stream);
    ++left_;
    tell(RequestLeft{stream});
  }
  void spawn_ends() {
    if (starting_.empty()) return;
    const auto slot = *starting_.begin();
    starting_.erase(starting_.begin());
    switch (any(0, 9)) {
      case 0:
        return tell(WorkerNotSpawned{.slot = slot});
      case 1:
        return tell(WorkerEnded{.slot = slot});
      default:
        ready_[slot] = base::WorkerId{++last_worker_};
        return tell(WorkerReady{.slot = slot, .worker = {.id = ready_[slot], .voices = {{1}}}});
    }
  }
  void die() {
    if (ready_.empty()) return;
    end_worker(std::next(ready_.begin(), any(0, static_cast<int>(ready_.size()) - 1))->first);
  }
  void end_worker(worker_pool::SlotIndex slot) {
    const auto worker = ready_[slot];
    ready_.erase(slot);
    retiring_.erase(slot);
    workers_.erase(worker);
    std::erase_if(jobs_, [worker](const auto& entry) { return entry.second.dispatch.worker == worker; });
    coordinator_.post(WorkerEnded{.slot = slot});
    settle();
  }

  /// A job goes on: it begins, renders a grain, ends or fails.
  void answer() {
    if (jobs_.empty()) return;
    const auto it = std::next(jobs_.begin(), any(0, static_cast<int>(jobs_.size()) - 1));
    const auto id = it->first;
    auto& job = it->second;
    if (job.hangs) return;
    if (any(0, 3) == 0) {
      const bool reads = job.dispatch.kind == scheduler::JobKind::kPlan;
      return tell(JobStarted{.job = id, .text = reads ? static_cast<TextId>(any(0, 9)) : kNoText});
    }
    if (job.grains_left > 0 && any(0, 50) > 0) {
      --job.grains_left;
      return tell(GrainRendered{.job = id, .took = 10ms});
    }
    const auto dispatch = job.dispatch;
    const bool fails = job.grains_left > 0;
    jobs_.erase(it);
    end_job(dispatch, fails);
    const auto slot = workers_.find(dispatch.worker);
    if (slot != workers_.end() && retiring_.contains(slot->second) && !has_job(dispatch.worker))
      end_worker(slot->second);
  }
  void end_job(const scheduler::Dispatch& job, bool fails) {
    if (fails) return tell(JobFailed{.job = job.job});
    if (job.kind == scheduler::JobKind::kRender) return tell(RenderEnded{.job = job.job});
    const auto stream = open_.find(job.stream);
    if (stream == open_.end()) return tell(SegmentPlanned{.job = job.job, .took = 5ms});
    if (any(0, 30) == 0) return tell(PlanRefused{.job = job.job});
    const bool more = stream->second > 0;
    if (more) --stream->second;
    tell(SegmentPlanned{.job = job.job,
                        .grains = std::vector<base::Duration>(static_cast<std::size_t>(any(0, 12)), 200ms),
                        .more_text = more,
                        .expected = 1s,
                        .took = 5ms});
  }
  [[nodiscard]] bool hangs(base::WorkerId worker) const {
    return std::ranges::any_of(
        jobs_, [worker](const auto& entry) { return entry.second.hangs && entry.second.dispatch.worker == worker; });
  }
  [[nodiscard]] bool has_job(base::WorkerId worker) const {
    return std::ranges::any_of(jobs_, [worker](const auto& entry) { return entry.second.dispatch.worker == worker; });
  }

  void perform(const Admitted& admitted) {
    ASSERT_TRUE(open_.contains(admitted.verdict.stream));
    ASSERT_TRUE(live_.insert(admitted.verdict.stream).second) << "a request is admitted once";
  }
  void perform(const Refused& refused) {
    ASSERT_FALSE(live_.contains(refused.verdict.stream));
    end(refused.verdict.stream, refused_);
  }
  void perform(const StreamDone& done) { end(done.stream, done_); }
  void perform(const StreamFailed& failed) { end(failed.stream, failed_); }
  void end(base::StreamId stream, std::uint64_t& count) {
    ASSERT_EQ(open_.erase(stream), 1U) << "a request ends once, and not after its client has left";
    ++count;
  }
  void perform(const Dispatch& command) {
    const auto& job = command.job;
    ASSERT_TRUE(live_.contains(job.stream));
    ASSERT_TRUE(workers_.contains(job.worker)) << "jobs go to workers that take jobs";
    ASSERT_FALSE(has_job(job.worker)) << "a worker has one job";
    ASSERT_FALSE(std::ranges::any_of(jobs_, [&](const auto& entry) {
      return entry.second.dispatch.stream == job.stream;
    })) << "a stream has one job";
    ASSERT_GE(command.max_delay, 0s);
    jobs_.emplace(job.job, Job{.dispatch = job, .grains_left = job.grains, .hangs = any(0, 30) == 0});
  }
  void perform(const CancelJob& cancel) {
    const auto it = jobs_.find(cancel.job);
    ASSERT_TRUE(it != jobs_.end());
    it->second.grains_left = 0;
  }
  void perform(const Spawn& spawn) {
    ASSERT_FALSE(ready_.contains(spawn.slot));
    ASSERT_TRUE(starting_.insert(spawn.slot).second);
  }
  void perform(const Promote& promote) {
    ASSERT_EQ(ready_.at(promote.slot), promote.worker);
    ASSERT_TRUE(workers_.emplace(promote.worker, promote.slot).second) << "a worker is promoted once";
  }
  void perform(const Retire& retire) {
    ASSERT_EQ(ready_.at(retire.slot), retire.worker);
    retiring_.insert(retire.slot);
    if (has_job(retire.worker)) return;
    const auto slot = retire.slot;
    workers_.erase(retire.worker);
    ready_.erase(slot);
    retiring_.erase(slot);
    coordinator_.post(WorkerEnded{.slot = slot});
  }
  void perform(const Kill& kill) {
    ++kills_;
    ASSERT_TRUE(kill.slot);
    ASSERT_EQ(ready_.at(*kill.slot), kill.worker);
    std::erase_if(jobs_, [&](const auto& entry) { return entry.second.dispatch.worker == kill.worker; });
    workers_.erase(kill.worker);
    ready_.erase(*kill.slot);
    retiring_.erase(*kill.slot);
    coordinator_.post(WorkerEnded{.slot = *kill.slot});
  }
  void perform(const TextBlamed& blamed) {
    ++blames_;
    ASSERT_GE(blamed.losses, 1U);
    ASSERT_FALSE(workers_.contains(blamed.worker) && has_job(blamed.worker)) << "its worker is gone";
  }

  std::mt19937_64 random_;
  Coordinator coordinator_;
  base::TimePoint now_ = base::TimePoint{} + 1h;
  std::map<base::StreamId, int> open_;  ///< Requests that have not ended, and how many segments more each has.
  std::set<base::StreamId> live_;       ///< All that were ever admitted.
  std::map<base::JobId, Job> jobs_;
  std::map<base::WorkerId, worker_pool::SlotIndex> workers_;  ///< Workers that take jobs.
  std::map<worker_pool::SlotIndex, base::WorkerId> ready_;
  std::set<worker_pool::SlotIndex> starting_;
  std::set<worker_pool::SlotIndex> retiring_;
  std::uint64_t last_worker_ = 0;
  std::uint64_t came_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t kills_ = 0;
  std::uint64_t blames_ = 0;
};

TEST(CoordinatorProperties, EveryRequestEndsExactlyOnceUnderAHundredThousandRandomEvents) {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;
  std::uint64_t left = 0;
  std::uint64_t kills = 0;
  std::uint64_t blames = 0;
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    RandomPerformer performer(seed);
    for (int i = 0; i < 2000; ++i) performer.step();
    performer.finish();
    if (testing::Test::HasFailure()) return;
    done += performer.done();
    failed += performer.failed();
    refused += performer.refused();
    left += performer.left();
    kills += performer.kills();
    blames += performer.blames();
  }
  // It would prove nothing if one of these never happened.
  for (const auto count : {done, failed, refused, left, kills}) EXPECT_GT(count, 100U);
  EXPECT_GT(blames, 0U);
}

}  // namespace
}  // namespace antiphon::coordinator
