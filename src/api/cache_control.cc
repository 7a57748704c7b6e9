#include "api/cache_control.h"

#include <string_view>

namespace antiphon::api {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

delivery::CacheUse cache_use(const http::Headers& headers) {
  auto use = delivery::CacheUse::kReadAndKeep;
  for (const auto& [name, value] : headers.fields()) {
    if (!http::equal_ignoring_case(name, "Cache-Control")) continue;
    std::string_view left = value;
    while (!left.empty()) {
      const auto comma = left.find(',');
      const auto directive = trimmed(left.substr(0, comma));
      left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
      if (http::equal_ignoring_case(directive, "no-store")) return delivery::CacheUse::kNone;
      if (http::equal_ignoring_case(directive, "no-cache") || http::equal_ignoring_case(directive, "max-age=0")) {
        use = delivery::CacheUse::kKeep;
      }
    }
  }
  return use;
}

}  // namespace antiphon::api
