#pragma once

#include <string>
#include <string_view>

/// Reports with plots, each one page that loads nothing from anywhere.
namespace antiphon::report {

/// Returns `page` with the shared style in place of @STYLE@, the shared script in place of @SCRIPT@, and `json`, as it
/// may stand within a script element, in place of @DATA@. Each of them is in it once, in this order; a broken invariant
/// else.
[[nodiscard]] std::string make_page(std::string_view page, std::string_view json);

}  // namespace antiphon::report
