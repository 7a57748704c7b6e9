#include "runtime/log.h"

#include <fmt/core.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <concepts>
#include <cstdio>
#include <iterator>
#include <memory>

namespace antiphon::runtime {
namespace {

constexpr std::size_t kMaxValueBytes = 512;

constexpr auto* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr auto* kJsonPattern = R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v)";

/// Characters with a short escape in JSON.
struct Escape {
  UChar32 character;
  std::string_view text;
};
constexpr std::array<Escape, 5> kEscapes = {
    {{'\b', "\\b"}, {'\f', "\\f"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}}};
constexpr UChar32 kReplacement = 0xFFFD;

std::atomic<LogFormat>& chosen_format() {
  static std::atomic<LogFormat> format{LogFormat::kText};
  return format;
}

constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels = {{{"debug", LogLevel::kDebug},
                                                                           {"info", LogLevel::kInfo},
                                                                           {"warn", LogLevel::kWarn},
                                                                           {"error", LogLevel::kError},
                                                                           {"off", LogLevel::kOff}}};

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

/// Not in spdlog's registry: that one reads the environment and throws on a second registration.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto* made = new spdlog::logger("antiphon", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(kTextPattern, spdlog::pattern_time_type::utc));
    made->set_level(spdlog::level::info);
    return made;
  }();  // never destroyed: threads may log while static objects are torn down
  return *instance;
}

bool is_plain(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\'; });
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < ' ' || c >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, const LogField::Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    const bool cut = text->size() > kMaxValueBytes;
    const auto shown = text->substr(0, kMaxValueBytes);
    if (is_plain(shown)) {
      out += shown;
    } else {
      append_quoted(out, shown);
    }
    if (cut) out += "...";
    return;
  }
  std::visit(
      [&out](const auto& v) {
        if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(v)>>)
          fmt::format_to(std::back_inserter(out), "{}", v);
      },
      value);
}

std::string text_line(std::string_view event, std::span<const LogField> fields) {
  std::string line(event);
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

/// Appends `text` as a string of JSON (RFC 8259, 7). Each ill-formed part of its UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(text, at, text.size(), character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += static_cast<char>(character);
    } else if (const auto* const named = std::ranges::find(kEscapes, character, &Escape::character);
               named != kEscapes.end()) {
      out += named->text;
    } else if (character < ' ') {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(character));
    } else if (character == kReplacement) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  out += '"';
}

void append_json(std::string& out, std::string_view text) {
  std::string shown(text.substr(0, kMaxValueBytes));
  if (text.size() > kMaxValueBytes) shown += "...";
  append_json_string(out, shown);
}
void append_json(std::string& out, double number) {
  const auto text = std::isfinite(number) ? fmt::format("{}", number) : "null";
  out += text;
  // A number with a fraction stays one for programs that tell the two apart.
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) out += ".0";
}
void append_json(std::string& out, std::integral auto number) { fmt::format_to(std::back_inserter(out), "{}", number); }

std::string json_line(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  const auto* const named = std::ranges::find(kLevels, level, &std::pair<std::string_view, LogLevel>::second);
  // Its first brace stands before the time.
  std::string line = fmt::format(R"("level":"{}","event":)", named->first);
  append_json(line, event);
  for (const auto& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    std::visit([&line](const auto& value) { append_json(line, value); }, field.value);
  }
  line += '}';
  return line;
}

void write(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  auto& log = logger();
  if (!log.should_log(to_spdlog(level))) return;
  const bool json = chosen_format() == LogFormat::kJson;
  const auto line = json ? json_line(level, event, fields) : text_line(event, fields);
  log.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::span<const LogField> as_span(LogFields fields) { return {fields.begin(), fields.size()}; }

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const auto* found = std::ranges::find(kLevels, name, &std::pair<std::string_view, LogLevel>::first);
  if (found == kLevels.end()) return std::nullopt;
  return found->second;
}

std::optional<LogFormat> parse_log_format(std::string_view name) {
  if (name == "text") return LogFormat::kText;
  if (name == "json") return LogFormat::kJson;
  return std::nullopt;
}

std::string format_event(std::string_view event, LogFields fields) { return text_line(event, as_span(fields)); }

std::string format_json(LogLevel level, std::string_view event, LogFields fields) {
  return json_line(level, event, as_span(fields));
}

void log_info(std::string_view event, LogFields fields) { write(LogLevel::kInfo, event, as_span(fields)); }
void log_warn(std::string_view event, LogFields fields) { write(LogLevel::kWarn, event, as_span(fields)); }
void log_error(std::string_view event, LogFields fields) { write(LogLevel::kError, event, as_span(fields)); }
void log(LogLevel level, std::string_view event, std::span<const LogField> fields) { write(level, event, fields); }

void complain(std::string_view event, const std::string& message) {
  if (chosen_format() == LogFormat::kJson) return log_error(event, {{"message", message}});
  fmt::print(stderr, "antiphon: {}\n", message);
}

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void set_log_format(LogFormat format) {
  chosen_format() = format;
  const auto* const pattern = format == LogFormat::kJson ? kJsonPattern : kTextPattern;
  logger().set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
}

}  // namespace antiphon::runtime
