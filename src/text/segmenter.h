#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "text/characters/signs.h"
#include "text/markup/options.h"
#include "text/pronunciation/dictionary.h"
#include "text/reading/reading.h"

namespace antiphon::text {

/// Whether a text is read as a person would read it, or as it is written.
enum class Normalise : std::uint8_t { kOff, kOn };

/// How a text is read and cut. Part of what decides the bytes of the speech.
struct Options {
  /// Longest segment at speed 1, in units of spoken_length(). 16 to 10,000. About 15 are spoken in a second.
  std::size_t max_chars = 140;
  /// Silence after each sentence but the last. 0 to 10 s.
  base::Duration sentence_pause = std::chrono::milliseconds(100);
  /// The request's speed, 0.25 to 4. Faster speech gets longer segments, to twice max_chars at most, since the cost
  /// of planning grows faster than the text.
  double speed = 1;
  /// Shortest first segment, in units of spoken_length(), of a text that comes in pieces: it is cut off at the end of a
  /// clause, so that speech begins before the sentence is there. 0: never.
  std::size_t first_clause_chars = 24;
  Normalise normalise = Normalise::kOn;
  markup::Options markup{};  ///< Options of kOn.
  /// In which numbers, dates and the like are read, with kOn.
  reading::Language language = reading::Language::kOther;
  /// Of words that are said otherwise, with kOn; the first that has a word decides.
  pronunciation::Dictionaries dictionaries{};
};

/// What is planned in one piece: a sentence or a part of one.
struct Segment {
  std::string text;                ///< UTF-8, without white space at its ends; not empty.
  base::Duration pause_after{0};   ///< Silence that follows.
  characters::Prosody prosody{};   ///< How fast and how loud it is spoken, beside the request's own.
  base::Duration pause_before{0};  ///< Silence before it; of what no segment is before.
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// About how long `utf8` takes to say, counted in letters of a Latin text: a digit counts as 2, a wide character
/// (Han, kana, Hangul) as 3, any other code point as 1.
[[nodiscard]] std::size_t spoken_length(std::string_view utf8);

/// Longest audio that a segment may become which segment() cuts by `options`: half as much again as its letters are
/// expected to take, and 10 s at least at speed 1. One whose plan would be longer, such as a row of long numbers, is
/// cut by split().
[[nodiscard]] base::Duration longest_audio(const Options& options, const characters::Prosody& prosody = {});

/// The speed of a segment of such a prosody where the request's is `speed`; 0.25 to 4.
[[nodiscard]] double speed_in(const characters::Prosody& prosody, double speed);

/// Cuts a text into segments of at most options.max_chars (scaled by speed): at the ends of sentences; a sentence
/// that is too long at a clause's end, before a conjunction, between words, or, failing that, between graphemes. Only
/// a single grapheme that is itself too long is cut within. `normalised` is a result of normalise(). The same text
/// and options give the same segments everywhere. Values of options out of range are clamped.
[[nodiscard]] std::vector<Segment> segment(std::string_view normalised, const Options& options);

/// Cuts `segment` near its middle at the best place; its pause stays with the second part. Nothing where it is a
/// single code point.
[[nodiscard]] std::optional<std::pair<Segment, Segment>> split(const Segment& segment);

}  // namespace antiphon::text
