#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "device/device.h"
#include "engine/ort/error.h"

/// ONNX Runtime behind plain types. The library is opened at run time, so that processes which never speak do not map
/// it, and so that another build of it can take its place.
namespace antiphon::engine::ort {

/// Where set-up put the library of the version that this program was tested with.
[[nodiscard]] std::filesystem::path default_library();
/// The library that is built for CUDA, in the folder onnxruntime-gpu beside the other. Empty: there is none.
[[nodiscard]] std::filesystem::path default_cuda_library();
/// Of the libraries in that folder the one of the newest version: 1.21.0 is newer than 1.9.1. Empty: there is none.
[[nodiscard]] std::filesystem::path newest_library(const std::filesystem::path& folder);
/// What keeps `library` from being one that is built for CUDA, as a sentence, by its files alone; empty: nothing.
[[nodiscard]] std::string lacks_cuda(const std::filesystem::path& library);

struct RuntimeOptions {
  std::filesystem::path library = default_library();
};

/// The opened library. A process has one: later openings of the same file share it, and it stays mapped until exit.
/// A copy is a reference. Any thread.
class Runtime {
 public:
  /// Errors: kLibraryNotFound, kLibraryTooOld, kOtherLibrary.
  [[nodiscard]] static Result<Runtime> open(const RuntimeOptions& options = {});

  /// For example 1.32.0.
  [[nodiscard]] const std::string& version() const;
  /// All that decides the bytes of a result besides the model and its inputs: library, version, provider and the
  /// instruction sets by which kernels are chosen. For example "onnxruntime-1.32.0/cpu/x86_64+avx2+f16c+fma". For CUDA
  /// the instruction sets count too, since a graph's odds and ends stay on the processor.
  [[nodiscard]] std::string fingerprint(device::Kind on = device::Kind::kCpu) const;

 private:
  friend class Session;
  struct Impl;
  explicit Runtime(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

}  // namespace antiphon::engine::ort
