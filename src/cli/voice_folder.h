#pragma once

#include <cstddef>
#include <filesystem>

#include "config/config.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/thread_pool.h"

/// A folder into which people copy Piper's voices, FILE.onnx and FILE.onnx.json.
namespace antiphon::cli {

/// Adds the voices of voices.models to the store, one after the other, at most 256: those that are not there yet or
/// were made of another model. Each is prepared by a process of its own, which gives way to all others, so that no file
/// can end this one; what fails is said on stderr. Returns how many voices of the store have changed. `config_file`:
/// for those processes; "": none. The folder, which may be far away, is read on `readers`. Cancelled, it ends the
/// process that runs. The references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<std::size_t> adopt_voices(const config::Config& config,
                                                           std::filesystem::path config_file,
                                                           runtime::ThreadPool& readers, runtime::Clock& clock);

/// The same, which blocks.
void adopt_voices_now(const config::Config& config, const std::filesystem::path& config_file);

}  // namespace antiphon::cli
