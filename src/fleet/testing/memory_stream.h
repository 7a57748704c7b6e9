#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "link/byte_stream.h"
#include "runtime/awaitable.h"

namespace antiphon::fleet::testing {

/// The two ends of a connection within this process. What one writes the other reads, in order. Each direction holds
/// kPipeBytes; a write waits while it is full. When an end is closed, the other one reads what was written before, and
/// then the end of the stream.
[[nodiscard]] std::pair<std::unique_ptr<link::ByteStream>, std::unique_ptr<link::ByteStream>> make_memory_streams(
    const runtime::Executor& executor);

inline constexpr std::size_t kPipeBytes = std::size_t{1} << 20U;

}  // namespace antiphon::fleet::testing
