#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "protocol/json/object.h"
#include "text/text.h"

/// Any bytes are refused, or are an object that can be written; only what is no JSON by itself is repaired.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = antiphon::protocol::json;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto repaired = json::with_whole_characters(input);
  if (!repaired.empty()) {
    ANTIPHON_CHECK(repaired.size() == input.size(), "an escape takes the place of another");
    ANTIPHON_CHECK(json::with_whole_characters(repaired).empty(), "what was repaired is whole");
    // The parser takes a NUL for the end, and there may be anything behind it.
    const auto read = input.substr(0, input.find('\0'));
    ANTIPHON_CHECK(json::with_whole_characters(read).empty() || !json::Json::accept(read),
                   "what is JSON is left as it is");
  }
  const auto object = json::parse_object(input);
  if (!object) {
    ANTIPHON_CHECK(!object.error().empty(), "a refusal has a reason");
    return 0;
  }
  ANTIPHON_CHECK(!antiphon::text::find_invalid_utf8(object->dump()), "an object can be written");
  return 0;
}
