#include <benchmark/benchmark.h>

#include <string>

#include "kernel/conv1d.h"
#include "kernel/test_convolution.h"

/// Layers of HiFi-GAN as Piper's voices have them, by every method that fits, in effective GFLOP/s: those of the direct
/// convolution in the time taken. `kernel_bench --benchmark_filter=avx2` chooses.
namespace antiphon::kernel {
namespace {

constexpr double kHertzOfGiga = 1e9;

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
  state.counters["GFLOP/s"] =
      benchmark::Counter(operations / kHertzOfGiga, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["rows"] = static_cast<double>(rows);
}

std::string name_of_bench(const BenchLayer& bench, Method method, InstructionSet set) {
  const auto& shape = bench.shape;
  return std::to_string(shape.inputs) + ">" + std::to_string(shape.outputs) + " k" + std::to_string(shape.kernel) +
         " d" + std::to_string(shape.dilation) + " " + std::string(name_of(method)) + " " + std::string(name_of(set));
}

void register_all() {
  for (const auto set : kInstructionSets) {
    if (!runs_here(set)) continue;
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
