#include "kernel/make_table.h"

namespace antiphon::kernel {

#if defined(__AVX512F__)

namespace {

/// Thirty-two registers: twenty-four sums, two vectors of weights and a factor.
struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr bool kFused = true;
  static constexpr int kStripRows = 12;
  static constexpr int kStripBlocks = 2;
};

}  // namespace

constinit const KernelTable kAvx512Kernels = make_table<Avx512>();

#else

constinit const KernelTable kAvx512Kernels{};

#endif

}  // namespace antiphon::kernel
