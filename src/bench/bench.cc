#include "bench/bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <random>
#include <vector>

#include "runtime/task_group.h"

namespace antiphon::bench {
namespace {

constexpr double kCeilingShare = 0.95;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    constexpr double kMicro = 1e-6;
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * kMicro;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Load {
 public:
  Load(runtime::Clock& clock, Options options, std::function<void(const Progress&)> progress,
       const runtime::Executor& executor)
      : clock_(clock),
        options_(std::move(options)),
        progress_(std::move(progress)),
        random_(options_.seed),
        watch_(executor),
        tasks_(executor) {}

  runtime::Awaitable<Report> run() {
    begin_ = clock_.now();
    end_ = begin_ + options_.duration;
    const auto cpu = cpu_seconds();
    watch_.spawn(watch());
    for (std::uint32_t i = 0; i < options_.listeners; ++i) tasks_.spawn(listen(i));
    for (std::uint32_t i = 0; i < options_.flood; ++i) tasks_.spawn(flood());
    if (options_.rate > 0) tasks_.spawn(arrive());
    if (options_.burst > 0) tasks_.spawn(burst());
    co_await tasks_.join();
    watch_.cancel();
    co_await watch_.join();
    const auto seconds = base::to_seconds(clock_.now() - begin_);
    constexpr double k99 = 0.99;
    co_return make_report(describe(options_), samples_, seconds,
                          {.lateness_p99_s = quantile(lateness_, k99),
                           .loop_late_p99_s = quantile(loop_lateness_, k99),
                           .cpu_share = seconds > 0 ? (cpu_seconds() - cpu) / seconds : 0});
  }

 private:
  /// Looks at the event loop's own lateness, and tells how far things are.
  runtime::Awaitable<> watch() {
    constexpr auto kTick = std::chrono::milliseconds(10);
    constexpr int kTicksPerReport = 20;
    for (int tick = 1;; ++tick) {
      const auto due = clock_.now() + kTick;
      if (!co_await runtime::sleep_until(clock_, due)) co_return;
      loop_lateness_.push_back(base::to_seconds(clock_.now() - due));
      if (progress_ && tick % kTicksPerReport == 0) {
        progress_(
            {.elapsed = clock_.now() - begin_, .under_way = under_way_, .ended = samples_.size(), .refused = refused_});
      }
    }
  }

  [[nodiscard]] double uniform() { return std::uniform_real_distribution(0.0, 1.0)(random_); }

  [[nodiscard]] std::string user_of(std::uint64_t number) const {
    return fmt::format("listener-{}", options_.users == 0 ? number : number % options_.users);
  }

  /// Draws everything about a request at once, so that the load does not depend on what the server does.
  Sample draw(std::uint64_t number, Request& request) {
    Sample sample{.group = "listeners", .user = user_of(number)};
    request = {.user = sample.user, .text = make_text(options_.mix, random_)};
    const auto kind = uniform();
    if (kind < options_.leaving) {
      sample.group = "leaving";
      request.leave_after = std::chrono::seconds(1);
    } else if (kind < options_.leaving + options_.slow) {
      constexpr double kHalf = 0.5;
      sample.group = "slow";
      request.reading_speed = kHalf;
    }
    return sample;
  }

  runtime::Awaitable<> speak_and_note(Sample sample, Request request, Retrying retrying, base::TimePoint due,
                                      base::TimePoint& plays_until) {
    constexpr int kMostPolite = 5;
    constexpr int kMostImpolite = 50;
    constexpr base::Duration kImpolite = std::chrono::milliseconds(100);
    ++under_way_;
    lateness_.push_back(base::to_seconds(clock_.now() - due));
    const auto first = clock_.now();
    sample.begun = first - begin_;
    while (true) {
      sample.waited = clock_.now() - first;
      sample.outcome = co_await speak(clock_, options_.target, request);
      const bool refused = sample.outcome.ending == Ending::kRefused || sample.outcome.ending == Ending::kLimited;
      refused_ += refused ? 1 : 0;
      if (!refused || retrying == Retrying::kNever) break;
      if (sample.attempts >= (retrying == Retrying::kAtOnce ? kMostImpolite : kMostPolite)) break;
      const auto pause = retrying == Retrying::kAtOnce
                             ? kImpolite
                             : sample.outcome.come_back.value_or(base::Duration(std::chrono::seconds(1)));
      if (!co_await runtime::sleep_for(clock_, pause)) break;
      ++sample.attempts;
    }
    --under_way_;
    plays_until = sample.outcome.plays_until;
    samples_.push_back(std::move(sample));
  }

  runtime::Awaitable<> one(Sample sample, Request request, base::TimePoint due) {
    base::TimePoint ignored;
    co_await speak_and_note(std::move(sample), std::move(request), options_.retrying, due, ignored);
  }

  /// Begins at a time of its own within the first two seconds, and asks again when it has heard all.
  runtime::Awaitable<> listen(std::uint32_t number) {
    constexpr double kSpread = 2;
    auto due = begin_ + base::from_seconds(uniform() * kSpread);
    while (due < end_) {
      if (!co_await runtime::sleep_until(clock_, due)) co_return;
      Request request;
      auto sample = draw(number, request);
      auto plays_until = due;
      co_await speak_and_note(std::move(sample), std::move(request), options_.retrying, due, plays_until);
      constexpr base::Duration kThink = std::chrono::milliseconds(500);
      due = std::max(plays_until, clock_.now()) + kThink;
    }
  }

  /// One of the flooding user's requests after the other.
  runtime::Awaitable<> flood() {
    while (clock_.now() < end_) {
      Sample sample{.group = "flood", .user = "flood"};
      Request request{.user = "flood", .text = make_text(TextMix::kLong, random_)};
      base::TimePoint ignored;
      co_await speak_and_note(std::move(sample), std::move(request), Retrying::kAtOnce, clock_.now(), ignored);
      if (co_await runtime::is_cancelled()) co_return;
    }
  }

  runtime::Awaitable<> arrive() {
    std::exponential_distribution between(options_.rate);
    auto due = begin_;
    for (std::uint64_t number = 0;; ++number) {
      due += base::from_seconds(between(random_));
      if (due >= end_ || !co_await runtime::sleep_until(clock_, due)) co_return;
      Request request;
      auto sample = draw(number, request);
      tasks_.spawn(one(std::move(sample), std::move(request), due));
    }
  }

  runtime::Awaitable<> burst() {
    std::uint64_t number = 0;
    for (auto due = begin_; due < end_; due += options_.burst_every) {
      if (!co_await runtime::sleep_until(clock_, due)) co_return;
      for (std::uint32_t i = 0; i < options_.burst; ++i) {
        Request request;
        auto sample = draw(number++, request);
        tasks_.spawn(one(std::move(sample), std::move(request), due));
      }
    }
  }

  runtime::Clock& clock_;
  Options options_;
  std::function<void(const Progress&)> progress_;
  std::mt19937_64 random_;
  base::TimePoint begin_;
  base::TimePoint end_;
  std::vector<Sample> samples_;
  std::vector<double> lateness_;
  std::vector<double> loop_lateness_;
  std::uint64_t under_way_ = 0;
  std::uint64_t refused_ = 0;
  runtime::TaskGroup watch_;
  runtime::TaskGroup tasks_;
};

const char* word_of(TextMix mix) {
  switch (mix) {
    case TextMix::kShort:
      return "short";
    case TextMix::kLong:
      return "long";
    case TextMix::kMixed:
      return "mixed";
  }
  return "";
}

}  // namespace

std::string describe(const Options& options) {
  std::vector<std::string> parts;
  if (options.listeners > 0) parts.push_back(fmt::format("closed loop of {} listeners", options.listeners));
  if (options.rate > 0) parts.push_back(fmt::format("open loop of {:g} requests/s", options.rate));
  if (options.burst > 0) {
    parts.push_back(fmt::format("bursts of {} every {:g} s", options.burst, base::to_seconds(options.burst_every)));
  }
  if (options.flood > 0) parts.push_back(fmt::format("one user flooding with {} long requests", options.flood));
  if (options.users > 0) parts.push_back(fmt::format("{} users", options.users));
  parts.push_back(fmt::format("{} texts", word_of(options.mix)));
  constexpr double kPercent = 100;
  if (options.leaving > 0) parts.push_back(fmt::format("{:g} % leave", options.leaving * kPercent));
  if (options.slow > 0) parts.push_back(fmt::format("{:g} % read slowly", options.slow * kPercent));
  return fmt::format("{}", fmt::join(parts, ", "));
}

runtime::Awaitable<Report> run(runtime::Clock& clock, Options options, std::function<void(const Progress&)> progress) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto load = std::make_unique<Load>(clock, std::move(options), std::move(progress), executor);
  co_return co_await load->run();
}

runtime::Awaitable<Ceiling> find_ceiling(runtime::Clock& clock, Options options, std::uint32_t most,
                                         std::function<void(std::uint32_t, const Report&)> tried) {
  Ceiling ceiling;
  std::vector<Step> steps;
  std::uint32_t bad = most + 1;
  std::uint32_t next = 1;
  while (next < bad && next > ceiling.listeners) {
    options.listeners = next;
    auto report = co_await run(clock, options);
    if (co_await runtime::is_cancelled()) break;
    tried(next, report);
    steps.push_back({.listeners = next, .all = report.all});
    if (ceiling.at_ceiling.what.empty() || report.all.good_share >= kCeilingShare) {
      ceiling.at_ceiling = std::move(report);
    }
    if (steps.back().all.good_share >= kCeilingShare) {
      ceiling.listeners = next;
    } else {
      bad = next;
    }
    const bool doubling = bad == most + 1 && ceiling.listeners < most;
    next = doubling ? std::min(ceiling.listeners * 2, most) : ceiling.listeners + (bad - ceiling.listeners) / 2;
  }
  std::ranges::sort(steps, {}, &Step::listeners);
  ceiling.at_ceiling.steps = std::move(steps);
  co_return ceiling;
}

}  // namespace antiphon::bench
