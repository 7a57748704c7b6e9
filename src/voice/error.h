#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::voice {

enum class Errc : std::uint8_t {
  kFileFailure,       ///< A file or folder cannot be read or written; the message has the path.
  kVoiceNotFound,     ///< No such voice in the store.
  kVoiceExists,       ///< A voice of this id is in the store already.
  kBadId,             ///< Not a name that may become a folder of the store.
  kManifestInvalid,   ///< A manifest.json is damaged, of an unknown version, or a value is outside its range.
  kConfigInvalid,     ///< The .onnx.json beside a model is damaged or lacks something.
  kModelInvalid,      ///< Not an ONNX model, or its graph contradicts itself.
  kModelUnsupported,  ///< A sound model whose phases cannot be told apart.
  kFileDamaged,       ///< A file of a prepared voice is not the one that its manifest names.
  kRunFailed,         ///< The library that runs graphs failed; the message has its words.
  kVerifyFailed,      ///< The prepared voice does not sound like the original.
};

struct Error {
  Errc code = Errc::kFileFailure;
  std::string message;  ///< What was wrong, where, and what to do.
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::voice
