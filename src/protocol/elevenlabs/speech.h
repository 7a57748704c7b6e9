#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/elevenlabs/error.h"

namespace antiphon::protocol::elevenlabs {

inline constexpr std::size_t kMaxTextCharacters = 40'000;  ///< Most characters of one request or message, by default.
/// The key of the configuration that sets another limit.
inline constexpr std::string_view kLimitSetting = "elevenlabs.max_characters";
inline constexpr std::size_t kMaxNameCharacters = 256;  ///< Most characters of a model, a language, a context or a key.
/// ElevenLabs itself takes 0.7 to 1.2.
inline constexpr double kLeastSpeed = 0.25;
inline constexpr double kMostSpeed = 4.0;

/// Which names of models a request may have.
enum class Models : std::uint8_t {
  kAny,     ///< Whatever it says: there is one way of speaking here.
  kListed,  ///< Those of models_body(), or none.
};

/// What an operator may set.
struct Rules {
  std::size_t max_characters = kMaxTextCharacters;  ///< Most characters of a request's or a message's text, 1 or more.
  Models models = Models::kAny;
};

/// The body of POST /v1/text-to-speech/{voice_id} and its like, checked.
struct SpeechRequest {
  std::string text;                       ///< UTF-8; 1 to Rules::max_characters code points.
  std::string model_id;                   ///< "" where absent.
  double speed = 1.0;                     ///< kLeastSpeed to kMostSpeed.
  std::uint64_t seed = 0;                 ///< Same text, voice, speed and seed, same bytes.
  std::vector<std::string> dictionaries;  ///< Names of those that its locators ask for, in their order.
};

/// Reads and checks a body of bounded size. Fields that are not listed are ignored: of voice_settings only `speed`
/// means something to these voices. Errors: kBadRequest, kMissingParameter, kInvalidType, kInvalidValue,
/// kInputTooLong, kUnknownModel; all but the first name the field.
[[nodiscard]] Result<SpeechRequest> parse_speech_request(std::string_view body, const Rules& rules = {});

}  // namespace antiphon::protocol::elevenlabs
