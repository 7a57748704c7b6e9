#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace antiphon::kernel {

enum class Errc : std::uint8_t {
  kBadShape,    ///< A number of a layer's shape is beyond what the kernels compute.
  kBadWeights,  ///< Weights or bias are not as many as the shape says.
  kBadState,    ///< What is given as the state of an earlier grain cannot be one.
};

struct Error {
  Errc code = Errc::kBadShape;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace antiphon::kernel
