#pragma once

#include <algorithm>
#include <string_view>

namespace antiphon::voice {

/// Whether `id` may name a folder of the store: 1 to 64 letters, digits, '.', '_' and '-' of ASCII, beginning with a
/// letter or digit, so that it is neither a path nor hidden nor an option of a command.
[[nodiscard]] constexpr bool valid_voice_id(std::string_view id) {
  constexpr auto kPlain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  constexpr std::size_t kMost = 64;
  return !id.empty() && id.size() <= kMost && kPlain(id.front()) &&
         std::ranges::all_of(id, [&](char c) { return kPlain(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace antiphon::voice
