#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "bench/target.h"
#include "link/byte_stream.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"

namespace antiphon::bench {

/// Opens a connection to one of the target's endpoints, within TLS where it says so. Error: why there is none, as the
/// system or OpenSSL says it.
[[nodiscard]] runtime::Awaitable<base::Result<std::unique_ptr<link::ByteStream>, std::string>> connect(
    const Target& target);

/// Finds what the target's host stands for and makes sure that a server is there, within 10 s. Error: a sentence with
/// the address.
[[nodiscard]] runtime::Awaitable<base::Result<Target, std::string>> reach(runtime::Clock& clock, Target target);

}  // namespace antiphon::bench
