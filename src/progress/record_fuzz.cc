// Any bytes as the parts of a record: the decoder refuses them, or yields a part that encodes to the very bytes that
// were read. What is no name of a stream is refused, too.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "progress/record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::progress;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto request = decode_request(bytes)) {
    ANTIPHON_CHECK(within_limits(*request) && encode(*request) == bytes, "what is read writes back");
  }
  if (const auto progress = decode_progress(bytes)) {
    ANTIPHON_CHECK(encode(*progress) == bytes, "what is read writes back");
  }
  if (const auto name = parse_name(bytes)) ANTIPHON_CHECK(to_text(*name) == bytes, "a name has one form");
  return 0;
}
