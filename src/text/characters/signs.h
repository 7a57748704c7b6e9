#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

/// Private code points by which text/markup tells the later stages what has no letters. Those that a client sends are
/// dropped where markup is read.
namespace antiphon::text::characters {

inline constexpr char32_t kFirstPause = 0xF0000;
inline constexpr base::Duration kPauseStep = std::chrono::milliseconds(10);
inline constexpr base::Duration kLongestPause = std::chrono::seconds(10);
inline constexpr char32_t kLastPause = kFirstPause + kLongestPause / kPauseStep;
/// They enclose phonemes of the International Phonetic Alphabet, which are said instead of letters.
inline constexpr char32_t kPhonemesBegin = 0xF8000;
inline constexpr char32_t kPhonemesEnd = 0xF8001;

[[nodiscard]] constexpr bool is_pause(char32_t c) { return c >= kFirstPause && c <= kLastPause; }
/// The sign of a pause of about `length`, clamped to kLongestPause.
[[nodiscard]] constexpr char32_t pause_sign(base::Duration length) {
  const auto clamped = std::clamp(length, base::Duration{}, kLongestPause);
  return kFirstPause + static_cast<char32_t>(clamped / kPauseStep);
}
[[nodiscard]] constexpr base::Duration pause_length(char32_t sign) { return kPauseStep * (sign - kFirstPause); }

/// How fast and how loud a part of a text is spoken, beside the rest.
struct Prosody {
  int rate = 100;  ///< Per cent of the request's speed, kLeastRate to kMostRate.
  int volume = 0;  ///< Decibels beside the request's loudness, kLeastVolume, which is silence, to kMostVolume.
  friend bool operator==(const Prosody&, const Prosody&) = default;
};
inline constexpr int kLeastRate = 25;
inline constexpr int kMostRate = 400;
inline constexpr int kLeastVolume = -40;
inline constexpr int kMostVolume = 6;

inline constexpr char32_t kFirstProsody = 0xF1000;
inline constexpr int kVolumes = kMostVolume - kLeastVolume + 1;
inline constexpr char32_t kLastProsody = kFirstProsody + ((kMostRate - kLeastRate + 1) * kVolumes) - 1;
static_assert(kLastProsody < kPhonemesBegin);

[[nodiscard]] constexpr bool is_prosody(char32_t c) { return c >= kFirstProsody && c <= kLastProsody; }
/// The sign from which on a text is spoken so; values out of range are clamped.
[[nodiscard]] constexpr char32_t prosody_sign(const Prosody& prosody) {
  const int rate = std::clamp(prosody.rate, kLeastRate, kMostRate) - kLeastRate;
  const int volume = std::clamp(prosody.volume, kLeastVolume, kMostVolume) - kLeastVolume;
  return kFirstProsody + static_cast<char32_t>((rate * kVolumes) + volume);
}
[[nodiscard]] constexpr Prosody prosody_of(char32_t sign) {
  const auto number = static_cast<int>(sign - kFirstProsody);
  return {.rate = kLeastRate + (number / kVolumes), .volume = kLeastVolume + (number % kVolumes)};
}

/// What the writer of a text says that a part of it is, so that it is read as that.
enum class SayAs : std::uint8_t {
  kCardinal,
  kOrdinal,
  kFraction,
  kCurrency,
  kTime,
  kTelephone,
  kDate,  ///< As it is written; those below have the order of its parts: month, day, year.
  kDateMdy,
  kDateDmy,
  kDateYmd,
  kDateYdm,
  kDateMd,
  kDateDm,
  kDateYm,
  kDateMy,
  kDateY,
  kDateM,
  kDateD,
};
inline constexpr char32_t kFirstSayAs = 0xF8010;
inline constexpr char32_t kLastSayAs = kFirstSayAs + static_cast<char32_t>(SayAs::kDateD);
/// The sign behind such a part.
inline constexpr char32_t kSayAsEnd = kLastSayAs + 1;
[[nodiscard]] constexpr bool is_say_as(char32_t c) { return c >= kFirstSayAs && c <= kLastSayAs; }
[[nodiscard]] constexpr char32_t say_as_sign(SayAs as) { return kFirstSayAs + static_cast<char32_t>(as); }
[[nodiscard]] constexpr SayAs say_as_of(char32_t sign) { return static_cast<SayAs>(sign - kFirstSayAs); }

/// Whether the sign stands between segments, and in none.
[[nodiscard]] constexpr bool parts_segments(char32_t c) { return is_pause(c) || is_prosody(c); }
[[nodiscard]] constexpr bool is_private_sign(char32_t c) { return c >= kFirstPause && c <= kSayAsEnd; }

}  // namespace antiphon::text::characters
