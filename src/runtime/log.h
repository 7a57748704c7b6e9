#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
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

/// What a line looks like. kText: `time level event key=value ...`. kJson: one object, whose first members are "ts",
/// "level" and "event"; numbers and truths stay what they are.
enum class LogFormat : std::uint8_t { kText, kJson };

/// "text" or "json".
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view name);

/// Lines go to stderr, their time in UTC. Any thread.
void log_info(std::string_view event, LogFields fields = {});
void log_warn(std::string_view event, LogFields fields = {});
void log_error(std::string_view event, LogFields fields = {});
/// The same for fields whose number is not fixed.
void log(LogLevel level, std::string_view event, std::span<const LogField> fields);

/// Tells the person at the terminal what went wrong: as "antiphon: MESSAGE" where lines are text, else as an error of
/// the log, so that every line is an object. Any thread.
void complain(std::string_view event, const std::string& message);

/// The least level that is written; kInfo at first. Any thread.
void set_log_level(LogLevel level);

/// kText at first. Before other threads log.
void set_log_format(LogFormat format);

/// The part of a line after the level. A value is quoted and escaped unless it is plain printable ASCII, so that no
/// value can forge a field or a line, and cut to 512 bytes.
[[nodiscard]] std::string format_event(std::string_view event, LogFields fields);

/// What follows the time in a line of JSON, to the end of the object: the level, the event and the fields. Text that is
/// not UTF-8 has U+FFFD for what is wrong, numbers that are none are null, and values are cut to 512 bytes.
[[nodiscard]] std::string format_json(LogLevel level, std::string_view event, LogFields fields);

}  // namespace antiphon::runtime
