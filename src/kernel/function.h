#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace antiphon::kernel {

/// What is computed of each number by itself. Of two rows: kAdd, kSubtract, kMultiply and kGate; of one: the others.
enum class Function : std::uint8_t {
  kLeaky,  ///< LeakyReLU: x, or slope * x where that is greater; slopes from 0 to 1.
  kTanh,
  kSigmoid,
  kExp,  ///< Of -87 to 88, to which all else is clamped.
  kAdd,
  kSubtract,
  kMultiply,
  kGate,  ///< tanh(a) * sigmoid(b), as in WaveNet.
};

inline constexpr std::array kFunctions{Function::kLeaky, Function::kTanh,     Function::kSigmoid,  Function::kExp,
                                       Function::kAdd,   Function::kSubtract, Function::kMultiply, Function::kGate};

[[nodiscard]] constexpr bool takes_two(Function function) { return function >= Function::kAdd; }

[[nodiscard]] std::string_view name_of(Function function);

}  // namespace antiphon::kernel
