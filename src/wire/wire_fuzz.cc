// Any bytes, in pieces whose sizes the bytes themselves choose: the decoder refuses them or yields messages that encode
// to the very bytes that were read. The version of a Join is read alike by those that know its layout and those that do
// not.
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
      if (!message) {
        if (const auto version = decoder.refused_join()) {
          ANTIPHON_CHECK(version_of_join(input.subspan(encoded.size())) == version, "it is that of the frame refused");
        }
        return 0;
      }
      if (!*message) break;
      const auto begin = encoded.size();
      ANTIPHON_CHECK(encode(**message, encoded), "what was decoded can be encoded");
      const auto again = std::span(encoded).subspan(begin);
      ANTIPHON_CHECK(std::ranges::equal(again, input.subspan(begin, again.size())), "the encoding is the bytes read");
      const auto* const join = std::get_if<Join>(&**message);
      const auto version = join == nullptr ? std::nullopt : std::optional(join->protocol_version);
      ANTIPHON_CHECK(version_of_join(again) == version, "the version of a Join is what it begins with");
    }
  }
  ANTIPHON_CHECK(encoded.size() + decoder.buffered() == size, "every byte is accounted for");
  return 0;
}
