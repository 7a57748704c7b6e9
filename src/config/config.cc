#include "config/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <iterator>
#include <limits>
#include <type_traits>
#include <vector>

#include "audio/gain.h"
#include "config/bounded_file.h"
#include "config/keys.h"
#include "config/nearest.h"
#include "config/renamed.h"
#include "config/variables.h"

namespace antiphon::config {
namespace {

constexpr Key kGainRange{.section = kGainSection, .least = audio::kLeastGainDb, .most = audio::kMostGainDb};
constexpr std::size_t kMostMib = 1;
constexpr std::size_t kMostAliases = 1000;
constexpr std::size_t kMostListed = 1000;
constexpr std::array<std::string_view, 4> kKernels = {"voice", "ort", "direct", "fast"};
constexpr std::array<std::string_view, 3> kAnswers = {"all", "no_probes", "none"};
constexpr std::array<std::string_view, 5> kLogLevels = {"debug", "info", "warn", "error", "off"};

template <class T>
constexpr bool kIsDuration = std::is_same_v<T, base::Duration>;

/// Reads one file's values into a Config.
class Reader {
 public:
  Reader(const toml::table& root, std::string_view source) : root_(root), source_(source) {}

  void operator()(const Key& key, auto& value) const {
    const auto* const section = root_[key.section].as_table();
    if (section == nullptr) return;
    const auto* node = section->get(key.name);
    if (const auto was = former_name(key.section, key.name); section->contains(was)) {
      if (node != nullptr)
        fail(*node, fmt::format("{}.{} is also given by its former name {}", key.section, key.name, was));
      node = section->get(was);
    }
    if (node != nullptr) read(key, *node, value);
  }

  /// Adds what the file calls by a former name.
  void note_outdated(std::vector<std::string>& sentences) const {
    for (const auto& [section, was, name] : kRenamedKeys) {
      if (const auto* const node = root_[section][was].node()) {
        sentences.push_back(
            fmt::format("{}:{}: {}.{} is called {} now", source_, node->source().begin.line, section, was, name));
      }
    }
    const auto policy = root_["scheduler"]["policy"].value<std::string>();
    if (policy && present_policy(*policy) != *policy) {
      sentences.push_back(fmt::format("{}: the policy {} is called {} now", source_, *policy, present_policy(*policy)));
    }
  }

  [[noreturn]] void fail(const toml::node& node, std::string_view message) const {
    if (node.source().begin.line == 0) throw Error(fmt::format("{}: {}", source_, message));
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
  void refuse_unknown() const {
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
        if (std::ranges::find(keys, full) == keys.end() && !is_former_name(section.str(), name.str())) {
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
    const auto policy = scheduler::parse_policy(present_policy(name));
    if (!policy) fail(node, fmt::format("{}.{} must be fifo, rr, arrival, edf or fair", key.section, key.name));
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
  /// One of two names.
  template <class Value>
  void read_either(const Key& key, const toml::node& node, Value& value, std::pair<const char*, Value> one,
                   std::pair<const char*, Value> other) const {
    std::string name;
    read(key, node, name);
    if (name != one.first && name != other.first) {
      fail(node, fmt::format("{}.{} must be {} or {}", key.section, key.name, one.first, other.first));
    }
    value = name == one.first ? one.second : other.second;
  }
  void read(const Key& key, const toml::node& node, text::Normalise& value) const {
    using enum text::Normalise;
    read_either(key, node, value, {"on", kOn}, {"off", kOff});
  }
  void read(const Key& key, const toml::node& node, text::markup::Markup& value) const {
    using enum text::markup::Markup;
    read_either(key, node, value, {"strip", kStrip}, {"read", kRead});
  }
  void read(const Key& key, const toml::node& node, text::markup::Emoji& value) const {
    using enum text::markup::Emoji;
    read_either(key, node, value, {"silent", kSilent}, {"named", kNamed});
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

/// Text of the environment as TOML would have a value of this kind; text that is none stays a string, which Reader
/// refuses with words.
template <class T>
void insert_as(toml::table& section, std::string_view name, std::string_view text) {
  if constexpr (std::same_as<T, bool>) {
    if (const auto truth = parse_truth(text)) section.insert(name, *truth);
  } else if constexpr (std::same_as<T, std::vector<std::string>>) {
    toml::array list;
    for (auto& item : split_list(text)) list.push_back(std::move(item));
    section.insert(name, std::move(list));
  } else if constexpr (std::unsigned_integral<T>) {
    if (const auto number = parse_number<std::int64_t>(text)) section.insert(name, *number);
  } else if constexpr (std::same_as<T, double> || kIsDuration<T>) {
    if (const auto number = parse_number<double>(text)) section.insert(name, *number);
  }
  section.insert(name, text);  // where nothing was
}

}  // namespace

Config parse(std::string_view toml, std::string_view source) {
  Config config;
  try {
    const toml::table root = toml::parse(toml);
    const Reader reader(root, source);
    reader.refuse_unknown();
    each_key(config, reader);
    reader.read_names(kAliasSection, config.aliases);
    reader.read_names(kCheaperSection, config.cheaper_voices);
    reader.read_numbers(kGainRange, config.gains);
    reader.note_outdated(config.outdated);
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

Config read(const std::filesystem::path& file) { return parse(read_bounded(file, kMostMib), file.string()); }

void set_from_text(Config& config, std::string_view section, std::string_view name, std::string_view text,
                   std::string_view source) {
  each_key(config, [&]<class T>(const Key& key, T& value) {
    if (key.section != section || key.name != name) return;
    toml::table keys;
    insert_as<T>(keys, name, text);
    toml::table root;
    root.insert(section, std::move(keys));
    const Reader reader(root, source);
    reader(key, value);
    reader.note_outdated(config.outdated);
  });
}

void set_names_from_text(Config& config, std::string_view section, std::string_view text, std::string_view source) {
  toml::table names;
  for (const auto& item : split_list(text)) {
    const auto equals = item.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw Error(fmt::format("{}: '{}' is not NAME=VOICE; several are separated by commas", source, item));
    }
    const auto name = trimmed(std::string_view(item).substr(0, equals));
    const auto value = trimmed(std::string_view(item).substr(equals + 1));
    const auto number = section == kGainSection ? parse_number<double>(value) : std::nullopt;
    if (number) {
      names.insert_or_assign(name, *number);
    } else {
      names.insert_or_assign(name, std::string(value));
    }
  }
  toml::table root;
  root.insert(section, std::move(names));
  if (section == kGainSection) {
    config.gains.clear();
    return Reader(root, source).read_numbers(kGainRange, config.gains);
  }
  auto& target = section == kAliasSection ? config.aliases : config.cheaper_voices;
  target.clear();
  Reader(root, source).read_names(section, target);
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
  if (config.log.format != "text" && config.log.format != "json") throw Error("log.format must be text or json");
  if (std::ranges::find(kAnswers, config.log.answers) == kAnswers.end()) {
    throw Error("log.answers must be all, no_probes or none");
  }
  if (config.progress.text != "kept" && config.progress.text != "hashed") {
    throw Error("progress.text must be kept or hashed");
  }
  if (config.cache.scope != "user" && config.cache.scope != "account" && config.cache.scope != "all") {
    throw Error("cache.scope must be user, account or all");
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

}  // namespace antiphon::config
