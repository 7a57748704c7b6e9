#pragma once

#include "engine/api/engine.h"
#include "voice_import/error.h"

namespace antiphon::voice_import {

/// Speaks a fixed set of sentences, each by another speaker where there are several, and returns the gain in dB with
/// which they are, in the mean, as loud as where each is scaled to full scale by itself, which is what Piper does. The
/// gain is found with the limiter in place, to 0.01 dB, and is the same on every machine that renders the same bytes.
/// Speaks 40 s of audio, and so takes some 40 times what a second of it costs.
/// A speaker that refuses (kBadArgument), since in its language no text is read, is passed over.
/// Error: kRunFailed where the voice reads none of the sentences, fails at one, or is silent.
[[nodiscard]] Result<double> measure_gain(engine::Voice& voice);

}  // namespace antiphon::voice_import
