#include "kernel/toom_cook.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace antiphon::kernel {
namespace {

/// Whole numbers modulo a prime, in which exact fractions have a place and sums of them cannot overflow.
class Residue {
 public:
  static constexpr std::uint64_t kPrime = 2'147'483'647;

  constexpr Residue(Rational exact)  // NOLINT(google-explicit-constructor)
      : value_(of(exact.numerator) * inverse(of(exact.denominator)) % kPrime) {}

  friend Residue operator+(Residue a, Residue b) { return Residue((a.value_ + b.value_) % kPrime); }
  friend Residue operator*(Residue a, Residue b) { return Residue(a.value_ * b.value_ % kPrime); }
  friend bool operator==(Residue, Residue) = default;

 private:
  constexpr explicit Residue(std::uint64_t value) : value_(value) {}
  static constexpr std::uint64_t of(std::int64_t whole) {
    const auto rest = whole % static_cast<std::int64_t>(kPrime);
    return static_cast<std::uint64_t>(rest < 0 ? rest + static_cast<std::int64_t>(kPrime) : rest);
  }
  /// By Fermat: value ^ (p - 2).
  static constexpr std::uint64_t inverse(std::uint64_t value) {
    std::uint64_t result = 1;
    for (auto exponent = kPrime - 2; exponent != 0; exponent /= 2) {
      if (exponent % 2 == 1) result = result * value % kPrime;
      value = value * value % kPrime;
    }
    return result;
  }

  std::uint64_t value_;
};

/// Entry `j` of row `i` of B^T: the coefficient of x^j.
template <class Points>
Rational input_entry(int i, int j) {
  const bool infinite = i == Points::kFinite;
  if (i == 0 || infinite) {
    const auto power = infinite ? j - 1 : j;
    return power >= 0 && power % 2 == 0 ? Points::squares(-1)[static_cast<std::size_t>(power / 2)] : Rational{0};
  }
  // x (x + a) E(x^2) for the point a.
  if (j == 0) return 0;
  const auto others = Points::squares((i - 1) / 2);
  const auto factor = others[static_cast<std::size_t>((j - 1) / 2)];
  return j % 2 == 0 ? factor : Points::finite(i) * factor;
}

/// Entry of A^T: what the product at point `i` gives to output `j`.
template <int kOutputs, class Points>
Rational output_entry(int i, int j) {
  if (i == Points::kFinite) return j == kOutputs - 1 ? 1 : 0;
  Rational power = 1;
  for (int k = 0; k < j; ++k) power = power * Points::finite(i);
  return power;
}

/// That the transforms compute y[o] = sum over j of g[j] * d[o + j], whatever g and d: the coefficient of each product
/// g[j] * d[i] in y[o] is one where i = o + j, else zero.
template <int kOutputs, int kTaps>
void expect_exact() {
  using Points = ToomCookPoints<kOutputs, kTaps>;
  for (int o = 0; o < kOutputs; ++o) {
    for (int j = 0; j < kTaps; ++j) {
      for (int i = 0; i < Points::kCount; ++i) {
        Residue sum = Rational{0};
        for (int p = 0; p < Points::kCount; ++p) {
          sum = sum + Residue(output_entry<kOutputs, Points>(p, o)) *
                          Residue(Points::filter_row(p)[static_cast<std::size_t>(j)]) *
                          Residue(input_entry<Points>(p, i));
        }
        EXPECT_EQ(sum, Residue(Rational{i == o + j ? 1 : 0})) << "F(" << kOutputs << "," << kTaps << ")";
      }
    }
  }
}

TEST(ToomCook, TransformsAreExact) {
  expect_exact<3, 2>();
  expect_exact<4, 3>();
  expect_exact<6, 3>();
  expect_exact<3, 5>();
  expect_exact<4, 5>();
  expect_exact<6, 5>();
  expect_exact<6, 6>();
  expect_exact<4, 7>();
  expect_exact<6, 7>();
}

TEST(ToomCook, FractionsStayInLowestTerms) {
  EXPECT_EQ(Rational(6, -4), Rational(-3, 2));
  EXPECT_EQ(Rational(1, 6) + Rational(1, 3), Rational(1, 2));
  EXPECT_EQ(Rational(2, 3) / Rational(-4, 9), Rational(-3, 2));
}

}  // namespace
}  // namespace antiphon::kernel
