#include "kernel/make_table.h"

namespace antiphon::kernel {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
#if defined(__FP_FAST_FMAF)
  static constexpr bool kFused = true;
#else
  static constexpr bool kFused = false;
#endif
  static constexpr int kStripRows = 2;
  static constexpr int kStripBlocks = 1;
};

}  // namespace

constinit const KernelTable kPortableKernels = make_table<Portable>();

}  // namespace antiphon::kernel
