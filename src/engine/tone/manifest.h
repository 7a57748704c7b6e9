#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/api/engine.h"

namespace antiphon::engine::tone {

/// What a call costs besides the arithmetic of its samples, which is about 2 us per audio-millisecond.
struct Cost {
  enum class Mode : std::uint8_t {
    kCpu,    ///< Spent as CPU time of the calling thread.
    kSleep,  ///< Spent waiting, as on another device.
  };
  Mode mode = Mode::kCpu;
  double per_audio_second_ms = 0;       ///< Time of each render call, per second of its audio. 0 to 60,000.
  double per_call_ms = 0;               ///< Time of each render call. 0 to 60,000.
  double plan_ms_per_audio_second = 0;  ///< Time of each plan, per second of the segment. 0 to 60,000.
};

/// A tone voice: the contents of its folder's manifest.json. The defaults have the shape of a prepared Piper voice.
struct ToneManifest {
  std::string id = "tone";
  std::string language = "en-US";
  std::vector<std::string> speakers = {};
  std::uint32_t sample_rate = 22'050;     ///< 8,000 to 192,000.
  std::uint32_t hop = 256;                ///< Samples per frame, 1 to 65,536.
  std::uint32_t grain_frames = 18;        ///< Frames of a middle grain, at least 1.
  std::uint32_t first_frames = 29;        ///< Frames of a first grain; longer segments have several grains.
  std::uint32_t delay_samples = 2'582;    ///< Output held back from grain to grain; less than a first grain.
  double seconds_per_character = 0.0625;  ///< At speed 1. Above 0, at most 60.
  double max_segment_seconds = 10;        ///< Above 0; at most 2^21 samples and 4,096 grains.
  Cost cost = {};
};

/// Reads and checks `folder`/manifest.json. Errors: kVoiceNotFound, kVoiceCorrupt.
[[nodiscard]] Result<ToneManifest> read_manifest(const std::filesystem::path& folder);

/// Makes `folder` where it is missing and puts a tone voice there, replacing its manifest in one step.
/// Errors: kBadArgument (a value out of its range), kEngineFailure (the file system refused).
[[nodiscard]] Result<void> write_tone_voice(const std::filesystem::path& folder, const ToneManifest& manifest);

/// sha256, in hex, of all that decides the bytes of the voice: not its id nor its cost.
[[nodiscard]] std::string identity_of(const ToneManifest& manifest);

}  // namespace antiphon::engine::tone
