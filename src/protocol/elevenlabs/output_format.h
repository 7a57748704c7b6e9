#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"

namespace antiphon::protocol::elevenlabs {

enum class Codec : std::uint8_t { kMp3, kOpus, kPcm, kWav, kMulaw, kAlaw };

/// What `output_format` asks for, for example mp3_44100_128.
struct OutputFormat {
  Codec codec = Codec::kMp3;
  base::SampleRate rate{44'100};
  std::uint32_t bits_per_second = 128'000;  ///< 0 where the codec has none to choose.
  friend bool operator==(const OutputFormat&, const OutputFormat&) = default;
};

/// One of the names that ElevenLabs lists; nothing for another one.
[[nodiscard]] std::optional<OutputFormat> parse_output_format(std::string_view name);

}  // namespace antiphon::protocol::elevenlabs
