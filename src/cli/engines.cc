#include "cli/engines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "device/gpu.h"
#include "engine/hibari/hibari_engine.h"
#include "engine/kokoro/front_reader.h"
#include "engine/kokoro/kokoro_engine.h"
#include "engine/piper/piper_engine.h"
#include "engine/tone/tone_engine.h"

namespace antiphon::cli {

namespace {

constexpr std::uint32_t kCudaBatch = 16;

std::filesystem::path onnxruntime_of(const config::Engine& engine) {
  if (device_of(engine).kind == device::Kind::kCuda) {
    return engine.onnxruntime_cuda_library.empty() ? engine::ort::default_cuda_library()
                                                   : engine.onnxruntime_cuda_library;
  }
  return engine.onnxruntime_library.empty() ? engine::ort::default_library() : engine.onnxruntime_library;
}

/// What the device calls itself; empty where it does not say.
std::string name_on(const device::Device& device) {
  if (device.kind != device::Kind::kCuda) return {};
  const auto gpu = device::Gpu::open(device.index);
  return gpu ? gpu->name() : std::string();
}

phonemizer::Options phonemizer_of(const config::Engine& paths) {
  phonemizer::Options options;
  if (!paths.espeak_library.empty()) options.library = paths.espeak_library;
  if (!paths.espeak_data.empty()) options.data = paths.espeak_data;
  return options;
}

engine::piper::Options piper_options(const config::Engine& paths) {
  engine::piper::Options piper;
  piper.runtime.library = onnxruntime_of(paths);
  piper.phonemizer = phonemizer_of(paths);
  piper.kernel = voice::parse_kernel(paths.kernel);  // None for "voice".
  piper.batching = {.device = device_of(paths), .device_name = {}, .size = batch_of(paths)};
  return piper;
}

/// Of a process that computes on a CUDA device its library, of which there is one; hibari and Kokoro stay on the
/// processor.
engine::ort::RuntimeOptions cpu_runtime(const config::Engine& paths) { return {.library = onnxruntime_of(paths)}; }

}  // namespace

device::Device device_of(const config::Engine& engine) {
  const auto device = device::parse_device(engine.device);
  if (!device) throw config::Error(fmt::format("engine.device: '{}' is neither cpu nor cuda:K", engine.device));
  return *device;
}

std::uint32_t batch_of(const config::Engine& engine) {
  if (engine.batch > 0) return engine.batch;
  return device_of(engine).kind == device::Kind::kCuda ? kCudaBatch : 1;
}

void check_device(const config::Engine& engine) {
  const bool cuda = device_of(engine).kind == device::Kind::kCuda;
  if ((cuda || batch_of(engine) > 1) && engine.kernel != "voice" && engine.kernel != "ort") {
    throw config::Error(
        fmt::format("engine.kernel: '{}' renders on the processor, one grain at a time; with "
                    "engine.device or engine.batch it has to be ort or voice",
                    engine.kernel));
  }
  if (!cuda) return;
  if (const auto lacks = engine::ort::lacks_cuda(onnxruntime_of(engine)); !lacks.empty()) {
    throw config::Error(
        fmt::format("engine.device: {} needs ONNX Runtime's build for CUDA (docs/devices.md says how to "
                    "get it), and {}",
                    engine.device, lacks));
  }
}

engine::kokoro::Readers kokoro_readers(const config::Engine& paths) {
  return engine::kokoro::front_readers(phonemizer_of(paths));
}

worker::Engines make_engines(const config::Engine& paths) {
  worker::Engines engines;
  auto piper = piper_options(paths);
  piper.batching.device_name = name_on(piper.batching.device);
  engines.push_back(engine::piper::make_piper_engine(std::move(piper)));
  engines.push_back(engine::hibari::make_hibari_engine({.runtime = cpu_runtime(paths)}));
  engines.push_back(
      engine::kokoro::make_kokoro_engine({.runtime = cpu_runtime(paths), .readers = kokoro_readers(paths)}));
  engines.push_back(engine::tone::make_tone_engine(batch_of(paths)));
  return engines;
}

std::vector<std::filesystem::path> engine_files(const config::Engine& paths) {
  const auto piper = piper_options(paths);
  std::vector<std::filesystem::path> files = {piper.runtime.library.parent_path(),
                                              piper.phonemizer.library.parent_path(), piper.phonemizer.data};
  if (piper.batching.device.kind == device::Kind::kCuda)
    std::ranges::move(config::library_folders(), std::back_inserter(files));
  return files;
}

}  // namespace antiphon::cli
