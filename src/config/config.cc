#include "config/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <fstream>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

#include "audio/gain.h"
#include "config/keys.h"
#include "config/nearest.h"

namespace antiphon::config {
namespace {

constexpr std::string_view kAliasSection = "aliases";
constexpr std::string_view kCheaperSection = "cheaper_voices";
constexpr std::string_view kGainSection = "gains";
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
constexpr std::size_t kMostAliases = 1000;
constexpr std::size_t kMostListed = 1000;
constexpr std::array<std::string_view, 4> kKernels = {"voice", "ort", "direct", "fast"};
constexpr std::array<std::string_view, 5> kLogLevels = {"debug", "info", "warn", "error", "off"};

template <class T>
constexpr bool kIsDuration = std::is_same_v<T, base::Duration>;

/// Reads one file's values into a Config.
class Reader {
 public:
  Reader(const toml::table& root, std::string_view source) : root_(root), source_(source) {}

  void operator()(const Key& key, auto& value) const {
    const auto* const section = root_[key.section].as_table();
    const auto* const node = section == nullptr ? nullptr : section->get(key.name);
    if (node != nullptr) read(key, *node, value);
  }

  [[noreturn]] void fail(const toml::node& node, std::string_view message) const {
    throw Error(fmt::format("{}:{}: {}", source_, node.source().begin.line, message));
  }

  /// A section whose keys are voices' names, and whose values are too.
  void read_names(std::string_view name_of_section, std::map<std::string, std::string, std::less<>>& names) const {
    const auto* const section = root_[name_of_section].as_table();
    if (section == nullptr) return;
    if (section->size() > kMostAliases) {
      fail(*section, fmt::format("more than {} keys in {}", kMostAliases, name_of_section));
    }
    for (const auto& [name, node] : *section) {
      const auto voice = node.value_exact<std::string>();
      if (!voice) fail(node, fmt::format("{}.{} must be a string, the id of a voice", name_of_section, name.str()));
      names.insert_or_assign(std::string(name.str()), *voice);
    }
  }

  /// A section whose keys are voices, and whose values are numbers.
  void read_numbers(const Key& section, std::map<std::string, double, std::less<>>& numbers) const {
    const auto* const table = root_[section.section].as_table();
    if (table == nullptr) return;
    if (table->size() > kMostAliases)
      fail(*table, fmt::format("more than {} keys in {}", kMostAliases, section.section));
    for (const auto& [name, node] : *table) {
      auto key = section;
      key.name = name.str();
      read(key, node, numbers[std::string(name.str())]);
    }
  }

  /// Everything in the file is known.
  void refuse_strangers() const {
    std::vector<std::string> sections{std::string(kAliasSection), std::string(kCheaperSection),
                                      std::string(kGainSection)};
    std::vector<std::string> keys;
    Config scratch;
    each_key(scratch, [&](const Key& key, auto&) {
      if (sections.back() != key.section) sections.emplace_back(key.section);
      keys.push_back(fmt::format("{}.{}", key.section, key.name));
    });
    for (const auto& [section, node] : root_) {
      if (std::ranges::find(sections, section.str()) == sections.end()) {
        fail(node,
             fmt::format("unknown section '{}'; did you mean '{}'?", section.str(), nearest(section.str(), sections)));
      }
      const auto* const table = node.as_table();
      if (table == nullptr) fail(node, fmt::format("'{}' must be a section: [{}]", section.str(), section.str()));
      if (section.str() == kAliasSection || section.str() == kCheaperSection || section.str() == kGainSection) continue;
      for (const auto& [name, value] : *table) {
        const auto full = fmt::format("{}.{}", section.str(), name.str());
        if (std::ranges::find(keys, full) == keys.end()) {
          fail(value, fmt::format("unknown key '{}'; did you mean '{}'?", full, nearest(full, keys)));
        }
      }
    }
  }

 private:
  void read(const Key& key, const toml::node& node, std::string& value) const {
    const auto read = node.value_exact<std::string>();
    if (!read) fail(node, fmt::format("{}.{} must be a string", key.section, key.name));
    value = *read;
  }
  void read(const Key& key, const toml::node& node, std::vector<std::string>& value) const {
    const auto* const list = node.as_array();
    if (list == nullptr || list->size() > kMostListed) {
      fail(node, fmt::format("{}.{} must be a list of at most {} strings", key.section, key.name, kMostListed));
    }
    value.clear();
    for (const auto& item : *list) read(key, item, value.emplace_back());
  }
  void read(const Key& key, const toml::node& node, std::filesystem::path& value) const {
    std::string text;
    read(key, node, text);
    value = text;
  }
  void read(const Key& key, const toml::node& node, bool& value) const {
    const auto read = node.value_exact<bool>();
    if (!read) fail(node, fmt::format("{}.{} must be true or false", key.section, key.name));
    value = *read;
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  void read(const Key& key, const toml::node& node, T& value) const {
    const auto read = node.value_exact<std::int64_t>();
    if (!read || static_cast<double>(*read) < key.least || static_cast<double>(*read) > key.most) {
      fail(node, fmt::format("{}.{} must be a whole number from {} to {}", key.section, key.name, key.least, key.most));
    }
    value = static_cast<T>(*read);
  }
  void read(const Key& key, const toml::node& node, double& value) const {
    const auto read = node.value<double>();
    if (!node.is_number() || !(*read >= key.least && *read <= key.most)) {
      fail(node, fmt::format("{}.{} must be a number from {} to {}", key.section, key.name, key.least, key.most));
    }
    value = *read;
  }
  void read(const Key& key, const toml::node& node, base::Duration& value) const {
    double seconds = 0;
    read(key, node, seconds);
    value = std::chrono::round<base::Duration>(std::chrono::duration<double>(seconds));
  }
  void read(const Key& key, const toml::node& node, scheduler::Policy& value) const {
    std::string name;
    read(key, node, name);
    const auto policy = scheduler::parse_policy(name);
    if (!policy) fail(node, fmt::format("{}.{} must be fifo, rr, plan, edf or ours", key.section, key.name));
    value = *policy;
  }
  void read(const Key& key, const toml::node& node, scheduler::Placement& value) const {
    std::string name;
    read(key, node, name);
    const auto placement = scheduler::parse_placement(name);
    if (!placement)
      fail(node, fmt::format("{}.{} must be affinity, least_loaded or round_robin", key.section, key.name));
    value = *placement;
  }
  void read(const Key& key, const toml::node& node, Sandbox& value) const {
    std::string name;
    read(key, node, name);
    if (name != "on" && name != "off") fail(node, fmt::format("{}.{} must be on or off", key.section, key.name));
    value = name == "on" ? Sandbox::kOn : Sandbox::kOff;
  }
  void read(const Key& key, const toml::node& node, worker_pool::KillRule& value) const {
    std::string name;
    read(key, node, name);
    const auto rule = worker_pool::parse_kill_rule(name);
    if (!rule) fail(node, fmt::format("{}.{} must be progress or wall", key.section, key.name));
    value = *rule;
  }

  void read(const Key& key, const toml::node& node, scheduler::Admission& value) const {
    std::string name;
    read(key, node, name);
    const auto admission = scheduler::parse_admission(name);
    if (!admission) fail(node, fmt::format("{}.{} must be on or off", key.section, key.name));
    value = *admission;
  }

  const toml::table& root_;
  std::string_view source_;
};

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

std::string range_of(const Key& key) {
  return key.most > key.least ? fmt::format(" {} to {}.", key.least, key.most) : std::string();
}

}  // namespace

Config parse(std::string_view toml, std::string_view source) {
  Config config;
  try {
    const toml::table root = toml::parse(toml);
    const Reader reader(root, source);
    reader.refuse_strangers();
    each_key(config, reader);
    reader.read_names(kAliasSection, config.aliases);
    reader.read_names(kCheaperSection, config.cheaper_voices);
    reader.read_numbers({.section = kGainSection, .least = audio::kLeastGainDb, .most = audio::kMostGainDb},
                        config.gains);
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
  try {
    validate(config);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", source, error.what()));
  }
  return config;
}

Config read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(fmt::format("{}: cannot be read", file.string()));
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) throw Error(fmt::format("{}: cannot be read", file.string()));
  if (text.size() > kMostBytes) throw Error(fmt::format("{}: larger than 1 MiB", file.string()));
  return parse(text, file.string());
}

void validate(const Config& config) {
  if (const auto valid = config.scheduler.validate(); !valid) throw Error("scheduler: " + valid.error());
  if (config.wait.usual > config.wait.longest) {
    throw Error("admission.wait_seconds must not be more than admission.wait_max_seconds");
  }
  if (config.remote.only && config.remote.listen.empty()) {
    throw Error("remote.only: without remote.listen there would be no worker at all");
  }
  if (config.remote.certificate.empty() != config.remote.key.empty()) {
    throw Error("remote.certificate and remote.key go together");
  }
  if (config.remote.certificate.empty() && !config.remote.authorities.empty()) {
    throw Error("remote.client_authorities: certificates are shown only where there is a remote.certificate");
  }
  constexpr std::uint32_t kAnyCores = 1;
  if (const auto valid = pool_options(config, kAnyCores).validate(); !valid) throw Error("workers: " + valid.error());
  if (std::ranges::find(kLogLevels, config.log_level) == kLogLevels.end()) {
    throw Error("log.level must be debug, info, warn, error or off");
  }
  if (std::ranges::find(kKernels, config.engine.kernel) == kKernels.end()) {
    throw Error("engine.kernel must be voice, ort, direct or fast");
  }
}

worker_pool::Options pool_options(const Config& config, std::uint32_t cores) {
  auto pool = config.workers.pool;
  const auto most = config.workers.most > 0 ? config.workers.most : std::clamp(cores, 1U, 1024U);
  pool.least = std::max(config.workers.count, 1U);
  pool.most = config.workers.count > 0 ? config.workers.count : most;
  pool.spare = config.workers.spares > 0 ? worker_pool::Spare::kOn : worker_pool::Spare::kOff;
  pool.worker_memory_limit = std::uint64_t{config.workers.memory_limit_mib} << 20U;
  if (config.remote.only) {
    pool.least = pool.most = 0;
    pool.spare = worker_pool::Spare::kOff;
  }
  return pool;
}

std::string to_toml(const Config& config) {
  std::string text = "# The effective configuration of antiphon. Durations are in seconds.\n";
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
      "Flags override the file. `antiphon config` prints the effective configuration. This page is made by "
      "`antiphon config --markdown`.\n";
  std::string_view section;
  const Config defaults;
  each_key(defaults, [&](const Key& key, const auto& value) {
    if (section != key.section) {
      text += fmt::format("\n## [{}]\n\n| key | default | range | what it does |\n|---|---|---|---|\n", key.section);
    }
    section = key.section;
    const auto range = key.most > key.least ? fmt::format("{} to {}", key.least, key.most) : std::string("–");
    text += fmt::format("| `{}` | `{}` | {} | {} |\n", key.name, written(value), range, key.doc);
  });
  text +=
      "\n## [aliases]\n\nNames that clients use for voices, besides the voices' own: `name = \"voice\"` or "
      "`name = \"voice#speaker\"`. OpenAI's thirteen names stand for the default voice unless they are given here.\n"
      "\n## [cheaper_voices]\n\nVoices that newcomers may be spoken with when more than `scheduler.cheaper_load` is "
      "asked "
      "for: `voice = \"other voice\"`, each an id, `id#speaker` or an alias. The answer's `Server-Timing` says so.\n"
      "\n## [gains]\n\nHow much louder a voice is spoken than its model makes it, in dB from -40 to 40: `voice = 5.5`; "
      "0 "
      "leaves it as it is. For voices that are not named here it was measured when they were prepared (`antiphon "
      "voices "
      "list`).\n";
  return text;
}

}  // namespace antiphon::config
