#include "kernel/map.h"

#include "base/check.h"
#include "kernel/flush_denormals.h"

namespace antiphon::kernel {

std::string_view name_of(Function function) {
  switch (function) {
    case Function::kLeaky:
      return "leaky";
    case Function::kTanh:
      return "tanh";
    case Function::kSigmoid:
      return "sigmoid";
    case Function::kExp:
      return "exp";
    case Function::kAdd:
      return "add";
    case Function::kSubtract:
      return "subtract";
    case Function::kMultiply:
      return "multiply";
    case Function::kGate:
      return "gate";
  }
  return "";
}

void map(const KernelTable& kernels, Function function, const MapArguments& arguments) {
  ANTIPHON_CHECK(arguments.width % kBlock == 0, "rows that are not whole blocks");
  const FlushDenormals flush;
  kernels.map[static_cast<std::size_t>(function)](arguments);
}

}  // namespace antiphon::kernel
