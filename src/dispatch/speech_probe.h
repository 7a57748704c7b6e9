#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "codec/encoder.h"
#include "metrics/registry.h"

namespace antiphon::dispatch {

/// What became of one utterance, when it is over.
struct Spoken {
  /// The voice that spoke it, as the catalogue has it; what follows an '@', the generation of a reload, does not count.
  std::string_view voice;
  codec::Format format = codec::Format::kPcm;
  std::size_t characters = 0;    ///< Code points of the segments that were planned.
  base::Duration audio{};        ///< That was rendered.
  base::Duration encoder_cpu{};  ///< Processor time that resampling and encoding took.
};

/// Counts speech by voice and by format, for /metrics. A series is made when its voice first speaks; voices beyond the
/// first kMostVoices, which many reloads may bring, are counted together. Lives on the event loop.
class SpeechProbe {
 public:
  static constexpr std::size_t kMostVoices = 256;
  static constexpr std::string_view kOtherVoice = "other";

  /// `registry` outlives it.
  explicit SpeechProbe(metrics::Registry& registry);

  void spoken(const Spoken& spoken);

 private:
  static constexpr std::size_t kFormats = 8;

  /// The series of one voice.
  struct Voice {
    metrics::Counter characters;
    std::map<codec::Format, std::array<metrics::Counter, 2>> by_format{};  ///< Utterances, and seconds of audio.
  };
  [[nodiscard]] Voice& voice(std::string_view id);

  metrics::Registry& registry_;
  std::map<std::string, Voice, std::less<>> voices_;
  std::array<metrics::Counter, kFormats> encoder_;
};

}  // namespace antiphon::dispatch
