#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"
#include "config/variables.h"

/// A configuration as text, and what there is to know of its keys.
namespace antiphon::config {
namespace {

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result + '"';
}

/// A value as TOML writes it.
std::string written(const std::string& value) { return toml_string(value); }
std::string written(const std::vector<std::string>& values) {
  std::string list;
  for (const auto& value : values) list += (list.empty() ? "" : ", ") + toml_string(value);
  return "[" + list + "]";
}
std::string written(const std::filesystem::path& value) { return toml_string(value.string()); }
std::string written(scheduler::Policy value) { return toml_string(scheduler::policy_name(value)); }
std::string written(scheduler::Admission value) { return toml_string(scheduler::admission_name(value)); }
std::string written(scheduler::Placement value) { return toml_string(scheduler::placement_name(value)); }
std::string written(Sandbox value) { return toml_string(value == Sandbox::kOn ? "on" : "off"); }
std::string written(text::Normalise value) { return toml_string(value == text::Normalise::kOn ? "on" : "off"); }
std::string written(text::markup::Markup value) {
  return toml_string(value == text::markup::Markup::kStrip ? "strip" : "read");
}
std::string written(text::markup::Emoji value) {
  return toml_string(value == text::markup::Emoji::kSilent ? "silent" : "named");
}
std::string written(worker_pool::KillRule value) { return toml_string(worker_pool::kill_rule_name(value)); }
std::string written(double value) {
  auto text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}
std::string written(base::Duration value) { return written(base::to_seconds(value)); }
std::string written(std::same_as<bool> auto value) { return value ? "true" : "false"; }
template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>)
std::string written(T value) {
  return fmt::format("{}", value);
}

/// What it does, and the flag that sets it.
std::string doc_of(const Key& key) {
  if (key.flag.empty()) return std::string(key.doc);
  if (key.flag_doc.empty()) return fmt::format("{} Flag: `{}`.", key.doc, key.flag);
  return fmt::format("{} Flag: `{}`; {}", key.doc, key.flag, key.flag_doc);
}

std::string range_of(const Key& key) {
  return key.most > key.least ? fmt::format(" {} to {}.", key.least, key.most) : std::string();
}

}  // namespace

std::string to_toml(const Config& config) {
  std::string text =
      "# The effective configuration of antiphon. Durations are in seconds. Each key can be set by a variable of the\n"
      "# environment, too, such as ANTIPHON_SERVER_PORT for port under [server]; lists are separated by commas.\n";
  std::string_view section;
  each_key(config, [&](const Key& key, const auto& value) {
    if (section != key.section) text += fmt::format("\n[{}]\n", key.section);
    section = key.section;
    text += fmt::format("# {}{}\n{} = {}\n", key.doc, range_of(key), key.name, written(value));
  });
  const auto write_names = [&](std::string_view name, std::string_view doc, const auto& names) {
    text += fmt::format("\n# {}\n[{}]\n", doc, name);
    for (const auto& [key, voice] : names) text += fmt::format("{} = {}\n", toml_string(key), toml_string(voice));
  };
  write_names(kAliasSection, R"(Names that clients use for voices: name = "voice" or "voice#speaker".)",
              config.aliases);
  write_names(kCheaperSection,
              R"(Voices that may be spoken with a cheaper one when the server is nearly full: voice = "other voice".)",
              config.cheaper_voices);
  text +=
      fmt::format("\n# {}\n[{}]\n",
                  "Gains of voices in dB, -40 to 40, instead of those measured when they were prepared: voice = 5.5.",
                  kGainSection);
  for (const auto& [voice, gain] : config.gains) text += fmt::format("{} = {}\n", toml_string(voice), written(gain));
  return text;
}

std::string to_markdown() {
  std::string text =
      "# Configuration\n\nOne TOML file, given by `--config FILE`; every key is optional, an unknown one is an error. "
      "`antiphon config` prints the effective configuration. This page is made by `antiphon config --markdown`.\n\n"
      "Each key can also be set by a variable of the environment, `ANTIPHON_SECTION_KEY`: `ANTIPHON_SERVER_PORT=9000` "
      "is `port` under `[server]`. Text is written without quotes, lists and names of voices are separated by commas "
      "(`ANTIPHON_ALIASES=nova=joe,onyx=joe#2`), what is true or false may also be `1` or `0`, and an empty value "
      "counts as none. A flag goes before a variable, a variable before the file, the file before the default; each "
      "replaces the whole value. A value that cannot be is an error that names its variable. Another variable that "
      "begins with `ANTIPHON_` is only told in the log of `serve` (`unknown_variable`), since Kubernetes and others "
      "make such names, too.\n";
  std::string_view section;
  const Config defaults;
  each_key(defaults, [&](const Key& key, const auto& value) {
    if (section != key.section) {
      text += fmt::format(
          "\n## [{}]\n\nVariables: `{}_...`.\n\n| key | default | range | what it does |\n|---|---|---|---|\n",
          key.section, variable_of(key.section));
    }
    section = key.section;
    const auto range = key.most > key.least ? fmt::format("{} to {}", key.least, key.most) : std::string("–");
    text += fmt::format("| `{}` | `{}` | {} | {} |\n", key.name, written(value), range, doc_of(key));
  });
  text +=
      "\n## [aliases]\n\nVariable: `ANTIPHON_ALIASES`.\n\nNames that clients use for voices, besides the voices' own: "
      "`name = \"voice\"` or "
      "`name = \"voice#speaker\"`. OpenAI's thirteen names stand for the default voice unless they are given here.\n"
      "\n## [cheaper_voices]\n\nVariable: `ANTIPHON_CHEAPER_VOICES`.\n\nVoices that new requests may be spoken with "
      "when "
      "more than `scheduler.cheaper_load` is "
      "asked "
      "for: `voice = \"other voice\"`, each an id, `id#speaker` or an alias. The answer's `Server-Timing` says so.\n"
      "\n## [gains]\n\nVariable: `ANTIPHON_GAINS`, such as `joe=5.5`.\n\nHow much louder a voice is spoken than its "
      "model "
      "makes it, in dB from -40 to 40: `voice = 5.5`; 0 leaves it as it is. For voices that are not named here it was "
      "measured when they were prepared (`antiphon voices list`).\n";
  return text;
}

}  // namespace antiphon::config
