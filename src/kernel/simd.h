#pragma once

#include <cstddef>

#include "kernel/rows.h"

/// The kernels' own layer: headers from here are compiled once for each set of instructions, in table_*.cc. So that no
/// code compiled for one CPU is linked in where another may run it, every function there is a template over `Isa`, a
/// type in an unnamed namespace, and nothing of the standard library is called.
///
/// An Isa says: kLanes, floats in a register (a divisor of kBlock); kFused, whether a * b + c is rounded once;
/// kStripRows and kStripBlocks, the rows and blocks of outputs that fit the registers at once.
namespace antiphon::kernel {

template <class Isa>
struct Simd {
  static constexpr int kLanes = Isa::kLanes;
  static constexpr int kPerBlock = static_cast<int>(kBlock) / kLanes;  ///< Vectors in a block.

  using Vector = float __attribute__((ext_vector_type(kLanes)));

  [[gnu::always_inline]] static Vector load(const float* from) {
    Vector value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  [[gnu::always_inline]] static void store(float* to, Vector value) { __builtin_memcpy(to, &value, sizeof value); }
  [[gnu::always_inline]] static Vector splat(float value) { return static_cast<Vector>(value); }

  /// a * b + c
  [[gnu::always_inline]] static Vector multiply_add(Vector a, Vector b, Vector c) {
    if constexpr (Isa::kFused) {
      return __builtin_elementwise_fma(a, b, c);
    } else {
      return a * b + c;
    }
  }

  /// LeakyReLU for slopes from 0 to 1: the greater of x and slope * x. NaN stays NaN.
  [[gnu::always_inline]] static Vector leaky(Vector x, Vector slope) {
    const Vector low = x * slope;
    return x > low ? x : low;
  }
};

}  // namespace antiphon::kernel
