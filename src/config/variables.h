#pragma once

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"

/// Keys as variables of the environment: ANTIPHON_SERVER_PORT is port under [server].
namespace antiphon::config {

inline constexpr std::string_view kVariablePrefix = "ANTIPHON_";
inline constexpr std::string_view kAliasSection = "aliases";
inline constexpr std::string_view kCheaperSection = "cheaper_voices";
inline constexpr std::string_view kGainSection = "gains";

/// A variable of the environment, its value as it is there.
struct Variable {
  std::string name;
  std::string value;
};

/// The variables of this process whose names begin with kVariablePrefix. Call it before any thread is started.
[[nodiscard]] std::vector<Variable> environment();

/// The name of a key's variable.
[[nodiscard]] std::string variable_of(const Key& key);
/// The name of the variable of a section of names: of [aliases], [cheaper_voices] and [gains].
[[nodiscard]] std::string variable_of(std::string_view section);

/// Sets the keys that `variables` name, but for those whose value is empty. Lists are separated by commas, and so are
/// names of voices (NAME=VOICE). Variables that name no key are left alone: see unknown_variables(). Throws Error, with
/// the variable's name.
void apply_variables(Config& config, std::span<const Variable> variables);

/// A variable that begins like ours and names no key.
struct UnknownVariable {
  std::string name;
  std::string nearest;  ///< The variable that it is most like.
};
/// But for those that Kubernetes makes for a service called antiphon, such as ANTIPHON_PORT_8080_TCP.
[[nodiscard]] std::vector<UnknownVariable> unknown_variables(std::span<const Variable> variables);

// What apply_variables() is made of.

/// `text` without blanks at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// What lies between commas, trimmed; empty items are left out.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
/// true, yes, on or 1, or the opposite, in any case of letters.
[[nodiscard]] std::optional<bool> parse_truth(std::string_view text);
/// All of `text`, trimmed, as a number of TOML; nullopt where it is none.
template <class T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text) {
  text = trimmed(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Sets one key to what `text` says, of a source that errors name. Throws Error.
void set_from_text(Config& config, std::string_view section, std::string_view name, std::string_view text,
                   std::string_view source);
/// The same for a section of names, which are replaced all together.
void set_names_from_text(Config& config, std::string_view section, std::string_view text, std::string_view source);

}  // namespace antiphon::config
