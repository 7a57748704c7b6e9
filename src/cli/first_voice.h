#pragma once

#include "config/config.h"
#include "delivery/voice_directory.h"

namespace antiphon::cli {

/// Returns open_voices(), with one voice at least. Where the store is empty and the installation brings a voice, that
/// voice is prepared first, which takes seconds and is told on standard error; standard output stays as it is. Throws
/// std::runtime_error where there is no voice in the end, in words that say how to add one. To be called before any
/// thread is started.
[[nodiscard]] delivery::VoiceDirectory open_first_voices(const config::Config& config);

}  // namespace antiphon::cli
