#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antiphon::engine::hibari {

/// Cuts a token into what is looked up as one: runs of letters with their apostrophes, cut where small letters are
/// followed by a capital ("iPhone"), numbers with their commas and points, and marks.
[[nodiscard]] std::vector<std::u32string> subtokens_of(std::u32string_view token);

}  // namespace antiphon::engine::hibari
