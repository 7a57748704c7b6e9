#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::process {

enum class Errc : std::uint8_t {
  kNotExecutable,  ///< No such program, or it may not be executed.
  kResources,      ///< The system has no process, descriptor or memory left.
  kSystem,         ///< Any other refusal of the system; the message has its words.
};

struct Error {
  Errc code = Errc::kSystem;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::process
