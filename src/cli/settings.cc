#include "cli/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <concepts>

#include "cli/engines.h"
#include "cli/help.h"
#include "config/variables.h"
#include "runtime/log.h"

namespace antiphon::cli {
namespace {

/// Flags that only comparisons with the baselines need.
constexpr std::array<std::string_view, 5> kForResearch = {"--admission", "--engine-kernel", "--kill", "--placement",
                                                          "--policy"};
constexpr auto* kFileHelp = "TOML file; `antiphon config` lists its keys";

/// Returns what is wrong with `text` as the value of `key`; "" where it is well.
std::string complaint(const config::Key& key, const std::string& text) {
  try {
    config::Config scratch;
    config::set_from_text(scratch, key.section, key.name, text, key.flag);
  } catch (const config::Error& error) {
    return std::string(error.what()).substr(key.flag.size() + 2);  // CLI11 names the flag by itself
  }
  return {};
}

/// Calls `visit<T>(key)` for every key that a flag sets, `T` being the type of its value.
template <class Visit>
void each_flag(const Visit& visit) {
  const config::Config scratch;
  config::each_key(scratch, [&]<class T>(const config::Key& key, const T&) {
    if (!key.flag.empty()) visit.template operator()<T>(key);
  });
}

}  // namespace

template <class T>
void Settings::add_key_to(CLI::App& app, const config::Key& key) {
  auto& flag = flags_.emplace_back(Flag{.key = key, .values = {}});
  const std::string name(key.flag);
  const auto more = key.flag_doc.empty() ? std::string() : fmt::format(" As a flag, {}", key.flag_doc);
  const auto help = fmt::format("{}{} [{}.{}]", key.doc, more, key.section, key.name);
  if constexpr (std::same_as<T, bool>) {
    app.add_flag(name, flag.on, help);
    return;
  }
  auto* const option = app.add_option(name, flag.values, help);
  // A list takes one value each time that its flag is given; of another key the flag is given once.
  option->allow_extra_args(false)->check([key](const std::string& text) { return complaint(key, text); });
  if constexpr (!std::same_as<T, std::vector<std::string>>) option->expected(1);
  if (std::ranges::find(kForResearch, key.flag) != kForResearch.end()) option->group(kResearchGroup);
  if (key.flag == "--engine-kernel") option->check(CLI::IsMember({"voice", "ort", "direct", "fast"}));
  if (key.flag == "--log") {
    // What is wrong with the configuration is said so, too.
    option->check(CLI::IsMember({"text", "json"}))->each([](const std::string& format) {
      if (const auto known = runtime::parse_log_format(format)) runtime::set_log_format(*known);
    });
  }
}

void Settings::add_keys_to(CLI::App& app, std::initializer_list<std::string_view> flags) {
  each_flag([&]<class T>(const config::Key& key) {
    if (std::ranges::find(flags, key.flag) != flags.end()) add_key_to<T>(app, key);
  });
}

void Settings::add_to(CLI::App& app) {
  app.add_option("--config", file_, kFileHelp);
  add_keys_to(app, {"--voices"});
}

void Settings::add_all_to(CLI::App& app) {
  app.add_option("--config", file_, kFileHelp);
  each_flag([&]<class T>(const config::Key& key) { add_key_to<T>(app, key); });
}

bool Settings::gives(std::string_view flag) const {
  return std::ranges::any_of(flags_,
                             [&](const Flag& one) { return one.key.flag == flag && (one.on || !one.values.empty()); });
}

config::Config Settings::load() const {
  auto config = file_.empty() ? config::Config{} : config::read(file_);
  config::apply_variables(config, config::environment());
  for (const auto& flag : flags_) {
    if (!flag.on && flag.values.empty()) continue;
    const auto text = flag.on ? std::string("true") : fmt::format("{}", fmt::join(flag.values, ","));
    config::set_from_text(config, flag.key.section, flag.key.name, text, flag.key.flag);
  }
  check_device(config.engine);
  if (config.voices.folder.empty()) config.voices.folder = config::default_voices_folder();
  if (config.keys.file.empty()) config.keys.file = config::default_keys_file();
  if (config.remote.tokens.empty()) config.remote.tokens = config::default_worker_keys_file();
  return config;
}

void start_log(const config::Config& config) {
  runtime::set_log_level(runtime::parse_log_level(config.log_level).value_or(runtime::LogLevel::kInfo));
  runtime::set_log_format(runtime::parse_log_format(config.log.format).value_or(runtime::LogFormat::kText));
}

}  // namespace antiphon::cli
