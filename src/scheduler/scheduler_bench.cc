#include <benchmark/benchmark.h>

#include <vector>

#include "scheduler/admission.h"

// What a decision costs, by the number of streams. Workers are as many as such a number of listeners takes.

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kNow{1h};
/// 4096 characters, as long as a request may be.
constexpr base::Duration kLongText = std::chrono::seconds(300);

struct Cell {
  explicit Cell(std::int64_t streams, Admission admission = Admission::kOn)
      : scheduler(Options{.admission = admission}) {
    for (std::uint64_t i = 1; i <= static_cast<std::uint64_t>(streams) / 8 + 1; ++i)
      scheduler.add_worker(base::WorkerId{i});
    for (std::int64_t i = 0; i < streams; ++i) scheduler.add_stream(stream(), kNow);
    start();
  }
  StreamSpec stream() {
    ++last;
    return {.id = base::StreamId{last}, .user = base::UserId{last}, .voice = VoiceId{1}, .expected = kLongText};
  }
  /// Every stream is planned and begun.
  void start() {
    for (std::uint64_t round = 0; round < 4 * last; ++round) step();
  }
  /// The oldest job ends and the next one is chosen.
  void step() {
    for (const auto& action : scheduler.poll(now)) {
      if (const auto* job = std::get_if<Dispatch>(&action)) jobs.push_back(*job);
    }
    if (jobs.empty()) return;
    const auto job = jobs.front();
    jobs.erase(jobs.begin());
    now += 1ms;
    if (job.kind == JobKind::kPlan) {
      scheduler.planned(job.job, {.grains = grains, .more_text = true, .expected = kLongText, .took = 50ms}, now);
      return;
    }
    for (std::uint32_t i = 0; i < job.grains; ++i) scheduler.grain_rendered(job.job, 20ms, now);
    scheduler.render_ended(job.job, now);
  }

  Scheduler scheduler;
  std::vector<Dispatch> jobs;
  std::vector<base::Duration> grains = std::vector<base::Duration>(20, 209ms);
  base::TimePoint now = kNow;
  std::uint64_t last = 0;
};

/// A job's end, the choice of the next one, and the reading of the load ten times a second.
void schedule(benchmark::State& state) {
  Cell cell(state.range(0));
  for (auto _ : state) cell.step();
}
BENCHMARK(schedule)->Arg(10)->Arg(100)->Arg(200)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// A request that can begin at once, and leaves again.
void admit(benchmark::State& state) {
  Cell cell(state.range(0));
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
    cell.scheduler.add_worker(base::WorkerId{100'000 + i});
  }
  AdmissionController desk(cell.scheduler);
  for (auto _ : state) {
    const auto stream = cell.stream();
    desk.apply(stream, 0s, cell.now);
    benchmark::DoNotOptimize(desk.poll(cell.now));
    cell.scheduler.cancel_stream(stream.id, cell.now);
  }
}
BENCHMARK(admit)->Arg(10)->Arg(100)->Arg(200)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// A request that is told when to come back, while others' places are kept.
void refuse(benchmark::State& state) {
  Cell cell(state.range(0));
  while (cell.scheduler.workers() > 1) cell.scheduler.remove_worker(base::WorkerId{cell.scheduler.workers()}, cell.now);
  AdmissionController desk(cell.scheduler);
  for (auto _ : state) {
    desk.apply(cell.stream(), 0s, cell.now);
    benchmark::DoNotOptimize(desk.poll(cell.now));
  }
}
BENCHMARK(refuse)->Arg(10)->Arg(100)->Arg(200)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// Another request each 5 ms, while as many as may wait do, and 200 places are kept for others.
void crowded(benchmark::State& state) {
  Cell cell(state.range(0));
  while (cell.scheduler.workers() > 1) cell.scheduler.remove_worker(base::WorkerId{cell.scheduler.workers()}, cell.now);
  AdmissionController desk(cell.scheduler);
  for (int i = 0; i < 200; ++i) desk.apply(cell.stream(), 0s, cell.now);
  benchmark::DoNotOptimize(desk.poll(cell.now));
  for (std::uint32_t i = 0; i < cell.scheduler.options().waiting_max; ++i) desk.apply(cell.stream(), 1h, cell.now);
  for (auto _ : state) {
    desk.apply(cell.stream(), 1h, cell.now);
    benchmark::DoNotOptimize(desk.poll(cell.now));
    cell.now += 5ms;
  }
}
BENCHMARK(crowded)->Arg(10)->Arg(100)->Arg(200)->Unit(benchmark::kMicrosecond)->Iterations(400);

}  // namespace
}  // namespace antiphon::scheduler

BENCHMARK_MAIN();
