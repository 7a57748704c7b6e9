#pragma once

#include <string_view>

namespace antiphon::http {

/// Returns whether `field`, the value of If-None-Match (RFC 9110, 13.1.2), names `entity_tag`, which has its quotes and
/// no comma: in a list, weak or strong, or by "*".
[[nodiscard]] bool names_entity_tag(std::string_view field, std::string_view entity_tag);

}  // namespace antiphon::http
