#include "cli/settings.h"

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

config::Config Settings::load() const {
  auto config = file_.empty() ? config::Config{} : config::read(file_);
  if (!voices_.empty()) config.voices.folder = voices_;
  if (!kernel_.empty()) config.engine.kernel = kernel_;
  if (config.voices.folder.empty()) config.voices.folder = config::default_voices_folder();
  if (config.keys.file.empty()) config.keys.file = config::default_keys_file();
  return config;
}

}  // namespace antiphon::cli
