#pragma once

#include "config/config.h"
#include "device/device.h"
#include "engine/kokoro/kokoro_engine.h"
#include "worker/voice_cache.h"

namespace antiphon::cli {

/// What `--device` names. Throws config::Error where that is no device.
[[nodiscard]] device::Device device_of(const config::Engine& engine);

/// Grains that are rendered at once.
[[nodiscard]] std::uint32_t batch_of(const config::Engine& engine);

/// Throws config::Error where the device has no such name, or the kernel cannot render on it or in batches, or the
/// library that it needs is not there.
void check_device(const config::Engine& engine);

/// Readers of texts for Kokoro voices, by the configured espeak-ng.
[[nodiscard]] engine::kokoro::Readers kokoro_readers(const config::Engine& paths);

/// Every engine of this program; they open their libraries when they load their first voice.
[[nodiscard]] worker::Engines make_engines(const config::Engine& paths);

/// The files and folders that they read besides their voices.
[[nodiscard]] std::vector<std::filesystem::path> engine_files(const config::Engine& paths);

}  // namespace antiphon::cli
