#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace antiphon::kernel {

/// How a convolution is computed. kF6x3 is the F(6,3) of the literature: by Toom-Cook, six outputs of three taps at a
/// time. It decides the rounding, and so the bytes of a voice.
enum class Method : std::uint8_t { kDirect, kF3x2, kF4x3, kF6x3, kF3x5, kF4x5, kF6x5, kF6x6, kF4x7, kF6x7 };

inline constexpr std::array kMethods{Method::kDirect, Method::kF3x2, Method::kF4x3, Method::kF6x3, Method::kF3x5,
                                     Method::kF4x5,   Method::kF6x5, Method::kF6x6, Method::kF4x7, Method::kF6x7};

/// What a method computes at once.
struct Scheme {
  std::uint32_t outputs = 1;
  std::uint32_t taps = 0;  ///< 0 for any number, by the direct method.
  /// Multiplications at once, by Toom-Cook.
  [[nodiscard]] constexpr std::uint32_t points() const { return outputs + taps - 1; }
};

[[nodiscard]] constexpr Scheme scheme_of(Method method) {
  switch (method) {
    case Method::kDirect:
      return {};
    case Method::kF3x2:
      return {3, 2};
    case Method::kF4x3:
      return {4, 3};
    case Method::kF6x3:
      return {6, 3};
    case Method::kF3x5:
      return {3, 5};
    case Method::kF4x5:
      return {4, 5};
    case Method::kF6x5:
      return {6, 5};
    case Method::kF6x6:
      return {6, 6};
    case Method::kF4x7:
      return {4, 7};
    case Method::kF6x7:
      return {6, 7};
  }
  return {};
}

/// In how many pieces the method takes a kernel of so many taps, or 0 where it cannot. Where a piece is as long as a
/// tile, the pieces share their transformed inputs: tile t of the second is tile t + 1 of the first.
[[nodiscard]] constexpr std::uint32_t pieces_of(Method method, std::uint32_t kernel) {
  const auto scheme = scheme_of(method);
  if (scheme.taps == 0 || scheme.taps == kernel) return 1;
  constexpr std::uint32_t kMostPieces = 4;
  const auto pieces = (kernel + scheme.taps - 1) / scheme.taps;
  return scheme.taps == scheme.outputs && pieces > 1 && pieces <= kMostPieces ? pieces : 0;
}

/// For logs and manifests, for example "F(6,3)".
[[nodiscard]] std::string_view name_of(Method method);

}  // namespace antiphon::kernel
