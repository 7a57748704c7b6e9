#include "kernel/table.h"

#include "base/check.h"

namespace antiphon::kernel {

const KernelTable& kernels_of(InstructionSet set) {
  ANTIPHON_CHECK(runs_here(set), "this CPU lacks the set of instructions");
  switch (set) {
    case InstructionSet::kAvx2:
      return kAvx2Kernels;
    case InstructionSet::kAvx512:
      return kAvx512Kernels;
    case InstructionSet::kPortable:
      break;
  }
  return kPortableKernels;
}

}  // namespace antiphon::kernel
