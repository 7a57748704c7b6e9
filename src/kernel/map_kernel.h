#pragma once

#include <cstddef>

#include "kernel/simd_math.h"
#include "kernel/table.h"

namespace antiphon::kernel {

/// One function over all numbers of some rows.
template <class Isa, Function kFunction>
struct MapKernel {
  using S = Simd<Isa>;
  using Vector = typename S::Vector;

  [[gnu::always_inline]] static Vector value(Vector a, Vector b, Vector slope) {
    if constexpr (kFunction == Function::kLeaky) return S::leaky(a, slope);
    if constexpr (kFunction == Function::kTanh) return Math<Isa>::tanh(a);
    if constexpr (kFunction == Function::kSigmoid) return Math<Isa>::sigmoid(a);
    if constexpr (kFunction == Function::kExp) return Math<Isa>::exp(a);
    if constexpr (kFunction == Function::kAdd) return a + b;
    if constexpr (kFunction == Function::kSubtract) return a - b;
    if constexpr (kFunction == Function::kMultiply) return a * b;
    if constexpr (kFunction == Function::kGate) return Math<Isa>::tanh(a) * Math<Isa>::sigmoid(b);
  }

  static void run(const MapArguments& m) {
    const Vector slope = S::splat(m.slope);
    for (std::size_t t = 0; t < m.rows; ++t) {
      const float* a = m.a.data + t * m.a.stride;
      const float* b = takes_two(kFunction) ? m.b.data + t * m.b.stride : a;
      float* to = m.output.data + t * m.output.stride;
      for (std::size_t i = 0; i < m.width; i += S::kLanes)
        S::store(to + i, value(S::load(a + i), S::load(b + i), slope));
    }
  }
};

}  // namespace antiphon::kernel
