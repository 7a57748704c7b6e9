#include "gateway/wait_preference.h"

#include <charconv>

#include "http/message.h"

namespace antiphon::gateway {
namespace {

constexpr double kMostSeconds = 86'400;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<double> number(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<base::Duration> wait_preference(std::string_view prefer) {
  while (!prefer.empty()) {
    const auto comma = prefer.find(',');
    auto preference = prefer.substr(0, comma);
    prefer = comma == std::string_view::npos ? std::string_view() : prefer.substr(comma + 1);
    preference = preference.substr(0, preference.find(';'));  // its parameters
    const auto equals = preference.find('=');
    if (equals == std::string_view::npos) continue;
    if (!http::equal_ignoring_case(trimmed(preference.substr(0, equals)), "wait")) continue;
    const auto seconds = number(trimmed(preference.substr(equals + 1)));
    // The first one counts (RFC 7240, section 2).
    if (!seconds || !(*seconds >= 0 && *seconds <= kMostSeconds)) return std::nullopt;
    return base::from_seconds(*seconds);
  }
  return std::nullopt;
}

}  // namespace antiphon::gateway
