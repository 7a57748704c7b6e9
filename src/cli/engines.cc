#include "cli/engines.h"

#include "engine/piper/piper_engine.h"
#include "engine/tone/tone_engine.h"

namespace antiphon::cli {

namespace {

engine::piper::Options piper_options(const config::Engine& paths) {
  engine::piper::Options piper;
  if (!paths.onnxruntime_library.empty()) piper.runtime.library = paths.onnxruntime_library;
  if (!paths.espeak_library.empty()) piper.phonemizer.library = paths.espeak_library;
  if (!paths.espeak_data.empty()) piper.phonemizer.data = paths.espeak_data;
  piper.kernel = voice::parse_kernel(paths.kernel);  // None for "voice".
  return piper;
}

}  // namespace

worker::Engines make_engines(const config::Engine& paths) {
  worker::Engines engines;
  engines.push_back(engine::piper::make_piper_engine(piper_options(paths)));
  engines.push_back(engine::tone::make_tone_engine());
  return engines;
}

std::vector<std::filesystem::path> engine_files(const config::Engine& paths) {
  const auto piper = piper_options(paths);
  return {piper.runtime.library.parent_path(), piper.phonemizer.library.parent_path(), piper.phonemizer.data};
}

}  // namespace antiphon::cli
