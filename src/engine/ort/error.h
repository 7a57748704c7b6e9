#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::engine::ort {

enum class Errc : std::uint8_t {
  kLibraryNotFound,  ///< The shared library cannot be opened, or is not ONNX Runtime.
  kLibraryTooOld,    ///< It does not speak the version of the interface that this program was built for.
  kOtherLibrary,     ///< Another library is open in this process already; there is one per process.
  kModelInvalid,     ///< The model is missing, damaged or uses an operator that the library lacks.
  kTensorMismatch,   ///< A tensor's values do not fill its shape, or an input or output has an unknown name.
  kRunFailed,        ///< The library gave up; the message has its words.
  kDeviceUnusable,   ///< It was not built for the device, or lacks its libraries, or the device is not there.
};

struct Error {
  Errc code = Errc::kRunFailed;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::engine::ort
