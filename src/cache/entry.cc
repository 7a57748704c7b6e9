#include "cache/entry.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace antiphon::cache {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

constexpr std::string_view kFormat = "ANTIPCM1";
constexpr std::size_t kKeyAt = 8;
constexpr std::size_t kRateAt = kKeyAt + sizeof(Key);
constexpr std::size_t kCountAt = kRateAt + 4;
constexpr std::size_t kDigestAt = kCountAt + 4;
constexpr std::uint32_t kLeastRate = 4'000;
constexpr std::uint32_t kMostRate = 384'000;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void put(std::span<std::byte> at, std::uint32_t number) { std::memcpy(at.data(), &number, sizeof number); }

std::uint32_t number_at(std::span<const std::byte> at) {
  std::uint32_t number = 0;
  std::memcpy(&number, at.data(), sizeof number);
  return number;
}

base::Sha256Digest digest_of(std::span<const std::byte> head, std::span<const std::byte> samples) {
  base::Sha256 digest;
  digest.add(text_of(head.first(kDigestAt)));
  digest.add(text_of(samples));
  return digest.finish();
}

}  // namespace

std::span<const std::byte> bytes_of(const Audio& audio) { return std::as_bytes(std::span(audio.samples)); }

std::array<std::byte, kHeadBytes> head_of(const Key& key, const Audio& audio) {
  std::array<std::byte, kHeadBytes> head{};
  std::memcpy(head.data(), kFormat.data(), kFormat.size());
  std::memcpy(head.data() + kKeyAt, key.data(), key.size());
  put(std::span(head).subspan(kRateAt), audio.rate.hz);
  put(std::span(head).subspan(kCountAt), static_cast<std::uint32_t>(audio.samples.size()));
  const auto digest = digest_of(head, bytes_of(audio));
  std::memcpy(head.data() + kDigestAt, digest.data(), digest.size());
  return head;
}

base::Result<Audio, EntryError> decode(std::span<const std::byte> bytes, const Key& key) {
  if (bytes.size() <= kHeadBytes || bytes.size() > kMostEntryBytes) return std::unexpected(EntryError::kMalformed);
  const auto head = bytes.first(kHeadBytes);
  const auto samples = bytes.subspan(kHeadBytes);
  Audio audio{.rate = {number_at(head.subspan(kRateAt))}, .samples = {}};
  const std::size_t count = number_at(head.subspan(kCountAt));
  if (text_of(head.first(kKeyAt)) != kFormat || samples.size() != count * sizeof(std::int16_t) ||
      audio.rate.hz < kLeastRate || audio.rate.hz > kMostRate) {
    return std::unexpected(EntryError::kMalformed);
  }
  if (std::memcmp(head.data() + kKeyAt, key.data(), key.size()) != 0) return std::unexpected(EntryError::kOtherKey);
  const auto digest = digest_of(head, samples);
  if (std::memcmp(head.data() + kDigestAt, digest.data(), digest.size()) != 0) {
    return std::unexpected(EntryError::kDigest);
  }
  audio.samples.resize(count);
  std::memcpy(audio.samples.data(), samples.data(), samples.size());
  return audio;
}

}  // namespace antiphon::cache
