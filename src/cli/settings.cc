#include "cli/settings.h"

#include <fmt/format.h>

#include "cli/engines.h"
#include "config/variables.h"
#include "runtime/log.h"

namespace antiphon::cli {

void Settings::add_to(CLI::App& app) {
  app.add_option("--config", file_, "TOML file; `antiphon config` lists its keys");
  app.add_option("--voices", voices_, "Folder of the prepared voices");
}

void Settings::add_kernel_to(CLI::App& app) {
  app.add_option(
         "--engine-kernel", kernel_,
         "What renders Piper's voices: ort (ONNX Runtime), direct or fast (our own kernels), or voice (what the "
         "voice's preparation chose, the default)")
      ->check(CLI::IsMember({"voice", "ort", "direct", "fast"}));
}

void Settings::add_device_to(CLI::App& app) {
  app.add_option("--device", device_,
                 "What grains are rendered on: cpu (the default), or cuda:K with ONNX Runtime's build for CUDA; see "
                 "docs/devices.md");
  app.add_option(
         "--batch", batch_,
         "Grains that a worker renders at once with ONNX Runtime; 0, the default: 1 on cpu, 16 on a CUDA device")
      ->check(CLI::Range(0, 64));
}

void Settings::add_log_to(CLI::App& app) {
  app.add_option("--log", log_, "What a line of the log is: text (the default), or json (one object)")
      ->check(CLI::IsMember({"text", "json"}))
      // What is wrong with the configuration is said so, too.
      ->each([](const std::string& format) {
        if (const auto known = runtime::parse_log_format(format)) runtime::set_log_format(*known);
      });
}

void start_log(const config::Config& config) {
  runtime::set_log_level(runtime::parse_log_level(config.log_level).value_or(runtime::LogLevel::kInfo));
  runtime::set_log_format(runtime::parse_log_format(config.log.format).value_or(runtime::LogFormat::kText));
}

config::Config Settings::load() const {
  auto config = file_.empty() ? config::Config{} : config::read(file_);
  config::apply_variables(config, config::environment());
  if (!voices_.empty()) config.voices.folder = voices_;
  if (!kernel_.empty()) config.engine.kernel = kernel_;
  if (!device_.empty()) config.engine.device = device_;
  if (batch_) config.engine.batch = *batch_;
  if (!log_.empty()) config.log.format = log_;
  check_device(config.engine);
  if (config.voices.folder.empty()) config.voices.folder = config::default_voices_folder();
  if (config.keys.file.empty()) config.keys.file = config::default_keys_file();
  if (config.remote.tokens.empty()) config.remote.tokens = config::default_worker_keys_file();
  return config;
}

}  // namespace antiphon::cli
