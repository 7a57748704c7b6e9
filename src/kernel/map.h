#pragma once

#include "kernel/function.h"
#include "kernel/table.h"

namespace antiphon::kernel {

/// Computes a function of some rows; see MapArguments. Any thread, allocates nothing. The bits do not depend on the
/// set of instructions, as far as Math says so.
void map(const KernelTable& kernels, Function function, const MapArguments& arguments);

}  // namespace antiphon::kernel
