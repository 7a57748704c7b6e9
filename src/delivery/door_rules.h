#pragma once

#include <cstddef>

#include "delivery/wordless.h"
#include "protocol/elevenlabs/speech.h"
#include "protocol/openai/speech.h"
#include "protocol/wyoming/decoder.h"

namespace antiphon::delivery {

/// What an operator may set of each door.
struct DoorRules {
  protocol::openai::SpeechRules openai{};
  Wordless openai_wordless = Wordless::kSilence;
  protocol::elevenlabs::Rules elevenlabs{};
  /// Code points of one text that is asked for as a whole; the size of an event bounds it, too.
  std::size_t wyoming_characters = protocol::wyoming::Limits::kDataBytes;
};

}  // namespace antiphon::delivery
