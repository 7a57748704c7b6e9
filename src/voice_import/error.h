#pragma once

#include <string>
#include <utility>

#include "voice/error.h"

namespace antiphon::voice_import {

using voice::Errc;
using voice::Error;
using voice::Result;

/// The file is no ONNX model, or its graph contradicts itself.
[[nodiscard]] inline std::unexpected<Error> invalid(std::string message) {
  return std::unexpected(Error{Errc::kModelInvalid, std::move(message)});
}

/// The model is sound, but not of a structure that this room can cut.
[[nodiscard]] inline std::unexpected<Error> unsupported(std::string message) {
  return std::unexpected(Error{Errc::kModelUnsupported, std::move(message)});
}

}  // namespace antiphon::voice_import
