#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "kernel/conv1d.h"
#include "kernel/map.h"
#include "kernel/projection.h"
#include "kernel/test_convolution.h"

/// Layers of HiFi-GAN as Piper's voices have them, by every method that fits, in effective GFLOP/s: those of the direct
/// convolution in the time taken, and as a share of the peak: what multiplications and additions in registers reach,
/// measured when the program starts. `kernel_bench --benchmark_filter=avx2` chooses.
namespace antiphon::kernel {
namespace {

constexpr int kChains = 12;

template <int kLanes>
using Lanes = float __attribute__((ext_vector_type(kLanes)));

/// So many multiplications and additions in chains that begin with numbers that the compiler does not know.
template <int kLanes>
[[gnu::always_inline]] inline float spin(const float* from, long rounds) {
  Lanes<kLanes> sums[kChains];
  for (int i = 0; i < kChains; ++i) __builtin_memcpy(&sums[i], from + i * kLanes, sizeof sums[i]);
  Lanes<kLanes> factor;
  __builtin_memcpy(&factor, from, sizeof factor);
  for (long round = 0; round < rounds; ++round) {
#pragma clang loop unroll(full)
    for (auto& sum : sums) sum = __builtin_elementwise_fma(sum, factor, factor);
  }
  for (int i = 1; i < kChains; ++i) sums[0] += sums[i];
  float sum = 0;
  for (int lane = 0; lane < kLanes; ++lane) sum += sums[0][lane];
  return sum;
}
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] float spin_avx2(const float* from, long rounds) { return spin<8>(from, rounds); }
[[gnu::target("avx512f,avx512vl")]] float spin_avx512(const float* from, long rounds) { return spin<16>(from, rounds); }
#endif

/// In GFLOP/s; 0 where it is not known.
double measured_peak(InstructionSet set) {
#if defined(__x86_64__)
  constexpr long kRounds = 2'000'000;
  if (set == InstructionSet::kPortable || !runs_here(set)) return 0;
  const int lanes = set == InstructionSet::kAvx2 ? 8 : 16;
  std::mt19937 random(1);
  auto numbers = noise(random, std::size_t{kChains} * 16);
  for (auto& number : numbers) number *= 0.1F;
  double best = 0;
  for (int i = 0; i < 10; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(set == InstructionSet::kAvx2 ? spin_avx2(numbers.data(), kRounds)
                                                          : spin_avx512(numbers.data(), kRounds));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2.0 * kRounds * kChains * lanes / taken.count() / 1e9);
  }
  return best;
#else
  (void)set;
  return 0;
#endif
}

double peak_of(InstructionSet set) {
  static const double peaks[] = {measured_peak(InstructionSet::kPortable), measured_peak(InstructionSet::kAvx2),
                                 measured_peak(InstructionSet::kAvx512)};
  return peaks[static_cast<std::size_t>(set)];
}

void count(benchmark::State& state, double operations, InstructionSet set) {
  constexpr double kGiga = 1e9;
  state.counters["GFLOP/s"] = benchmark::Counter(operations / kGiga, benchmark::Counter::kIsIterationInvariantRate);
  if (const auto peak = peak_of(set); peak > 0) {
    state.counters["of_peak"] =
        benchmark::Counter(operations / kGiga / peak, benchmark::Counter::kIsIterationInvariantRate);
  }
}

struct BenchLayer {
  ConvShape shape;
  std::size_t rows = 0;  ///< About as many as a grain of 18 frames is computed in at once.
};

constexpr BenchLayer kLayers[] = {
    {{192, 256, 7, 1}, 18},   {{256, 1024, 2, 1}, 18}, {{128, 512, 2, 1}, 36},  {{64, 128, 2, 1}, 144},
    {{128, 128, 3, 2}, 144},  {{128, 128, 5, 6}, 144}, {{128, 128, 7, 3}, 144}, {{128, 128, 7, 12}, 144},
    {{64, 64, 3, 2}, 288},    {{64, 64, 5, 6}, 288},   {{64, 64, 7, 3}, 288},   {{64, 64, 7, 12}, 288},
    {{32, 32, 3, 2}, 576},    {{32, 32, 5, 6}, 576},   {{32, 32, 7, 3}, 576},   {{32, 32, 7, 12}, 576},
    {{256, 256, 11, 1}, 144}, {{64, 64, 11, 5}, 300},  {{192, 384, 5, 1}, 72},  {{192, 384, 1, 1}, 72},
};

void convolve(benchmark::State& state, const BenchLayer& bench, Method method, InstructionSet set) {
  std::mt19937 random(1);
  const auto layer = random_layer(random, bench.shape);
  const auto conv = Conv1d::pack(bench.shape, layer.weights(), method, set);
  const auto rows = (bench.rows + conv->tile() - 1) / conv->tile() * conv->tile();
  const auto input = noise(random, conv->lead() + rows + conv->reach(), bench.shape.inputs);
  const auto residual = noise(random, rows, bench.shape.outputs);
  Signal output(rows, bench.shape.outputs);
  AlignedFloats workspace(conv->workspace_floats());
  const ConvCall call{.input = input.input().from(static_cast<std::ptrdiff_t>(conv->lead())),
                      .output = output.output(),
                      .rows = rows,
                      .residual = residual.input(),
                      .input_slope = 0.1F};
  for (auto _ : state) {
    conv->run(call, workspace.span());
    benchmark::ClobberMemory();
  }
  const auto operations =
      2.0 * bench.shape.inputs * bench.shape.outputs * bench.shape.kernel * static_cast<double>(rows);
  count(state, operations, set);
  state.counters["rows"] = static_cast<double>(rows);
}

std::string name_of_bench(const BenchLayer& bench, Method method, InstructionSet set) {
  const auto& shape = bench.shape;
  return std::to_string(shape.inputs) + ">" + std::to_string(shape.outputs) + " k" + std::to_string(shape.kernel) +
         " d" + std::to_string(shape.dilation) + " " + std::string(name_of(method)) + " " + std::string(name_of(set));
}

/// The convolution before the wave.
void project(benchmark::State& state, InstructionSet set) {
  constexpr std::size_t kRows = 4'608;
  std::mt19937 random(1);
  const auto layer = random_layer(random, {32, 1, 7, 1});
  const auto projection = Projection::pack(layer.shape, layer.weights(), set);
  const auto input = noise(random, kRows + projection->reach(), 32);
  std::vector<float> output(kRows);
  for (auto _ : state) {
    projection->run({.input = input.input(), .output = output.data(), .rows = kRows, .input_slope = 0.01F});
    benchmark::ClobberMemory();
  }
  count(state, 2.0 * 32 * 7 * kRows, set);
}

/// A function of the rows of one layer of the flow.
void map_rows(benchmark::State& state, Function function, InstructionSet set) {
  constexpr std::size_t kRows = 18;
  constexpr std::size_t kWidth = 192;
  std::mt19937 random(1);
  const auto a = noise(random, kRows, kWidth);
  const auto b = noise(random, kRows, kWidth);
  Signal output(kRows, kWidth);
  for (auto _ : state) {
    map(kernels_of(set), function,
        {.a = a.input(), .b = b.input(), .output = output.output(), .rows = kRows, .width = kWidth, .slope = 0.1F});
    benchmark::ClobberMemory();
  }
  state.counters["numbers/s"] =
      benchmark::Counter(double{kRows} * kWidth, benchmark::Counter::kIsIterationInvariantRate);
}

void register_all() {
  for (const auto set : kInstructionSets) {
    if (!runs_here(set)) continue;
    const std::string instructions(name_of(set));
    benchmark::RegisterBenchmark(("32>1 k7 projection " + instructions).c_str(), [=](auto& state) {
      project(state, set);
    })->Unit(benchmark::kMicrosecond);
    for (const auto function : kFunctions) {
      benchmark::RegisterBenchmark((std::string(name_of(function)) + " " + instructions).c_str(), [=](auto& state) {
        map_rows(state, function, set);
      })->Unit(benchmark::kMicrosecond);
    }
    for (const auto& bench : kLayers) {
      for (const auto method : kMethods) {
        if (pieces_of(method, bench.shape.kernel) == 0) continue;
        benchmark::RegisterBenchmark(name_of_bench(bench, method, set).c_str(),
                                     [=](benchmark::State& state) { convolve(state, bench, method, set); })
            ->Unit(benchmark::kMicrosecond)
            ->MinTime(0.05);
      }
    }
  }
}

}  // namespace
}  // namespace antiphon::kernel

int main(int argc, char** argv) {
  antiphon::kernel::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
