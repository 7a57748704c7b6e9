#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "protocol/elevenlabs/client_message.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/server_message.h"
#include "protocol/elevenlabs/speech.h"
#include "text/text.h"

namespace {

namespace elevenlabs = antiphon::protocol::elevenlabs;

void check_text(std::string_view text) {
  ANTIPHON_CHECK(antiphon::text::count_code_points(text) <= elevenlabs::kMaxTextCharacters, "text is within its limit");
  ANTIPHON_CHECK(!antiphon::text::find_invalid_utf8(text), "text is UTF-8");
}

void check_error(const elevenlabs::Error& error) {
  ANTIPHON_CHECK(!elevenlabs::error_body(error).empty(), "an error has a body");
  ANTIPHON_CHECK(!elevenlabs::error_message({}, error).empty(), "an error has a message");
}

void check_message(elevenlabs::Mode mode, std::string_view input) {
  const auto message = elevenlabs::parse_client_message(mode, input);
  if (!message) {
    const auto& context = message.error().context;
    ANTIPHON_CHECK(mode == elevenlabs::Mode::kMulti || !context || context->empty(), "one stream has no contexts");
    ANTIPHON_CHECK(!elevenlabs::error_message({mode, context.value_or("")}, message.error()).empty(), "it is told");
    return check_error(message.error());
  }
  if (const auto* const append = std::get_if<elevenlabs::AppendText>(&*message)) {
    check_text(append->text);
    ANTIPHON_CHECK(!append->text.empty() || append->pace == elevenlabs::Pace::kFlushed, "an append has a meaning");
    ANTIPHON_CHECK(append->then != elevenlabs::Then::kCloseContext || append->pace == elevenlabs::Pace::kFlushed,
                   "what is closed was flushed");
    ANTIPHON_CHECK(mode == elevenlabs::Mode::kMulti || append->context.empty(), "one stream has no contexts");
    for (const auto characters : append->settings.chunk_length_schedule) {
      ANTIPHON_CHECK(characters >= 1 && characters <= elevenlabs::kMostScheduledCharacters, "a schedule is in range");
    }
    const auto alignment = elevenlabs::align(append->text, {}, {.rate = {1'000}, .begin = {0}, .samples = {1'000}});
    const elevenlabs::Alignments alignments{.written = alignment, .spoken = alignment};
    ANTIPHON_CHECK(!elevenlabs::audio_message({mode, append->context}, {}, &alignments).empty(), "it can be answered");
  }
}

}  // namespace

/// Any bytes are refused with an error that can be written, or within the limits that the headers name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto request = elevenlabs::parse_speech_request(input)) {
    check_text(request->text);
    ANTIPHON_CHECK(!request->text.empty(), "there is something to speak");
    ANTIPHON_CHECK(request->speed >= elevenlabs::kLeastSpeed && request->speed <= elevenlabs::kMostSpeed, "speed fits");
  } else {
    check_error(request.error());
  }
  check_message(elevenlabs::Mode::kSingle, input);
  check_message(elevenlabs::Mode::kMulti, input);
  if (const auto query = elevenlabs::parse_query(input); !query) check_error(query.error());
  ANTIPHON_CHECK(elevenlabs::api_key_in(input).size() <= elevenlabs::kMaxNameCharacters, "a key is bounded");
  return 0;
}
