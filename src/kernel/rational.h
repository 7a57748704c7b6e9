#pragma once

#include <cstdint>
#include <numeric>

namespace antiphon::kernel {

/// An exact fraction in lowest terms, for numbers that are known when the program is built.
struct Rational {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;  ///< Above 0.

  constexpr Rational() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a whole number is a fraction.
  constexpr Rational(std::int64_t whole) : numerator(whole) {}
  constexpr Rational(std::int64_t above, std::int64_t below) {
    const auto shared = std::gcd(above, below);
    const auto divisor = below < 0 ? -shared : shared;
    numerator = above / divisor;
    denominator = below / divisor;
  }

  friend constexpr Rational operator+(Rational a, Rational b) {
    return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
  }
  friend constexpr Rational operator-(Rational a) { return {-a.numerator, a.denominator}; }
  friend constexpr Rational operator-(Rational a, Rational b) { return a + -b; }
  friend constexpr Rational operator*(Rational a, Rational b) {
    return {a.numerator * b.numerator, a.denominator * b.denominator};
  }
  friend constexpr Rational operator/(Rational a, Rational b) {
    return {a.numerator * b.denominator, a.denominator * b.numerator};
  }
  friend constexpr bool operator==(Rational a, Rational b) = default;

  [[nodiscard]] constexpr double value() const {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  }
};

}  // namespace antiphon::kernel
