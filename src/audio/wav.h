#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/units.h"

namespace antiphon::audio {

/// Bytes of a header that wav_header() makes.
inline constexpr std::size_t kWavHeaderBytes = 44;

/// The RIFF header of a WAV file of 16-bit PCM in one channel (Microsoft's Multimedia Programming Interface 1.0).
/// Without `samples`, and beyond 4 GiB, both sizes are 0xFFFFFFFF: "until the stream ends".
[[nodiscard]] std::array<std::byte, kWavHeaderBytes> wav_header(base::SampleRate rate,
                                                                std::optional<base::SampleCount> samples);

}  // namespace antiphon::audio
