#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "protocol/openai/event.h"
#include "protocol/openai/speech.h"
#include "text/text.h"

/// Any body is either refused with an error whose body is JSON, or within the limits that the header names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace openai = antiphon::protocol::openai;
  (void)openai::parse_event_id(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto request = openai::parse_speech_request(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!request) {
    ANTIPHON_CHECK(!openai::error_body(request.error()).empty(), "an error has a body");
    return 0;
  }
  const auto characters = antiphon::text::count_code_points(request->input);
  ANTIPHON_CHECK(characters >= 1 && characters <= openai::kMaxInputCharacters, "input is within its limits");
  ANTIPHON_CHECK(!antiphon::text::find_invalid_utf8(request->input), "input is UTF-8");
  ANTIPHON_CHECK(request->speed >= openai::kLeastSpeed && request->speed <= openai::kMostSpeed, "speed is in range");
  return 0;
}
