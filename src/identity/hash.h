#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace antiphon::identity {

/// The first 64 bits of a SHA-256 over the parts and their lengths, so that nobody can choose to be taken for another.
[[nodiscard]] std::uint64_t hash(std::initializer_list<std::string_view> parts);

}  // namespace antiphon::identity
