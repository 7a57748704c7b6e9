#include "protocol/json/object.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "text/text.h"

namespace antiphon::protocol::json {
namespace {

constexpr std::uint32_t kFirstHigh = 0xD800;
constexpr std::uint32_t kFirstLow = 0xDC00;
constexpr std::uint32_t kAfterLow = 0xE000;
/// `\uXXXX`, and what goes in the place of one that stands for half a character.
constexpr std::size_t kEscapeSize = 6;
constexpr std::string_view kReplacement = "\\uFFFD";

bool is_between(std::uint32_t value, std::uint32_t first, std::uint32_t after) {
  return value >= first && value < after;
}

/// The unit of UTF-16 whose escape begins at `at`; 0 where none does.
std::uint32_t unit_at(std::string_view json, std::size_t at) {
  constexpr int kHexadecimal = 16;
  const auto escape = json.substr(std::min(at, json.size()), kEscapeSize);
  if (escape.size() != kEscapeSize || !escape.starts_with("\\u")) return 0;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(escape.data() + 2, escape.data() + escape.size(), unit, kHexadecimal);
  return error == std::errc() && end == escape.data() + escape.size() ? unit : 0;
}

}  // namespace

std::string with_whole_characters(std::string_view json) {
  std::string out;
  std::size_t copied = 0;
  for (auto at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    const auto unit = unit_at(json, at);
    if (!is_between(unit, kFirstHigh, kAfterLow)) {
      at += 2;  // the escaped character may itself be a backslash
    } else if (unit < kFirstLow && is_between(unit_at(json, at + kEscapeSize), kFirstLow, kAfterLow)) {
      at += 2 * kEscapeSize;
    } else {
      out += json.substr(copied, at - copied);
      out += kReplacement;
      at += kEscapeSize;
      copied = at;
    }
  }
  return copied == 0 ? std::string() : out + std::string(json.substr(copied));
}

base::Result<Json, std::string> parse_object(std::string_view body) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  if (text::find_invalid_utf8(body)) return std::unexpected("is not valid UTF-8");
  const auto repaired = with_whole_characters(body);
  auto json = Json::parse(repaired.empty() ? body : std::string_view(repaired), limit_depth, false);
  if (too_deep) return std::unexpected("is nested too deeply");
  if (json.is_discarded()) return std::unexpected("is not valid JSON");
  if (!json.is_object()) return std::unexpected("is not a JSON object");
  return json;
}

std::string quoted(std::string_view value) { return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace); }

Complaint too_long(std::string_view name, std::string_view value, std::size_t most_characters,
                   std::string_view setting) {
  const auto characters = text::count_code_points(value);
  if (characters <= most_characters) return std::nullopt;
  return fmt::format("'{}' has {} characters; at most {} are allowed{}.", name, characters, most_characters,
                     setting.empty() ? std::string() : fmt::format(" ({})", setting));
}

}  // namespace antiphon::protocol::json
