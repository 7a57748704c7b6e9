#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace antiphon::runtime {

/// error = act now, warn = degraded, info = lifecycle.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view name);

/// One `key=value` of a line. It only refers to text: use it within the call. Never a user's text to be spoken.
struct LogField {
  using Value = std::variant<std::int64_t, std::uint64_t, double, bool, std::string_view>;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, std::same_as<bool> auto flag) : key(name), value(flag) {}
  LogField(std::string_view name, std::floating_point auto number) : key(name), value(static_cast<double>(number)) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view name, T number)
      : key(name),
        value(std::signed_integral<T> ? Value(static_cast<std::int64_t>(number))
                                      : Value(static_cast<std::uint64_t>(number))) {}

  std::string_view key;
  Value value;
};

using LogFields = std::initializer_list<LogField>;

/// Lines go to stderr as `time level event key=value ...`, UTC. Any thread.
void log_debug(std::string_view event, LogFields fields = {});
void log_info(std::string_view event, LogFields fields = {});
void log_warn(std::string_view event, LogFields fields = {});
void log_error(std::string_view event, LogFields fields = {});

/// The least level that is written; kInfo at first. Any thread.
void set_log_level(LogLevel level);

/// The part of a line after the level. A value is quoted and escaped unless it is plain printable ASCII, so that no
/// value can forge a field or a line, and cut to 512 bytes.
[[nodiscard]] std::string format_event(std::string_view event, LogFields fields);

}  // namespace antiphon::runtime
