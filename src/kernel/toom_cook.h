#pragma once

#include <array>
#include <cstddef>

#include "kernel/rational.h"

/// Toom-Cook convolution: the transforms of F(m, r), which computes m outputs of a filter of r taps by n = m + r - 1
/// multiplications in place of m * r.
///
/// Transposed multiplication of polynomials (Toom 1963, Cook 1966; Winograd, "Arithmetic Complexity of Computations",
/// 1980; its use for neural networks: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016). A
/// polynomial of n coefficients is known by its values at n points. With f_i = prod over j != i of (a_i - a_j):
///
///   y = A^T [(G g) * (B^T d)], where for a finite point a_i
///     row i of G   = a_i^j / f_i, j < r
///     row i of B^T = the coefficients of prod over j != i of (x - a_j)
///     column i of A^T = a_i^j, j < m
///   and for the point at infinity: G takes the last tap, B^T is prod over all j of (x - a_j), A^T gives the last
///   output.
///
/// The points are 0, pairs +-a, and infinity where n is even. In pairs each transform splits into a part of the even
/// and one of the odd powers, which both points share. Small fractions keep the numbers close to one, and so the
/// rounding errors low; tests give the errors.
namespace antiphon::kernel {

/// The positive one of pair `pair` of `pairs`. For each number of pairs those of the least root mean square error were
/// taken, of all sets of small fractions (denominators to 5), tried on random signals in float32.
constexpr Rational point_of(int pairs, int pair) {
  constexpr Rational kPoints[5][5] = {
      {{1}}, {{3, 2}, {2, 3}}, {{1}, {2}, {1, 2}}, {{5, 4}, {4, 5}, {5, 2}, {2, 5}}, {{1}, {3, 2}, {2, 3}, {3}, {1, 3}},
  };
  return kPoints[pairs - 1][pair];
}

template <int kOutputs, int kTaps>
struct ToomCookPoints {
  static constexpr int kCount = kOutputs + kTaps - 1;
  static constexpr bool kInfinity = kCount % 2 == 0;
  static constexpr int kPairs = (kCount - 1) / 2;

  /// In the order 0, +a, -a, +b, -b ..., without infinity.
  static constexpr Rational finite(int i) {
    if (i == 0) return 0;
    const auto point = point_of(kPairs, (i - 1) / 2);
    return i % 2 == 1 ? point : -point;
  }
  static constexpr int kFinite = 1 + 2 * kPairs;

  /// The coefficients of prod (x^2 - b^2) over the pairs b but number `left_out`, by powers of x^2; the last is 1.
  static constexpr std::array<Rational, kPairs + 1> squares(int left_out) {
    std::array<Rational, kPairs + 1> product{};
    product[0] = 1;
    for (int pair = 0; pair < kPairs; ++pair) {
      if (pair == left_out) continue;
      const auto square = point_of(kPairs, pair) * point_of(kPairs, pair);
      for (auto i = product.size(); i-- > 0;) product[i] = (i > 0 ? product[i - 1] : Rational{0}) - square * product[i];
    }
    return product;
  }

  /// Row `i` of G.
  static constexpr std::array<Rational, kTaps> filter_row(int i) {
    std::array<Rational, kTaps> row{};
    if (i == kFinite) {
      row[kTaps - 1] = 1;
      return row;
    }
    Rational divisor = 1;
    for (int j = 0; j < kFinite; ++j)
      if (j != i) divisor = divisor * (finite(i) - finite(j));
    Rational power = 1;
    for (auto& entry : row) {
      entry = power / divisor;
      power = power * finite(i);
    }
    return row;
  }
};

/// The numbers of the transforms as floats, in the form in which kernels apply them.
template <int kOutputs, int kTaps>
struct ToomCookTransform {
  using Points = ToomCookPoints<kOutputs, kTaps>;
  static constexpr int kCount = Points::kCount;
  static constexpr int kPairs = Points::kPairs;
  static constexpr bool kInfinity = Points::kInfinity;

  struct Numbers {
    float all[kPairs + 1];           ///< Coefficients of prod (x^2 - b^2) over all pairs.
    float others[kPairs][kPairs];    ///< The same without the pair itself.
    float powers[kPairs][kOutputs];  ///< a^j
    double filter[kCount][kTaps];    ///< G
  };

  static constexpr Numbers numbers() {
    Numbers out{};
    for (int i = 0; i <= kPairs; ++i) out.all[i] = rounded(Points::squares(-1)[static_cast<std::size_t>(i)]);
    for (int pair = 0; pair < kPairs; ++pair) {
      const auto others = Points::squares(pair);
      for (int i = 0; i < kPairs; ++i) out.others[pair][i] = rounded(others[static_cast<std::size_t>(i)]);
      Rational power = 1;
      for (auto& entry : out.powers[pair]) {
        entry = rounded(power);
        power = power * point_of(kPairs, pair);
      }
    }
    for (int i = 0; i < kCount; ++i) {
      const auto row = Points::filter_row(i);
      for (int j = 0; j < kTaps; ++j) out.filter[i][j] = row[static_cast<std::size_t>(j)].value();
    }
    return out;
  }

  static constexpr Numbers kNumbers = numbers();

 private:
  static constexpr float rounded(Rational exact) { return static_cast<float>(exact.value()); }
};

}  // namespace antiphon::kernel
