#include "cli/settings.h"

#include <fmt/format.h>

#include "cli/engines.h"

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

config::Config Settings::load() const {
  auto config = file_.empty() ? config::Config{} : config::read(file_);
  if (!voices_.empty()) config.voices.folder = voices_;
  if (!kernel_.empty()) config.engine.kernel = kernel_;
  if (!device_.empty()) config.engine.device = device_;
  if (batch_) config.engine.batch = *batch_;
  check_device(config.engine);
  if (config.voices.folder.empty()) config.voices.folder = config::default_voices_folder();
  if (config.keys.file.empty()) config.keys.file = config::default_keys_file();
  if (config.remote.tokens.empty()) config.remote.tokens = config::default_worker_keys_file();
  return config;
}

}  // namespace antiphon::cli
