#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace antiphon::network {

enum class Errc : std::uint8_t {
  kDamaged,      ///< Bytes that are no network, or a network that contradicts itself.
  kUnsupported,  ///< A sound network that our kernels cannot run.
};

struct Error {
  Errc code = Errc::kDamaged;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

[[nodiscard]] inline std::unexpected<Error> damaged(std::string message) {
  return std::unexpected(Error{Errc::kDamaged, std::move(message)});
}

[[nodiscard]] inline std::unexpected<Error> unsupported(std::string message) {
  return std::unexpected(Error{Errc::kUnsupported, std::move(message)});
}

}  // namespace antiphon::network
