#pragma once

namespace antiphon::base {

/// Prints `file:line: check failed: expression (message)` to stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression, const char* message) noexcept;

}  // namespace antiphon::base

/// Ends the process when an invariant of our own code is broken. Never for input: what comes from outside is
/// answered with an error.
#define ANTIPHON_CHECK(expression, message)                                     \
  do {                                                                          \
    if (!(expression)) [[unlikely]]                                             \
      ::antiphon::base::check_failed(__FILE__, __LINE__, #expression, message); \
  } while (false)
