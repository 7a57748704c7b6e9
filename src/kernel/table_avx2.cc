#include "kernel/make_table.h"

namespace antiphon::kernel {

#if defined(__AVX2__) && defined(__FMA__)

namespace {

/// Sixteen registers: twelve sums, two vectors of weights and a factor.
struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr bool kFused = true;
  static constexpr int kStripRows = 6;
  static constexpr int kStripBlocks = 1;
};

}  // namespace

constinit const KernelTable kAvx2Kernels = make_table<Avx2>();

#else

constinit const KernelTable kAvx2Kernels{};

#endif

}  // namespace antiphon::kernel
