#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audio/gain.h"
#include "base/units.h"
#include "codec/error.h"

namespace antiphon::codec {

/// The formats of speech that clients may ask for, by the names of the OpenAI interface, and those of telephones.
enum class Format : std::uint8_t { kPcm, kWav, kMp3, kOpus, kAac, kFlac, kMulaw, kAlaw };

/// "pcm", "wav", ..., "ulaw", "alaw"; nothing for another name.
[[nodiscard]] std::optional<Format> parse_format(std::string_view name);
[[nodiscard]] std::string_view name_of(Format format);
/// Returns how many bytes a sample takes where the bytes are samples, behind a header or not; nullopt where they are
/// not.
[[nodiscard]] std::optional<std::size_t> bytes_per_sample(Format format);
/// Media type of a body in this format, for example audio/wav.
[[nodiscard]] std::string_view content_type(Format format);

/// For mp3, opus and aac; 0 is the format's own choice. Of no meaning for the others.
struct BitRate {
  std::uint32_t bits_per_second = 0;
};

/// Turns the PCM of one stream into bytes for a listener, as it comes. The bytes of the whole stream depend on its PCM
/// and not on how that was cut. Memory does not grow with the stream's length. One thread at a time.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends to `out` what `pcm` allows; some of it may stay behind. Errors: kLibrary.
  [[nodiscard]] virtual Result<void> encode(std::span<const std::int16_t> pcm, std::vector<std::byte>& out) = 0;
  /// Appends the rest. The encoder is used up. Errors: kLibrary.
  [[nodiscard]] virtual Result<void> finish(std::vector<std::byte>& out) = 0;
  /// The rate within the bytes.
  [[nodiscard]] virtual base::SampleRate rate() const = 0;
  /// Silence, at rate(), that a decoder plays before the first sample: mp3 (1105: 576 of LAME and 529 of the decoder)
  /// and aac (1024) cannot say in a stream that it is to be left out. After the last sample they and nobody else may
  /// play silence to the end of a frame.
  [[nodiscard]] virtual base::SampleCount priming() const = 0;
};

/// An encoder for PCM that comes at `from` and leaves at `to`, changed by `gain` and never clipped (audio::Limiter).
/// Codecs that know only some rates (mp3, aac, opus) take the next above `to`, or their highest. An empty stream gives
/// a head without audio, where the format has one. The most audio that stays behind at 24 kHz, beyond the resampler's
/// share: mp3 93 ms, opus 25 ms, aac 128 ms, flac 43 ms, the telephones' 20 ms; pcm and wav nothing. Errors:
/// kUnsupported (this FFmpeg lacks the codec), kBadRate, kLibrary.
[[nodiscard]] Result<std::unique_ptr<Encoder>> make_encoder(Format format, base::SampleRate from, base::SampleRate to,
                                                            BitRate bit_rate = {}, audio::Gain gain = {});

}  // namespace antiphon::codec
