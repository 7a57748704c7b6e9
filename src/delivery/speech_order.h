#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "codec/encoder.h"
#include "delivery/wordless.h"
#include "dispatch/access_note.h"
#include "dispatch/door_probe.h"
#include "dispatch/speech_stream.h"
#include "text/pronunciation/dictionary.h"
#include "text/switches.h"

namespace antiphon::delivery {

/// The form in which a listener wants the audio.
struct AudioOutput {
  codec::Format format = codec::Format::kPcm;
  base::SampleRate rate{24'000};
  codec::BitRate bit_rate{};
  Wordless wordless = Wordless::kEmpty;  ///< What stands for a text in which nothing can be spoken.
};

/// What may be given up for a listener when the cell is nearly full.
enum class Cheaper : std::uint8_t { kAllowed, kRefused };

/// What the cache of audio has to do with an order. Speech whose text comes in pieces has nothing to do with it.
enum class CacheUse : std::uint8_t {
  kNone,         ///< Nothing is read or kept.
  kRead,         ///< What is kept is played.
  kKeep,         ///< It is rendered, and kept.
  kReadAndKeep,  ///< What is kept is played; else it is rendered, and kept.
};

/// What a client asks for, in words that all doors share. Its fields are within the limits of the door's protocol.
struct SpeechOrder {
  dispatch::Door door = dispatch::Door::kOpenAi;
  std::string voice;  ///< As the client calls it.
  std::string text;   ///< UTF-8, as it came; empty where it comes in pieces.
  double speed = 1.0;
  std::uint64_t seed = 0;
  double volume = 1.0;       ///< Times the loudness of the voice; 0 is silence.
  text::Switches reading{};  ///< How the text is read.
  /// How its own words are to be said; those that text::make_dictionary() takes.
  std::vector<text::pronunciation::Entry> pronunciations{};
  std::vector<std::string> dictionaries{};  ///< Names of the server's that it asks for.
  /// How long it can wait for room, where the client says so.
  std::optional<base::Duration> wait{};
  /// Whether the audio is sent at the speed of its playback, where the client says so.
  std::optional<bool> paced{};
  AudioOutput output{};
  dispatch::TextArrival arrival = dispatch::TextArrival::kWhole;
  /// Audio that may wait for its listener before the work pauses; nothing: the cell's own limit.
  std::optional<base::Duration> backlog{};
  /// Whether it may be spoken with the cheaper voice that its voice has, where it has one.
  Cheaper cheaper = Cheaper::kAllowed;
  /// Audio at the beginning, in samples at the rate of the output, that its listener has: most of it is not rendered.
  base::SampleCount heard{};
  CacheUse cache = CacheUse::kNone;
  bool resumes = false;  ///< It goes on with a stream that was let in before, here or elsewhere.
  /// What becomes of it is noted there; null: nowhere. It outlives the speech.
  dispatch::AccessNote* note = nullptr;
};

}  // namespace antiphon::delivery
