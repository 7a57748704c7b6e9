#pragma once

#include <memory>

#include "codec/encoder.h"

namespace antiphon::codec {

/// An encoder of a format that FFmpeg's libraries write: all but kPcm and kWav. Errors as make_encoder().
[[nodiscard]] Result<std::unique_ptr<Encoder>> make_compressed_encoder(Format format, base::SampleRate from,
                                                                       base::SampleRate to, BitRate bit_rate,
                                                                       audio::Gain gain);

}  // namespace antiphon::codec
