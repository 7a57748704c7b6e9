#pragma once

#include <cstddef>
#include <filesystem>

#include "config/config.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"

/// A folder into which people copy Piper's voices, FILE.onnx and FILE.onnx.json.
namespace antiphon::cli {

/// Adds the voices of voices.models to the store, one after the other, at most 256: those that are not there yet or
/// were made of another model. Each is prepared by a process of its own, which gives way to all others, so that no file
/// can end this one; what fails is said on stderr. Returns how many voices of the store have changed. `config_file`:
/// for those processes; "": none. Cancelled, it ends the process that runs.
[[nodiscard]] runtime::Awaitable<std::size_t> adopt_voices(const config::Config& config,
                                                           std::filesystem::path config_file, runtime::Clock& clock);

/// The same, which blocks.
void adopt_voices_now(const config::Config& config, const std::filesystem::path& config_file);

}  // namespace antiphon::cli
