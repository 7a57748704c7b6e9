#include "cli/engines.h"

#include "engine/piper/piper_engine.h"
#include "engine/tone/tone_engine.h"

namespace antiphon::cli {

worker::Engines make_engines(const config::Engine& paths) {
  engine::piper::Options piper;
  if (!paths.onnxruntime_library.empty()) piper.runtime.library = paths.onnxruntime_library;
  if (!paths.espeak_library.empty()) piper.phonemizer.library = paths.espeak_library;
  if (!paths.espeak_data.empty()) piper.phonemizer.data = paths.espeak_data;
  piper.kernel = voice::parse_kernel(paths.kernel);  // None for "voice".
  worker::Engines engines;
  engines.push_back(engine::piper::make_piper_engine(std::move(piper)));
  engines.push_back(engine::tone::make_tone_engine());
  return engines;
}

}  // namespace antiphon::cli
