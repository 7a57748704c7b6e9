#pragma once

#include <string_view>

/// Files that the build embeds.
namespace antiphon::report {

/// What draws the plots of a report, in JavaScript; see script.js for what a page calls.
[[nodiscard]] std::string_view script();
/// How a report looks, in CSS.
[[nodiscard]] std::string_view style();

}  // namespace antiphon::report
