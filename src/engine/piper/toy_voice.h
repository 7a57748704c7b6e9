#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/api/engine.h"
#include "voice/manifest.h"

/// For tests: a voice in the form of a prepared one whose graphs are a few lines, so that what they must yield can be
/// computed by hand. It reads the letters a to e; its state is a delay line and the sum of all that sounded.
namespace antiphon::engine::piper {

inline constexpr std::uint32_t kToyChannels = 2;
inline constexpr std::uint32_t kToyHop = 4;
inline constexpr std::uint32_t kToyGrainFrames = 3;
inline constexpr std::uint32_t kToyFirstFrames = 5;
inline constexpr std::uint32_t kToyDelay = 6;
inline constexpr std::uint32_t kToyRate = 8'000;

enum class ToyKind : std::uint8_t {
  kWindowed,
  kWhole,        ///< Not windowed: one grain per segment.
  kTwoSpeakers,  ///< Windowed, the second speaker sounds higher.
};

/// Writes the folder and gives back its manifest.
voice::Manifest write_toy_voice(const std::filesystem::path& folder, ToyKind kind);

/// Writes the manifest of a folder whose files were changed, so that their digests are right again.
void seal_toy_voice(const std::filesystem::path& folder, voice::Manifest& manifest);

/// What the toy's graphs yield for these rows when laid out in these grains.
std::vector<std::int16_t> toy_speech(std::span<const std::byte> prior, std::span<const GrainSpec> grains,
                                     std::uint32_t speaker);

}  // namespace antiphon::engine::piper
