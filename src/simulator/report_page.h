#pragma once

#include <string_view>

namespace antiphon::simulator {

/// The file report_page.html, embedded by the build. Where it says @DATA@ the report's JSON goes.
[[nodiscard]] std::string_view report_page();

}  // namespace antiphon::simulator
