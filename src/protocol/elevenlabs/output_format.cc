#include "protocol/elevenlabs/output_format.h"

#include <algorithm>
#include <array>

namespace antiphon::protocol::elevenlabs {
namespace {

struct Row {
  std::string_view name;
  Codec codec;
  std::uint32_t hz;
  std::uint32_t kilobits;
};

constexpr std::array kFormats = {
    Row{"mp3_22050_32", Codec::kMp3, 22'050, 32},     Row{"mp3_24000_48", Codec::kMp3, 24'000, 48},
    Row{"mp3_44100", Codec::kMp3, 44'100, 128},       Row{"mp3_44100_32", Codec::kMp3, 44'100, 32},
    Row{"mp3_44100_64", Codec::kMp3, 44'100, 64},     Row{"mp3_44100_96", Codec::kMp3, 44'100, 96},
    Row{"mp3_44100_128", Codec::kMp3, 44'100, 128},   Row{"mp3_44100_192", Codec::kMp3, 44'100, 192},
    Row{"opus_48000_32", Codec::kOpus, 48'000, 32},   Row{"opus_48000_64", Codec::kOpus, 48'000, 64},
    Row{"opus_48000_96", Codec::kOpus, 48'000, 96},   Row{"opus_48000_128", Codec::kOpus, 48'000, 128},
    Row{"opus_48000_192", Codec::kOpus, 48'000, 192}, Row{"pcm_8000", Codec::kPcm, 8'000, 0},
    Row{"pcm_16000", Codec::kPcm, 16'000, 0},         Row{"pcm_22050", Codec::kPcm, 22'050, 0},
    Row{"pcm_24000", Codec::kPcm, 24'000, 0},         Row{"pcm_32000", Codec::kPcm, 32'000, 0},
    Row{"pcm_44100", Codec::kPcm, 44'100, 0},         Row{"pcm_48000", Codec::kPcm, 48'000, 0},
    Row{"wav_8000", Codec::kWav, 8'000, 0},           Row{"wav_16000", Codec::kWav, 16'000, 0},
    Row{"wav_22050", Codec::kWav, 22'050, 0},         Row{"wav_24000", Codec::kWav, 24'000, 0},
    Row{"wav_32000", Codec::kWav, 32'000, 0},         Row{"wav_44100", Codec::kWav, 44'100, 0},
    Row{"wav_48000", Codec::kWav, 48'000, 0},         Row{"ulaw_8000", Codec::kMulaw, 8'000, 0},
    Row{"alaw_8000", Codec::kAlaw, 8'000, 0},
};

}  // namespace

std::optional<OutputFormat> parse_output_format(std::string_view name) {
  const auto* const row = std::ranges::find(kFormats, name, &Row::name);
  if (row == kFormats.end()) return std::nullopt;
  return OutputFormat{.codec = row->codec, .rate = {row->hz}, .bits_per_second = row->kilobits * 1'000};
}

}  // namespace antiphon::protocol::elevenlabs
