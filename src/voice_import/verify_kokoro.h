#pragma once

#include <filesystem>
#include <string_view>

#include "engine/kokoro/kokoro_engine.h"
#include "engine/ort/runtime.h"
#include "voice_import/error.h"
#include "voice_import/verify.h"

namespace antiphon::voice_import {

/// Has sentences spoken by the original model in one piece and by the prepared graphs, all frames at once: no sample
/// may differ by more than kMostDifference. (In grains the decoder takes its statistics over each grain, which is
/// another sound than the original's, as docs/engines.md says.) `reader` is one of the voice.
/// Errors: kVerifyFailed, kRunFailed, kModelInvalid.
[[nodiscard]] Result<Verification> verify_kokoro(const engine::ort::Runtime& runtime,
                                                 const std::filesystem::path& folder,
                                                 const engine::kokoro::Manifest& manifest, std::string_view original,
                                                 std::unique_ptr<engine::kokoro::Reader> reader);

}  // namespace antiphon::voice_import
