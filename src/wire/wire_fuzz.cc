// Any bytes, in pieces whose sizes the bytes themselves choose: the decoder refuses them or yields messages that encode
// to the very bytes that were read.
#include <algorithm>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "wire/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::wire;
  const auto input = std::as_bytes(std::span(data, size));
  Decoder decoder;
  std::vector<std::byte> encoded;
  for (std::size_t at = 0; at < size;) {
    const auto piece = std::min<std::size_t>(size - at, 1U + data[at]);
    decoder.feed(input.subspan(at, piece));
    at += piece;
    while (true) {
      const auto message = decoder.next();
      if (!message) return 0;
      if (!*message) break;
      const auto begin = encoded.size();
      ANTIPHON_CHECK(encode(**message, encoded), "what was decoded can be encoded");
      const auto again = std::span(encoded).subspan(begin);
      ANTIPHON_CHECK(std::ranges::equal(again, input.subspan(begin, again.size())), "the encoding is the bytes read");
    }
  }
  ANTIPHON_CHECK(encoded.size() + decoder.buffered() == size, "every byte is accounted for");
  return 0;
}
