#include "gateway/asset_answer.h"

#include <string>

namespace antiphon::gateway {
namespace {

constexpr std::string_view kSpace = " \t,";

}  // namespace

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (true) {
    const auto begin = if_none_match.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return false;
    if_none_match.remove_prefix(begin);
    if (if_none_match.front() == '*') return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (!if_none_match.starts_with('"')) return false;
    const auto end = if_none_match.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (if_none_match.substr(0, end + 1) == etag) return true;
    if_none_match.remove_prefix(end + 1);
  }
}

http::Response asset_answer(const Asset& asset, std::string_view if_none_match) {
  http::Response response{
      .status = 200,
      .headers =
          {{"Cache-Control", "no-cache"},
           {"ETag", std::string(asset.etag)},
           {"X-Content-Type-Options", "nosniff"},
           {"Content-Security-Policy",
            "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"}},
      .body = {}};
  if (names_etag(if_none_match, asset.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(asset.content_type));
  response.body = std::string(asset.body);
  return response;
}

}  // namespace antiphon::gateway
