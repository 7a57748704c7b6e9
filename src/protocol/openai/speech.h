#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "protocol/openai/error.h"
#include "text/pronunciation/dictionary.h"
#include "text/switches.h"

namespace antiphon::protocol::openai {

inline constexpr std::size_t kMaxInputCharacters = 4096;  ///< By default.
inline constexpr std::size_t kMaxInstructionsCharacters = 4096;
inline constexpr std::size_t kMaxNameCharacters = 256;  ///< Most characters of a voice, a model or a user.
inline constexpr base::SampleRate kLeastRate{8'000};
inline constexpr base::SampleRate kMostRate{48'000};
inline constexpr double kLeastSpeed = 0.25;
inline constexpr double kMostSpeed = 4.0;
inline constexpr double kMostVolume = 2.0;
inline constexpr std::size_t kMostPronunciations = 100;
/// What is said for a word has so many bytes at most, and kPronunciationRatio more for each byte of the word: a short
/// text does not become a long speech.
inline constexpr std::size_t kPronunciationBytes = 32;
inline constexpr std::size_t kPronunciationRatio = 8;

enum class ResponseFormat : std::uint8_t { kMp3, kOpus, kAac, kFlac, kWav, kPcm };
enum class StreamFormat : std::uint8_t { kAudio, kSse };

/// "mp3", ...
[[nodiscard]] std::string_view name_of(ResponseFormat format);

/// Which names of models a request may have.
enum class Models : std::uint8_t {
  kAny,     ///< Whatever it says, if anything: there is one way of speaking here.
  kListed,  ///< Those of models_body(), or none.
};

/// What an operator may set.
struct SpeechRules {
  std::size_t max_characters = kMaxInputCharacters;  ///< Most characters of the input, 1 or more.
  Models models = Models::kAny;
};

/// The body of POST /v1/audio/speech, checked.
struct SpeechRequest {
  std::string model;         ///< "" where absent.
  std::string input;         ///< UTF-8; 1 to SpeechRules::max_characters code points.
  std::string voice;         ///< A name, or the id of `{"id": ...}`; 1 to kMaxNameCharacters code points.
  std::string instructions;  ///< "" where absent.
  ResponseFormat response_format = ResponseFormat::kMp3;
  StreamFormat stream_format = StreamFormat::kAudio;
  double speed = 1.0;        ///< kLeastSpeed to kMostSpeed.
  std::uint64_t seed = 0;    ///< Extension of ours: same text, voice, speed and seed, same bytes.
  double volume = 1.0;       ///< Extension of ours: times the voice's loudness, 0 to kMostVolume.
  std::string user;          ///< "" where absent.
  bool store = true;         ///< Extension of ours, as OpenAI's other interfaces have it: whether it may be cached.
  text::Switches reading{};  ///< Extension of ours, `text`: how the input is read.
  /// Extension of ours: words and how they are said, by respelling or, between slashes, by phonemes.
  std::vector<text::pronunciation::Entry> pronunciations;
  /// Extension of ours: of the audio. Codecs that know only some rates take the next above, or their highest.
  base::SampleRate sample_rate{24'000};
};

/// Reads and checks a body of bounded size. Fields that are not listed are ignored, as clients send more than the
/// interface has. Errors: kBadRequest, kMissingParameter, kInvalidType, kInvalidValue, kInputTooLong, kUnknownModel,
/// kUnsupportedFormat; all but the first name the field.
[[nodiscard]] Result<SpeechRequest> parse_speech_request(std::string_view body, const SpeechRules& rules = {});

}  // namespace antiphon::protocol::openai
