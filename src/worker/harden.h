#pragma once

#include <cstdint>

namespace antiphon::worker {

/// Who started the worker process.
enum class Parent : std::uint8_t {
  kGateway,   ///< The gateway itself: the worker dies with it.
  kUnrelated  ///< A person or an agent: the end of the socket alone ends the worker.
};

/// Gives up what a worker does not need, for the whole process and for good: new privileges, and its place among the
/// last to go when memory runs out (a worker is replaced in a moment, the gateway is not). Also names the process.
/// Call it in main before any thread starts. What the system refuses is logged and left.
void harden(Parent parent);

}  // namespace antiphon::worker
