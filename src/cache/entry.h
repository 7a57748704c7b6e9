#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "cache/audio.h"

/// The bytes of a file of the cache: a head, then the samples, 16 bits each. All numbers are little-endian. The head is
/// eight bytes that name the format and its version, the key, the sample rate and the number of samples (32 bits each),
/// and the SHA-256 of all other bytes of the file.
namespace antiphon::cache {

inline constexpr std::size_t kHeadBytes = 8 + 32 + 4 + 4 + 32;
inline constexpr std::size_t kMostEntryBytes = kHeadBytes + kMostSamples * sizeof(std::int16_t);

/// Why bytes are no entry.
enum class EntryError : std::uint8_t {
  kMalformed,  ///< They are of another format, another length, or hold values that cannot be.
  kOtherKey,   ///< They are the entry of another key.
  kDigest,     ///< They are not what was written.
};

[[nodiscard]] std::array<std::byte, kHeadBytes> head_of(const Key& key, const Audio& audio);
[[nodiscard]] std::span<const std::byte> bytes_of(const Audio& audio);

/// Reads an entry. Audio without samples and audio longer than kMostSamples is kMalformed.
[[nodiscard]] base::Result<Audio, EntryError> decode(std::span<const std::byte> bytes, const Key& key);

}  // namespace antiphon::cache
