#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/sha256.h"
#include "base/units.h"

/// Keeps speech that was rendered, in memory and in a folder, so that the same request is answered without a worker.
/// What is kept is PCM as the voice renders it, before its loudness, its sample rate and its format.
namespace antiphon::cache {

/// A hash of all that decides the PCM of an utterance, and of whose it is.
using Key = base::Sha256Digest;

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept {
    std::size_t first = 0;
    std::memcpy(&first, key.data(), sizeof first);
    return first;
  }
};

/// The PCM of a whole utterance, one channel.
struct Audio {
  base::SampleRate rate;
  std::vector<std::int16_t> samples;
  friend bool operator==(const Audio&, const Audio&) = default;
};

/// The longest audio that is kept, about six minutes at 22,050 Hz.
inline constexpr std::size_t kMostSamples = std::size_t{8} << 20U;

}  // namespace antiphon::cache
