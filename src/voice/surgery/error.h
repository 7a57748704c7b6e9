#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace antiphon::voice::surgery {

enum class Errc : std::uint8_t {
  kModelInvalid,  ///< Not an ONNX model, or its graph contradicts itself.
  kUnsupported,   ///< A sound model, but not of a structure that this code knows how to cut.
};

struct Error {
  Errc code = Errc::kModelInvalid;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

[[nodiscard]] inline std::unexpected<Error> invalid(std::string message) {
  return std::unexpected(Error{Errc::kModelInvalid, std::move(message)});
}

[[nodiscard]] inline std::unexpected<Error> unsupported(std::string message) {
  return std::unexpected(Error{Errc::kUnsupported, std::move(message)});
}

}  // namespace antiphon::voice::surgery
