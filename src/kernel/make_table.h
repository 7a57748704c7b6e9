#pragma once

#include "kernel/direct.h"
#include "kernel/map_kernel.h"
#include "kernel/projection_kernel.h"
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
  set(Method::kF3x5, &ToomCook<Isa, 3, 5>::run);
  set(Method::kF4x5, &ToomCook<Isa, 4, 5>::run);
  set(Method::kF6x5, &ToomCook<Isa, 6, 5>::run);
  set(Method::kF6x6, &ToomCook<Isa, 6, 6>::run);
  set(Method::kF4x7, &ToomCook<Isa, 4, 7>::run);
  set(Method::kF6x7, &ToomCook<Isa, 6, 7>::run);
  const auto set_map = [&]<Function kFunction> {
    table.map[static_cast<std::size_t>(kFunction)] = &MapKernel<Isa, kFunction>::run;
  };
  set_map.template operator()<Function::kLeaky>();
  set_map.template operator()<Function::kTanh>();
  set_map.template operator()<Function::kSigmoid>();
  set_map.template operator()<Function::kExp>();
  set_map.template operator()<Function::kAdd>();
  set_map.template operator()<Function::kSubtract>();
  set_map.template operator()<Function::kMultiply>();
  set_map.template operator()<Function::kGate>();
  table.project = &ProjectionKernel<Isa>::run;
  return table;
}

}  // namespace antiphon::kernel
