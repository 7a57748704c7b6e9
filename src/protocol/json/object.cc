#include "protocol/json/object.h"

#include <fmt/format.h>

#include "text/text.h"

namespace antiphon::protocol::json {

base::Result<Json, std::string> parse_object(std::string_view body) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  if (text::find_invalid_utf8(body)) return std::unexpected("is not valid UTF-8");
  auto json = Json::parse(body, limit_depth, false);
  if (too_deep) return std::unexpected("is nested too deeply");
  if (json.is_discarded()) return std::unexpected("is not valid JSON");
  if (!json.is_object()) return std::unexpected("is not a JSON object");
  return json;
}

std::string quoted(std::string_view value) { return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace); }

Complaint too_long(std::string_view name, std::string_view value, std::size_t most_characters) {
  const auto characters = text::count_code_points(value);
  if (characters <= most_characters) return std::nullopt;
  return fmt::format("'{}' has {} characters; at most {} are allowed.", name, characters, most_characters);
}

}  // namespace antiphon::protocol::json
