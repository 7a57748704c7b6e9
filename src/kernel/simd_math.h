#pragma once

#include <cstdint>

#include "kernel/simd.h"

namespace antiphon::kernel {

/// Exponentials from additions, multiplications and divisions alone, so that every machine with fused multiplication
/// computes the same bits. Relative errors are below 2^-21 (tests). NaN stays NaN.
template <class Isa>
struct Math {
  using S = Simd<Isa>;
  using Vector = typename S::Vector;
  using Bits = std::uint32_t __attribute__((ext_vector_type(Isa::kLanes)));

  /// e^x = power * (1 + rest), where power is 2^n for the whole n next to x / ln 2.
  struct Split {
    Vector power;
    Vector rest;
  };

  /// For x from -87 to 88.
  [[gnu::always_inline]] static Split split(Vector x) {
    // Added to a small number, this leaves it rounded to a whole one in the low bits.
    const Vector rounder = S::splat(0x1.8p23F);
    const Vector shifted = S::multiply_add(x, S::splat(0x1.715476p0F), rounder);
    const Vector n = shifted - rounder;
    // ln 2 in two parts, of which the first has few enough bits to be multiplied exactly.
    Vector r = S::multiply_add(n, S::splat(-0x1.63p-1F), x);
    r = S::multiply_add(n, S::splat(0x1.bd0106p-13F), r);
    // The series of e^r - 1 up to r^7, for r within +- ln 2 / 2.
    Vector q = S::splat(1.0F / 5040);
    q = S::multiply_add(q, r, S::splat(1.0F / 720));
    q = S::multiply_add(q, r, S::splat(1.0F / 120));
    q = S::multiply_add(q, r, S::splat(1.0F / 24));
    q = S::multiply_add(q, r, S::splat(1.0F / 6));
    q = S::multiply_add(q, r, S::splat(1.0F / 2));
    constexpr std::uint32_t kExponentAt = 23;
    constexpr std::uint32_t kOne = 0x3f800000;
    const Bits bits = (__builtin_bit_cast(Bits, shifted) << kExponentAt) + kOne;
    return {__builtin_bit_cast(Vector, bits), S::multiply_add(r * r, q, r)};
  }

  [[gnu::always_inline]] static Vector clamp(Vector x, float least, float most) {
    const Vector low = S::splat(least);
    const Vector high = S::splat(most);
    const Vector above = x < low ? low : x;
    return above > high ? high : above;
  }

  [[gnu::always_inline]] static Vector exp(Vector x) {
    const Split e = split(clamp(x, -87, 88));
    return S::multiply_add(e.power, e.rest, e.power);
  }

  /// m / (m + 2) of m = e^2x - 1, which is small without cancellation where x is.
  [[gnu::always_inline]] static Vector tanh(Vector x) {
    const Split e = split(clamp(x + x, -20, 20));
    const Vector m = S::multiply_add(e.power, e.rest, e.power - S::splat(1));
    return m / (m + S::splat(2));
  }

  [[gnu::always_inline]] static Vector sigmoid(Vector x) { return S::splat(1) / (S::splat(1) + exp(-x)); }
};

}  // namespace antiphon::kernel
