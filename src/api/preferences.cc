#include "api/preferences.h"

#include <charconv>

#include "http/message.h"

namespace antiphon::api {
namespace {

constexpr double kMostSeconds = 86'400;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<base::Duration> seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= kMostSeconds)) return std::nullopt;
  return base::from_seconds(value);
}

std::optional<bool> choice(std::string_view text) {
  if (text.empty() || http::equal_ignoring_case(text, "true")) return true;
  if (http::equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

}  // namespace

Preferences parse_preferences(std::string_view prefer) {
  Preferences preferences;
  bool has_wait = false;
  bool has_pace = false;
  while (!prefer.empty()) {
    const auto comma = prefer.find(',');
    auto preference = prefer.substr(0, comma);
    prefer = comma == std::string_view::npos ? std::string_view() : prefer.substr(comma + 1);
    preference = preference.substr(0, preference.find(';'));  // without its parameters
    const auto equals = preference.find('=');
    const auto name = trimmed(preference.substr(0, equals));
    const auto value =
        equals == std::string_view::npos ? std::string_view() : unquoted(trimmed(preference.substr(equals + 1)));
    if (!has_wait && http::equal_ignoring_case(name, "wait")) {
      has_wait = true;
      preferences.wait = seconds(value);
    } else if (!has_pace && http::equal_ignoring_case(name, "pace")) {
      has_pace = true;
      preferences.paced = choice(value);
    }
  }
  return preferences;
}

}  // namespace antiphon::api
