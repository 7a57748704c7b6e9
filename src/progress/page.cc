#include "progress/page.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace antiphon::progress {
namespace {

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return limit >= 1 && limit <= Page::kMost ? std::optional(limit) : std::nullopt;
}

}  // namespace

std::optional<Page> parse_page(std::string_view query) {
  Page page;
  bool has_limit = false;
  while (!query.empty()) {
    const auto field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const auto key = field.substr(0, field.find('='));
    const auto value = field.substr(std::min(field.size(), key.size() + 1));
    if (key == "limit") {
      const auto limit = parse_limit(value);
      if (!limit || std::exchange(has_limit, true)) return std::nullopt;
      page.most = *limit;
    } else if (key == "after") {
      const auto after = parse_name(value);
      if (!after || page.after) return std::nullopt;
      page.after = after;
    }
  }
  return page;
}

}  // namespace antiphon::progress
