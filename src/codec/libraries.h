#pragma once

#include <string>

namespace antiphon::codec {

/// Returns what decides the bytes of resampled and of encoded audio besides this program's own code: the versions of
/// FFmpeg's libraries and of those that they call, as they are loaded, and the instruction sets of the processor, by
/// which they choose among routines that round differently. A line of some 200 characters. Thread-safe.
[[nodiscard]] const std::string& libraries_identity();

}  // namespace antiphon::codec
