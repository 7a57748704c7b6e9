// Any bytes as a file of the cache: they are refused, or are an entry whose head is written back as it was read. The
// key is the one that the bytes claim.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"
#include "cache/entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::cache;
  constexpr std::size_t kKeyAt = 8;
  const auto bytes = std::as_bytes(std::span(data, size));
  Key key{};
  if (size >= kKeyAt + key.size()) std::memcpy(key.data(), data + kKeyAt, key.size());
  if (const auto audio = decode(bytes, key)) {
    const auto head = head_of(key, *audio);
    ANTIPHON_CHECK(std::ranges::equal(head, bytes.first(kHeadBytes)), "what is read writes back");
  }
  return 0;
}
