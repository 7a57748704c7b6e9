#pragma once

#include <string_view>

namespace antiphon::simulator {

/// The file report_page.html, embedded by the build; see report/page.h.
[[nodiscard]] std::string_view report_page();

}  // namespace antiphon::simulator
