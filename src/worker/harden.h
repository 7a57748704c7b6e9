#pragma once

#include <cstdint>

#include "sandbox/sandbox.h"

namespace antiphon::worker {

/// Who started the worker process.
enum class Parent : std::uint8_t {
  kGateway,   ///< The gateway itself: the worker dies with it.
  kUnrelated  ///< A person or an agent: the end of the socket alone ends the worker.
};

/// Takes the worker's place among the first to go when memory runs out (it is replaced in a moment, the gateway is
/// not), ties it to its parent's life, and names the process.
/// Call it in main before any thread starts. What the system refuses is logged and left.
void harden(Parent parent);

/// Gives up what a worker does not need, for the whole process and for good; see sandbox::confine. After harden(), and
/// before any thread starts. What is not in force is logged.
void confine(const sandbox::Options& options);

}  // namespace antiphon::worker
