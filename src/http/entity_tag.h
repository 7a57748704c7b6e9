#pragma once

#include <string_view>

namespace antiphon::http {

/// Returns whether a field If-None-Match names `etag`, by the weak comparison (RFC 9110, 13.1.2): it is "*", or a list
/// of tags, each with or without "W/". Of what is no list of tags, only what stands before its fault counts.
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace antiphon::http
