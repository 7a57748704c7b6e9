#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "network/network.h"

namespace antiphon::network {

/// The bytes of a network: a head, the streams, and the weights from a multiple of 64 on; all little-endian.
[[nodiscard]] std::string encode(const Network& network);

/// Reads what encode() wrote, of another version too where it is refused. Takes no more memory than a small multiple of
/// the bytes. What it returns has passed check(). Error: kDamaged.
[[nodiscard]] Result<Network> decode(std::span<const std::byte> bytes);

}  // namespace antiphon::network
