#pragma once

#include "kernel/direct.h"
#include "kernel/table.h"
#include "kernel/toom_cook_kernel.h"

namespace antiphon::kernel {

template <class Isa>
constexpr KernelTable make_table() {
  KernelTable table;
  const auto set = [&](Method method, Convolve* kernel) { table.convolve[static_cast<std::size_t>(method)] = kernel; };
  set(Method::kDirect, &Direct<Isa>::run);
  set(Method::kF3x2, &ToomCook<Isa, 3, 2>::run);
  set(Method::kF4x3, &ToomCook<Isa, 4, 3>::run);
  set(Method::kF6x3, &ToomCook<Isa, 6, 3>::run);
  set(Method::kF4x5, &ToomCook<Isa, 4, 5>::run);
  set(Method::kF6x5, &ToomCook<Isa, 6, 5>::run);
  set(Method::kF6x6, &ToomCook<Isa, 6, 6>::run);
  set(Method::kF4x7, &ToomCook<Isa, 4, 7>::run);
  set(Method::kF6x7, &ToomCook<Isa, 6, 7>::run);
  return table;
}

}  // namespace antiphon::kernel
