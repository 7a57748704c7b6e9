#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::process {

enum class Errc : std::uint8_t {
  kNotExecutable,  ///< No such file, or it may not be used (executed, connected to).
  kResources,      ///< The system has no process, descriptor or memory left.
  kSystem,         ///< Any other refusal of the system; the message has its words.
};

struct Error {
  Errc code = Errc::kSystem;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

/// The error for an errno that the system gave on `what`.
[[nodiscard]] Error system_error(const std::string& what, int number);

}  // namespace antiphon::process
