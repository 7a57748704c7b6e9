#include "gateway/asset_answer.h"

#include <string>

#include "http/entity_tag.h"

namespace antiphon::gateway {
namespace {

/// What a page may load. The viewer at /docs writes styles and small pictures into its elements; scripts come from
/// files of this server there, too.
std::string policy_of(const Asset& asset) {
  std::string policy =
      "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
      "frame-ancestors 'none'";
  if (asset.path == "/docs") policy += "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";
  return policy;
}

}  // namespace

http::Response asset_answer(const Asset& asset, std::string_view if_none_match) {
  http::Response response{.status = 200,
                          .headers = {{"Cache-Control", "no-cache"},
                                      {"ETag", std::string(asset.etag)},
                                      {"X-Content-Type-Options", "nosniff"},
                                      {"Content-Security-Policy", policy_of(asset)}},
                          .body = {}};
  if (http::names_etag(if_none_match, asset.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(asset.content_type));
  response.body = std::string(asset.body);
  return response;
}

}  // namespace antiphon::gateway
