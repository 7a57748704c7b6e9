#pragma once

#include <string_view>

namespace antiphon::text::markup {

/// The character that HTML names so, without & and ;, such as amp, nbsp, #38 or #x26; 0 where it names none.
[[nodiscard]] char32_t entity(std::string_view name);
inline constexpr std::size_t kLongestEntity = 10;

}  // namespace antiphon::text::markup
