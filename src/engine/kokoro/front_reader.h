#pragma once

#include "engine/kokoro/kokoro_engine.h"
#include "phonemizer/phonemizer.h"

namespace antiphon::engine::kokoro {

/// Makes readers that are the front end of a prepared voice (engine/kokoro/front). espeak-ng is opened when the first
/// is made. Errors of what it makes: kVoiceCorrupt, and kEngineFailure where there is no espeak-ng.
[[nodiscard]] Readers front_readers(phonemizer::Options options = {});

}  // namespace antiphon::engine::kokoro
