#pragma once

#include <cstdint>
#include <string>

#include "device/device.h"

namespace antiphon::engine::piper {

/// Where ONNX Runtime renders first and middle grains, and how many at once. Part of the execution fingerprint: kernels
/// are chosen by the device, and by the size of the batch.
struct Batching {
  device::Device device{};
  std::string device_name{};  ///< What the device calls itself, for the fingerprint; empty: not known.
  /// Grains of one shape that are rendered at once: first and middle grains, whose shape is always the same. 1 to
  /// kMostGrains. Above 1 fewer are filled up, so that what a grain gives does not depend on how many there were.
  std::uint32_t size = 1;

  static constexpr std::uint32_t kMostGrains = 64;
};

}  // namespace antiphon::engine::piper
